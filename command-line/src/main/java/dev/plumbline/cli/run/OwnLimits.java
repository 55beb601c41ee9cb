package dev.plumbline.cli.run;

import dev.plumbline.contract.series.LoadPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this machine allows its load generator, asked before the load begins: a connection that fails for want of a file looks
 * like the target's fault.
 *
 * @param openFiles most files and connections that a process may open; empty where that is not told or not limited
 */
record OwnLimits(OptionalLong openFiles) {

    /** Jars, logs, Kafka's connections and what a JVM opens for itself; a producer at rest has about 150. */
    private static final long FILES_OF_A_PRODUCER = 256;

    /** Soft and hard limit; a JVM raises the first to the second. */
    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+\\S+\\s+(\\d+)\\s");

    static OwnLimits ofThisProcess() {
        return read(Path.of("/proc/self/limits"));
    }

    /** @param limits a file as Linux has it; elsewhere there is none */
    static OwnLimits read(Path limits) {
        try {
            Matcher line = OPEN_FILES.matcher(Files.readString(limits));
            return new OwnLimits(line.find() ? OptionalLong.of(Long.parseLong(line.group(1))) : OptionalLong.empty());
        } catch (IOException | NumberFormatException e) {
            return new OwnLimits(OptionalLong.empty());
        }
    }

    /** Why a load cannot be made here; empty when it can, or when that depends on the target. */
    Optional<String> refusal(RunPlan plan) {
        return plan.loadPoint() instanceof LoadPoint.ClosedLoop closed && !hasRoomFor(closed.concurrency())
                ? Optional.of(closed.concurrency() + " requests at a time need "
                        + (closed.concurrency() + FILES_OF_A_PRODUCER) + " open files, and this process may open "
                        + openFiles.getAsLong() + ": raise it with 'ulimit -n " + (closed.concurrency() + 1_024)
                        + "', or ask for less with --concurrency")
                : Optional.empty();
    }

    /** What a load may run into here, depending on how fast the target answers. */
    Optional<String> warning(RunPlan plan) {
        return plan.loadPoint() instanceof LoadPoint.OpenLoop && !hasRoomFor(plan.load().maxInFlight)
                ? Optional.of("this process may open " + openFiles.getAsLong() + " files: from about "
                        + Math.max(1, openFiles.getAsLong() - FILES_OF_A_PRODUCER)
                        + " requests in flight on, connections fail here and not at the target; 'ulimit -n "
                        + (plan.load().maxInFlight + 1_024) + "' raises it")
                : Optional.empty();
    }

    private boolean hasRoomFor(long connections) {
        return openFiles.isEmpty() || openFiles.getAsLong() >= connections + FILES_OF_A_PRODUCER;
    }
}
