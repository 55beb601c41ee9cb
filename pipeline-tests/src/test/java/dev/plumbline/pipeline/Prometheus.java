package dev.plumbline.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A running Prometheus, the program of that name on the path, and its query API. */
record Prometheus(Process process, int port) implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    static Prometheus start(Path configuration, Path data, String... flags) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(
                "prometheus",
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + data,
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn"));
        command.addAll(List.of(flags));
        return new Prometheus(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start(),
                port);
    }

    /** The value of an expression, once it has exactly one that is a number. */
    double await(String expression) {
        JsonNode answer = Awaitility.await(expression + " has a single value")
                .atMost(Patience.LONGEST)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(
                        () -> get("query?query=" + encoded(expression)),
                        last -> singleValue(last).isPresent());
        return singleValue(answer).orElseThrow();
    }

    private static OptionalDouble singleValue(JsonNode answer) {
        JsonNode results = answer.path("data").path("result");
        if (results.size() != 1) {
            return OptionalDouble.empty();
        }
        double value = Double.parseDouble(results.get(0).path("value").get(1).asText());
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    /** How many numbers and histograms an expression has over the last so many seconds; NaN is no number. */
    int points(String expression, Duration span, Duration step) throws IOException, InterruptedException {
        double end = Instant.now().toEpochMilli() / 1e3;
        JsonNode answer = get("query_range?query=" + encoded(expression) + "&start=" + (end - span.toSeconds())
                + "&end=" + end + "&step=" + step.toSeconds());
        if (!answer.path("status").asText().equals("success")) {
            throw new AssertionError(expression + ": " + answer);
        }
        int points = 0;
        for (JsonNode series : answer.path("data").path("result")) {
            points += series.path("histograms").size();
            for (JsonNode value : series.path("values")) {
                if (Double.isFinite(Double.parseDouble(value.get(1).asText()))) {
                    points++;
                }
            }
        }
        return points;
    }

    /** An answer of the API below {@code /api/v1/}. */
    JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + path))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return JSON.readTree(response.body());
    }

    private static String encoded(String expression) {
        return URLEncoder.encode(expression, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor(60, TimeUnit.SECONDS);
        }
    }
}
