package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.cli.stack.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code plumb} as a user starts it, with a folder for temporary files of its own. */
final class PlumbProcess implements AutoCloseable {

    private final Path temporary;
    private final Process process;

    private PlumbProcess(Path temporary, Process process) {
        this.temporary = temporary;
        this.process = process;
    }

    /**
     * Starts a command in a folder; its temporary files go there, too, and its output to a file in it.
     *
     * @param home the checkout whose running stack it finds
     */
    static PlumbProcess start(Path temporary, Path home, List<String> arguments) throws IOException {
        return start(temporary, home, List.of(), arguments);
    }

    /** Starts a command that, with all its children, may have so many files open. */
    static PlumbProcess startWithOpenFiles(int openFiles, Path temporary, List<String> arguments) throws IOException {
        return start(
                temporary,
                Installation.ofSystemProperties().home(),
                List.of("/bin/sh", "-c", "ulimit -n " + openFiles + " && exec \"$0\" \"$@\""),
                arguments);
    }

    private static PlumbProcess start(Path temporary, Path home, List<String> before, List<String> arguments)
            throws IOException {
        Installation installation = Installation.ofSystemProperties();
        Path jar;
        try (Stream<Path> files = Files.list(installation.home().resolve("command-line/target"))) {
            jar = files.filter(file -> file.getFileName().toString().matches("command-line-[^-]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                installation.java().resolve("bin/java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // As the script starts it.
                "-Xlog:disable",
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + installation.home().resolve(".plumb/cds/tests.jsa"),
                "-D" + Installation.PART_FLAGS_PROPERTY + "="
                        + System.getProperty(Installation.PART_FLAGS_PROPERTY, ""),
                "-Djava.io.tmpdir=" + temporary,
                "-Dplumbline.home=" + home,
                "-Dplumbline.java=" + installation.java(),
                "-jar",
                jar.toString()));
        command.addAll(arguments);
        return new PlumbProcess(
                temporary,
                new ProcessBuilder(command)
                        .directory(temporary.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(outputFile(temporary).toFile())
                        .start());
    }

    static PlumbProcess start(Path temporary, String... arguments) throws IOException {
        return start(temporary, Installation.ofSystemProperties().home(), List.of(arguments));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Waits for the end and says how it ended. */
    int exitValue() throws IOException, InterruptedException {
        boolean isOver = process.waitFor(Patience.LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(isOver)
                .as("not over after %s: %s", Patience.LONGEST, output())
                .isTrue();
        return process.exitValue();
    }

    void kill() throws InterruptedException {
        assertThat(process.destroyForcibly().waitFor(Patience.LONGEST.toMillis(), TimeUnit.MILLISECONDS))
                .as("a killed process ends")
                .isTrue();
    }

    /** Kills it where it has not ended. */
    @Override
    public void close() throws InterruptedException {
        kill();
    }

    void signal(String signal) throws IOException {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(pid()))
                        .start()
                        .onExit())
                .succeedsWithin(Patience.LONGEST)
                .returns(0, Process::exitValue);
    }

    /** As a terminal or a service manager does: to the process and all that it has started. */
    void signalGroup(String signal) throws IOException {
        List<String> command = new ArrayList<>(List.of("kill", signal, Long.toString(pid())));
        children().forEach(child -> command.add(Long.toString(child.pid())));
        assertThat(new ProcessBuilder(command).start().onExit())
                .succeedsWithin(Patience.LONGEST)
                .returns(0, Process::exitValue);
    }

    /** A shell that starts this build in the background leaves SIGINT ignored, and a JVM inherits that. */
    boolean isInterruptIgnored() throws IOException {
        return isIgnored(2);
    }

    /** And nohup leaves SIGHUP ignored. */
    boolean isHangUpIgnored() throws IOException {
        return isIgnored(1);
    }

    private boolean isIgnored(int signal) throws IOException {
        Path status = Path.of("/proc/" + pid() + "/status");
        if (!Files.exists(status)) {
            return false;
        }
        long ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .findFirst()
                .orElse(0);
        return (ignored & 1L << (signal - 1)) != 0;
    }

    String output() throws IOException {
        return Files.readString(outputFile(temporary), StandardCharsets.UTF_8);
    }

    /** The lines in which the command itself complains. */
    List<String> complaints() throws IOException {
        return output().lines().filter(line -> line.startsWith("plumb: ")).toList();
    }

    /** Waits until it has said so; fails at once where it ends without. */
    void awaitOutput(String text) {
        await().atMost(Patience.LONGEST)
                .failFast(() -> {
                    boolean isOver = !process.isAlive();
                    assertThat(isOver && !output().contains(text))
                            .as("ended without '%s': %s", text, output())
                            .isFalse();
                })
                .untilAsserted(() -> assertThat(output()).contains(text));
    }

    List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    /** The app among the children that was built in this module. */
    ProcessHandle app(String module) {
        return children().stream()
                .filter(child -> commandLine(child.pid()).contains(module + "/target"))
                .findFirst()
                .orElseThrow();
    }

    static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        } catch (IOException e) {
            return ProcessHandle.of(pid)
                    .flatMap(handle -> handle.info().commandLine())
                    .orElse("");
        }
    }

    static void awaitEnd(List<ProcessHandle> processes) {
        for (ProcessHandle process : processes) {
            await("the end of " + commandLine(process.pid()))
                    .atMost(Patience.LONGEST)
                    .until(() -> !process.isAlive());
        }
    }

    /** What is in the folder besides the output and what the caller expects. */
    List<Path> leftOver(String... expected) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> !file.equals(outputFile(temporary)))
                    .filter(file ->
                            !List.of(expected).contains(file.getFileName().toString()))
                    // The JVM's own counters of running processes; it removes them itself.
                    .filter(file -> !file.getFileName().toString().startsWith("hsperfdata"))
                    .toList();
        }
    }

    private static Path outputFile(Path temporary) {
        return temporary.resolve("output.txt");
    }
}
