package dev.plumbline.cli.stack;

import dev.plumbline.cli.outcome.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the built parts and the Java runtime are. The script says so by system properties.
 *
 * @param home root folder of the checkout
 * @param java the JDK or JRE that runs the parts
 */
public record Installation(Path home, Path java) {

    /**
     * System property with more flags for the JVM of every part, separated by spaces. Tests start many stacks that live
     * seconds, and half of the processor time of those would be the second compiler's.
     */
    public static final String PART_FLAGS_PROPERTY = "plumbline.part-flags";

    /**
     * Event loops of the producer come before its compilers and its background threads: {@code docs/decisions/producer-jvm.md}. What
     * is here are nice values, and those of Linux. It is only lowered, which everybody may; the JVM warns of it nevertheless.
     */
    private static final List<String> STAMPS_FIRST = List.of(
            "-XX:-PrintWarnings",
            "-XX:ThreadPriorityPolicy=1",
            "-XX:CompilerThreadPriority=5",
            "-XX:JavaPriority1_To_OSPriority=10");

    /** Environment variable with more flags for the JVM of the producer, separated by spaces; they win over its own. */
    static final String PRODUCER_FLAGS_VARIABLE = "PLUMB_PRODUCER_JVM";

    /** The installation that the script named. */
    public static Installation ofSystemProperties() {
        Path home = Path.of(
                Optional.ofNullable(System.getProperty("plumbline.home")).orElse("."));
        Path java = Path.of(
                Optional.ofNullable(System.getProperty("plumbline.java")).orElse(System.getProperty("java.home")));
        return new Installation(home.toAbsolutePath().normalize(), java);
    }

    /** A part of the stack and the settings of its JVM. */
    public enum Part {
        BROKER("broker", "embedded-broker/target/embedded-broker-%s.jar", 256, List.of("-XX:TieredStopAtLevel=1")),
        TARGET("target", "simulated-target/target/simulated-target-%s.jar", 128, List.of()),
        PRODUCER("producer", "load-producer/target/quarkus-app/quarkus-run.jar", 192, List.of()),
        AGGREGATOR("aggregator", "aggregator/target/quarkus-app/quarkus-run.jar", 256, List.of()),
        DETECTOR("detector", "regression-detector/target/quarkus-app/quarkus-run.jar", 192, List.of());

        private static final String VERSION = "0.1.0-SNAPSHOT";

        private final String label;
        private final String jar;
        private final int heapMebibytes;
        private final List<String> flags;

        Part(String label, String jar, int heapMebibytes, List<String> flags) {
            this.label = label;
            this.jar = String.format(jar, VERSION);
            this.heapMebibytes = heapMebibytes;
            this.flags = flags;
        }

        /** Most memory that its objects may take. */
        int heapMebibytes() {
            return heapMebibytes;
        }

        /** Name in messages, ready files and logs. */
        public String label() {
            return label;
        }
    }

    /** What a part is started from; written with every build. */
    Path jar(Part part) {
        return home.resolve(part.jar);
    }

    /**
     * The command that starts a part, without the part's own arguments.
     *
     * @param properties system properties, {@code name=value}
     * @throws StackFailure if the part was not built
     */
    public List<String> command(Part part, List<String> properties) {
        Path jar = jar(part);
        if (!Files.exists(jar)) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "the " + part.label + " is not built: " + jar + " is missing; run ./plumb");
        }
        List<String> command = new ArrayList<>();
        command.add(java.resolve("bin/java").toString());
        command.add("-Xmx" + part.heapMebibytes + "m");
        // One collector for all: a machine with one core would silently select another than a machine with two.
        command.add("-XX:+UseSerialGC");
        // Whoever goes on without memory goes on wrongly.
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(part.flags);
        if (part == Part.PRODUCER) {
            command.addAll(priorities(System.getProperty("os.name", "")));
        }
        command.addAll(flags(System.getProperty(PART_FLAGS_PROPERTY)));
        int feature = Runtime.version().feature();
        if (feature >= 19) {
            command.add("-XX:+AutoCreateSharedArchive");
            command.add("-XX:SharedArchiveFile=" + archive(part));
            command.add("-Xlog:cds=off");
            command.add("-Xlog:cds+dynamic=off");
            command.add("-Xlog:aot=off");
        }
        if (feature >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        if (part == Part.PRODUCER) {
            command.addAll(flags(System.getenv(PRODUCER_FLAGS_VARIABLE)));
        }
        properties.forEach(property -> command.add("-D" + property));
        command.add("-jar");
        command.add(jar.toString());
        return command;
    }

    /** Who comes first inside the producer, on an operating system; nobody does where the JVM cannot say it. */
    static List<String> priorities(String operatingSystem) {
        return operatingSystem.equals("Linux") ? STAMPS_FIRST : List.of();
    }

    private static List<String> flags(@Nullable String words) {
        return words == null
                ? List.of()
                : Stream.of(words.split(" ")).filter(flag -> !flag.isEmpty()).toList();
    }

    /** One archive per part and Java version; the JVM itself refuses one that does not fit its jars. */
    private Path archive(Part part) {
        Path folder = home.resolve(".plumb/cds");
        try {
            Files.createDirectories(folder);
        } catch (java.io.IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "cannot create " + folder + ": " + e.getMessage());
        }
        return folder.resolve(part.label + "-" + Runtime.version().toString().replace('+', '_') + ".jsa");
    }
}
