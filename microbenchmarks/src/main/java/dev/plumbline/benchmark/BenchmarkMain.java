package dev.plumbline.benchmark;

import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets the producer and the bare reader take turns, and says how far each was from the truth. */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        subcommands = DetectorSpeed.class,
        description = {
            "The producer against a bare Netty reader: core 0 has the tool, core 1 the target and an idle stack.",
            "Needs two cores for itself, and taskset. Takes about two minutes a pair."
        })
public final class BenchmarkMain implements Callable<Integer> {

    private static final Pattern LISTENING = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");
    private static final String MODEL = "truth-7b";
    /** In its command line, and in no other. */
    private static final String PRODUCER = "load-producer";

    private static final Duration CALM_WITHIN = Duration.ofSeconds(60);

    @Option(
            names = "--load",
            split = ",",
            defaultValue = "c50,c100,c500",
            paramLabel = "LOAD",
            description = "Default: ${DEFAULT-VALUE}")
    private List<String> loads = List.of();

    @Option(names = "--pairs", defaultValue = "5", description = "Turns of each tool. Default: ${DEFAULT-VALUE}")
    private int pairs;

    @Option(
            names = "--seconds",
            defaultValue = "15",
            description = "Measured part of a turn. Default: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(names = "--warmup", defaultValue = "5", description = "Seconds before it. Default: ${DEFAULT-VALUE}")
    private int warmup;

    @Option(
            names = "--target",
            split = " ",
            defaultValue =
                    "--prefill-ms 100 --prefill-us-per-token 0 --decode-ms 10 --jitter-sigma 0 --output-tokens 100"
                            + " --output-tokens-sigma 0",
            description = "Flags of the simulated target. Default: ${DEFAULT-VALUE}")
    private List<String> target = List.of();

    @Option(
            names = "--flood",
            description =
                    "Chunks per second from a target that writes as fast as they are taken, in place of everything else; no"
                            + " flags of the simulated target.")
    private boolean flood;

    @Option(
            names = "--jvm",
            paramLabel = "NAME=FLAGS",
            description = {
                "A variant of the producer with more flags for its JVM, separated by spaces. Repeatable: each has a turn in"
                        + " each pair, in this order. NAME= has none.",
                "Default: the producer as it is."
            })
    private Map<String, String> jvm = new LinkedHashMap<>();

    @Option(names = "--home", defaultValue = ".", description = "The checkout, built. Default: the current folder.")
    private Path home = Path.of(".");

    @Option(
            names = "--out",
            defaultValue = "benchmark-results",
            description = "Folder of the results. Default: ${DEFAULT-VALUE}")
    private Path out = Path.of("benchmark-results");

    /** Runs it. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchmarkMain()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<LoadPoint> wanted = loads.stream().map(LoadPoint::parse).toList();
        Files.createDirectories(out);
        if (flood) {
            flood(wanted);
            return 0;
        }
        Map<String, Map<String, List<Measurement>>> results = new LinkedHashMap<>();
        ProducerFlags flags = ProducerFlags.of(jvm, out);
        try (Children children = new Children(out)) {
            Path log = out.resolve("emitted.jsonl");
            int port = startTarget(children, log);
            startStack(children, flags);
            for (LoadPoint load : wanted) {
                Map<String, List<Measurement>> tools =
                        results.computeIfAbsent(load.key(), unused -> new LinkedHashMap<>());
                // A target and a stack that are cold are late by themselves: a turn that does not count.
                bare(children, load, port);
                for (int pair = 1; pair <= pairs; pair++) {
                    tools.computeIfAbsent("netty", unused -> new ArrayList<>())
                            .add(Measurement.of(bare(children, load, port), Truth.read(log)));
                    for (String variant : flags.names()) {
                        tools.computeIfAbsent(variant, unused -> new ArrayList<>())
                                .add(Measurement.of(plumbline(children, flags, load, port), Truth.read(log)));
                    }
                    System.out.printf("%s, pair %d of %d: %s%n", load.key(), pair, pairs, last(tools));
                }
            }
        }
        Results.write(out, results);
        System.out.println(Files.readString(out.resolve("results.md")));
        return 0;
    }

    private void flood(List<LoadPoint> wanted) throws IOException, InterruptedException {
        StringBuilder table = new StringBuilder(Results.FLOOD_HEAD);
        ProducerFlags flags = ProducerFlags.of(jvm, out);
        try (Children children = new Children(out)) {
            int port = listening(
                    children.start(
                            "target",
                            1,
                            List.of(
                                    java(),
                                    "-Xmx256m",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    FloodTarget.class.getName(),
                                    MODEL),
                            Map.of()),
                    children);
            startStack(children, flags);
            for (LoadPoint load : wanted) {
                List<Double> netty = new ArrayList<>();
                Map<String, List<Double>> plumbline = new LinkedHashMap<>();
                bare(children, load, port);
                for (int pair = 1; pair <= pairs; pair++) {
                    netty.add(Measurement.chunksPerSecond(bare(children, load, port), seconds));
                    for (String variant : flags.names()) {
                        plumbline
                                .computeIfAbsent(variant, unused -> new ArrayList<>())
                                .add(Measurement.chunksPerSecond(plumbline(children, flags, load, port), seconds));
                    }
                    System.out.printf(
                            "%s, pair %d of %d: netty %.0f, %s chunks/s%n",
                            load.key(), pair, pairs, netty.getLast(), plumbline);
                }
                plumbline.forEach(
                        (variant, turns) -> table.append(Results.floodRow(load.key(), variant, netty, turns)));
            }
        }
        Files.writeString(out.resolve("flood.md"), table);
        System.out.println(table);
    }

    private static String last(Map<String, List<Measurement>> tools) {
        return tools.entrySet().stream()
                .map(tool -> {
                    Measurement turn = tool.getValue().getLast();
                    return String.format(
                            Locale.ROOT,
                            "%s %.2f / %.2f ms (there %.2f / %.2f, back %.2f / %.2f)",
                            tool.getKey(),
                            turn.errorP50Millis(),
                            turn.errorP99Millis(),
                            turn.thereP50Millis(),
                            turn.thereP99Millis(),
                            turn.backP50Millis(),
                            turn.backP99Millis());
                })
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
    }

    private int startTarget(Children children, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xmx512m",
                "-jar",
                home.resolve("simulated-target/target/simulated-target-0.1.0-SNAPSHOT.jar")
                        .toString(),
                "--model",
                MODEL,
                "--slots",
                "4096",
                "--queue-limit",
                "65536",
                "--emit-log",
                log.toString()));
        command.addAll(target);
        // A busy pipe must not be in the way of the target: that would be told as the lateness of whoever reads.
        boolean goesFirst = Children.mayGoFirst();
        if (!goesFirst) {
            System.out.println(
                    "chrt is not allowed: the target shares its core with the pipe, and what it waits there is in"
                            + " the errors of the producer alone");
        }
        return listening(
                children.start("target", 1, goesFirst ? Children.first(command) : command, Map.of()), children);
    }

    private static int listening(Process process, Children children) throws InterruptedException {
        String said = children.await(
                "target", process, text -> LISTENING.matcher(text).find(), Duration.ofSeconds(60));
        Matcher port = LISTENING.matcher(said);
        if (!port.find()) {
            throw new IllegalStateException("the target does not say where it listens");
        }
        return Integer.parseInt(port.group(1));
    }

    private void startStack(Children children, ProducerFlags flags) throws IOException, InterruptedException {
        flags.next();
        Process process = children.start(
                "stack", 1, List.of(home.resolve("plumb").toString(), "up", "--window", "1s"), flags.environment());
        children.await("stack", process, text -> text.contains("Ctrl-C"), Duration.ofMinutes(5));
    }

    private List<Sighting> bare(Children children, LoadPoint load, int port) throws IOException, InterruptedException {
        children.awaitCalm(PRODUCER, CALM_WITHIN);
        Path file = out.resolve("bare.csv");
        int code = children.run(
                "netty",
                0,
                List.of(
                        java(),
                        "-XX:+UseSerialGC",
                        "-Xmx192m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BareReader.class.getName(),
                        "127.0.0.1",
                        Integer.toString(port),
                        MODEL,
                        load.key(),
                        Integer.toString(warmup),
                        Integer.toString(seconds),
                        file.toString()),
                Map.of(),
                Duration.ofSeconds(warmup + seconds + 60L));
        if (code != 0) {
            throw new IllegalStateException("the bare reader ended with " + code + ": see " + children.log("netty"));
        }
        List<Sighting> seen = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] cells = line.split(",");
            seen.add(new Sighting(
                    cells[0], Long.parseLong(cells[1]), Long.parseLong(cells[2]), Long.parseLong(cells[3])));
        }
        return seen;
    }

    private List<Sighting> plumbline(Children children, ProducerFlags flags, LoadPoint load, int port)
            throws IOException, InterruptedException {
        // Whoever stands by was started by the stack, on the stack's core.
        children.awaitCalm(PRODUCER, CALM_WITHIN);
        children.move(PRODUCER, 0);
        // The stack starts the next one when this turn is over.
        flags.next();
        List<String> command = new ArrayList<>(List.of(
                home.resolve("plumb").toString(),
                "run",
                "--url",
                "http://127.0.0.1:" + port,
                "--duration",
                seconds + "s",
                "--warmup-duration",
                warmup + "s",
                "--osl",
                "4096",
                "--artifact-dir",
                out.resolve("runs").toString(),
                "--quiet"));
        command.addAll(
                switch (load) {
                    case LoadPoint.ClosedLoop streams ->
                        List.of("--concurrency", Integer.toString(streams.concurrency()));
                    case LoadPoint.OpenLoop rate ->
                        List.of(
                                "--request-rate",
                                Double.toString(rate.requestsPerSecond()),
                                "--arrival-pattern",
                                "constant",
                                "--max-in-flight",
                                "10000");
                    case LoadPoint.Trace trace -> throw notBenchmarked(trace);
                    case LoadPoint.ShapedRate shaped -> throw notBenchmarked(shaped);
                    case LoadPoint.ShapedSlots shaped -> throw notBenchmarked(shaped);
                    case LoadPoint.Other other -> throw notBenchmarked(other);
                });
        int code = children.run("run", 1, command, flags.environment(), Duration.ofSeconds(warmup + seconds + 300L));
        if (code != 0 && code != 3) {
            throw new IllegalStateException("plumb run ended with " + code + ": see " + children.log("run"));
        }
        return seen(newestRun());
    }

    private static IllegalArgumentException notBenchmarked(LoadPoint load) {
        return new IllegalArgumentException("no benchmark makes the load " + load.key());
    }

    private Path newestRun() throws IOException {
        try (Stream<Path> runs = Files.list(out.resolve("runs"))) {
            return runs.filter(run -> Files.isDirectory(run)
                            && run.getFileName().toString().startsWith("20"))
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow(() -> new IllegalStateException("no run in " + out.resolve("runs")));
        }
    }

    private static List<Sighting> seen(Path run) throws IOException {
        List<Path> parts;
        try (Stream<Path> files = Files.list(run)) {
            parts = files.filter(file -> file.getFileName().toString().matches("events(\\.\\d+)?\\.jsonl"))
                    .toList();
        }
        List<Sighting> seen = new ArrayList<>();
        for (Path part : parts) {
            for (String line : Files.readAllLines(part)) {
                if (Codec.EVENTS.decode(line.getBytes(StandardCharsets.UTF_8)) instanceof Decoded.Value<Event> read
                        && read.value() instanceof RequestEvent event
                        && event.ttftNanos().isPresent()) {
                    seen.add(new Sighting(
                            event.attempt().requestId(),
                            event.stamps().sentNanos().orElseThrow(),
                            event.stamps().firstContentNanos().orElseThrow(),
                            event.response().contentChunks()));
                }
            }
        }
        return seen;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
