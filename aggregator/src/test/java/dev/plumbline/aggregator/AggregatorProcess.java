package dev.plumbline.aggregator;

import static org.awaitility.Awaitility.await;

import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** A JVM of its own that aggregates: the real app, or {@link SmallAggregatorMain}. */
final class AggregatorProcess implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final Process process;
    private final Path readyFile;
    private final Path output;

    private AggregatorProcess(Path directory, List<String> command) throws IOException {
        output = Files.createTempFile(directory, "aggregator", ".log");
        readyFile = output.resolveSibling(output.getFileName() + ".ready");
        List<String> whole = new ArrayList<>();
        whole.add(JAVA.toString());
        whole.addAll(List.of(
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-D" + ReadyFile.PATH_PROPERTY + "=" + readyFile,
                "-D" + ChildProcess.SUPERVISED_PROPERTY + "=true"));
        whole.addAll(command);
        process = new ProcessBuilder(whole)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** The packaged app. */
    static AggregatorProcess app(Path directory, Map<String, String> settings) throws IOException {
        Path jar = Path.of(System.getProperty("plumbline.aggregator-jar"));
        List<String> command = new ArrayList<>(List.of(
                // Written by the first that ends in order: each start after it loads its classes from there.
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + jar.resolveSibling("tests.jsa"),
                "-Xlog:cds=off",
                "-Xlog:cds+dynamic=off",
                "-Xlog:aot=off"));
        command.add("-Dquarkus.http.port=0");
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add("-jar");
        command.add(jar.toString());
        return new AggregatorProcess(directory, command);
    }

    /** The same topology with little around it. */
    static AggregatorProcess small(Path directory, String bootstrapServers, String applicationId, boolean hooked)
            throws IOException {
        return new AggregatorProcess(
                directory,
                List.of(
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SmallAggregatorMain.class.getName(),
                        bootstrapServers,
                        applicationId,
                        directory.toString(),
                        String.valueOf(hooked)));
    }

    /** Waits until it says that it is ready. */
    ReadyFile awaitReady(Duration timeout) throws IOException {
        try {
            return await().atMost(timeout)
                    .failFast(() -> !process.isAlive())
                    .until(() -> ReadyFile.read(readyFile), Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException | TerminalFailureException e) {
            throw new IOException("the aggregator is not ready, it said: " + output(), e);
        }
    }

    int awaitExit(Duration timeout) throws IOException, InterruptedException {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("the aggregator does not end, it said: " + output());
        }
        return process.exitValue();
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    /** The body of a page of the app. */
    String get(String path) throws IOException, InterruptedException {
        int port = ReadyFile.read(readyFile).orElseThrow().ports().get("http");
        return HTTP.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .timeout(Duration.ofSeconds(30))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        if (!process.destroyForcibly().waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the aggregator was killed and is still there after 60 s");
        }
    }

    /** What happens when the supervisor is gone. */
    void abandon() throws IOException {
        process.getOutputStream().close();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
