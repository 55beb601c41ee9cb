package dev.plumbline.cli.run;

import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.judgement.run.CanarySplit;
import dev.plumbline.reports.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this machine allows its load generator, asked before the load begins: a connection that fails for want of a file looks
 * like the target's fault.
 *
 * @param ports connections that can go out to one address at a time; empty where that is not told
 * @param openFiles most files and connections that a process may open; empty where that is not told or not limited
 */
record OwnLimits(OptionalLong openFiles, OptionalLong ports) {

    /** Jars, logs, Kafka's connections and what a JVM opens for itself; a producer at rest has about 150. */
    private static final long FILES_OF_A_PRODUCER = 256;

    /** Soft and hard limit; a JVM raises the first to the second. */
    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+\\S+\\s+(\\d+)\\s");

    private static final String MORE_PORTS =
            ": give more with 'sudo sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"'";

    private static final Pattern PORT_RANGE = Pattern.compile("(\\d+)\\s+(\\d+)");

    static OwnLimits ofThisProcess() {
        return read(Path.of("/proc/self/limits"), Path.of("/proc/sys/net/ipv4/ip_local_port_range"));
    }

    /** @param limits and {@code portRange} files as Linux has them; elsewhere there are none */
    static OwnLimits read(Path limits, Path portRange) {
        return new OwnLimits(
                match(OPEN_FILES, limits, line -> Long.parseLong(line.group(1))),
                match(
                        PORT_RANGE,
                        portRange,
                        line -> Long.parseLong(line.group(2)) - Long.parseLong(line.group(1)) + 1));
    }

    private static OptionalLong match(Pattern pattern, Path file, ToLongFunction<MatchResult> number) {
        try {
            Matcher line = pattern.matcher(Files.readString(file));
            return line.find() ? OptionalLong.of(number.applyAsLong(line)) : OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Why a load cannot be made here; empty when it can, or when that depends on the target.
     *
     * @param atOnce requests that a slot has in flight, of one target
     */
    Optional<String> refusal(RunPlan plan, int atOnce) {
        OptionalInt slots = slots(plan.loadPoint());
        if (slots.isEmpty()) {
            return Optional.empty();
        }
        int many = (int) Math.min(Integer.MAX_VALUE, (long) slots.getAsInt() * atOnce);
        if (ports.isPresent() && many > ports.getAsLong()) {
            return Optional.of(many + " requests at a time need as many ports, and this machine has "
                    + ports.getAsLong() + " for one target" + MORE_PORTS + ", or ask for less with --concurrency");
        }
        // Each half of a pair has a connection of its own.
        long connections = (long) many * targets(plan);
        return hasRoomFor(connections)
                ? Optional.empty()
                : Optional.of(many + " requests at a time " + (targets(plan) > 1 ? "of two targets " : "") + "need "
                        + (connections + FILES_OF_A_PRODUCER)
                        + " open files, and this process may open " + openFiles.getAsLong()
                        + ": raise it with 'ulimit -n " + (connections + 1_024)
                        + "', or ask for less with --concurrency");
    }

    /** How many targets a request is for. */
    private static int targets(RunPlan plan) {
        return plan.canary().filter(CanarySplit::paired).isPresent() ? 2 : 1;
    }

    /** How many requests are in flight at most, whatever the target does; empty where that depends on the target. */
    private static OptionalInt slots(LoadPoint load) {
        return switch (load) {
            case LoadPoint.ClosedLoop closed -> OptionalInt.of(closed.concurrency());
            case LoadPoint.Trace trace -> trace.sessions();
            case LoadPoint.ShapedSlots shaped ->
                OptionalInt.of((int) Math.ceil(shaped.shape().highestLevel()));
            case LoadPoint.OpenLoop open -> OptionalInt.empty();
            case LoadPoint.ShapedRate shaped -> OptionalInt.empty();
            case LoadPoint.Other other -> OptionalInt.empty();
        };
    }

    /** What a load may run into here, depending on how fast the target answers. */
    Optional<String> warning(RunPlan plan) {
        int targets = targets(plan);
        long connections = (long) plan.load().maxInFlight * targets;
        return slots(plan.loadPoint()).isEmpty() && !hasRoomFor(connections)
                ? Optional.of("this process may open " + openFiles.getAsLong() + " files: from about "
                        + Math.max(1, (openFiles.getAsLong() - FILES_OF_A_PRODUCER) / targets)
                        + " requests in flight on, connections fail here and not at the target; 'ulimit -n "
                        + (connections + 1_024) + "' raises it")
                : Optional.empty();
    }

    /**
     * What a load ran into here, in words: it was not made as it was asked for, and says nothing of the target.
     *
     * @return empty when it ran into nothing
     */
    Optional<String> shortOf(Status status, String targetUrl) {
        return status.ownLimits().entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(most -> "this machine, not " + targetUrl + ", had too little of something for "
                        + requests(status.ownLimits().values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                        + ": " + remedy(most.getKey(), status.inFlight())
                        + "; nothing is judged, what was measured before is kept");
    }

    private static String requests(long count) {
        return Figures.count(count) + (count == 1 ? " request" : " requests");
    }

    private String remedy(OwnLimit limit, long inFlight) {
        return switch (limit) {
            case OPEN_FILES ->
                "too many open files"
                        + (openFiles.isPresent() ? " (a process may have " + openFiles.getAsLong() + " here)" : "")
                        + ": raise it with 'ulimit -n "
                        + Math.max(2 * openFiles.orElse(0), inFlight + 1_024)
                        + "', or ask for less with --concurrency or --max-in-flight";
            case PORTS ->
                "every port for connections to it is in use"
                        + MORE_PORTS
                        + ", keep connections (no --no-keep-alive), or ask for"
                        + " less";
            case MEMORY ->
                "no memory for another connection: free some ('free -m' tells how much there is), or ask for less with"
                        + " --concurrency or --max-in-flight";
            case OTHER ->
                "no connection could be begun here: producer.log in the folder of the run says why; ask for less with"
                        + " --concurrency or --max-in-flight";
        };
    }

    private boolean hasRoomFor(long connections) {
        return openFiles.isEmpty() || openFiles.getAsLong() >= connections + FILES_OF_A_PRODUCER;
    }
}
