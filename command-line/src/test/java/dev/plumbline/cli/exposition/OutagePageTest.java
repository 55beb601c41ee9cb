package dev.plumbline.cli.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.stack.PipeClient;
import dev.plumbline.judgement.result.Outage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OutagePageTest {

    private long nowNanos = Long.MAX_VALUE;
    private final OutagePage page = new OutagePage(List.of("broker", "detector"), () -> nowNanos);

    private static Outage outage(int exitCode, int starts, OptionalLong awayMillis) {
        return new Outage(
                "broker", 1_700_000_000_500L, OptionalInt.of(exitCode), starts, awayMillis, "\"last\"\nwords");
    }

    /** The page of {@code plumb up}, where nobody asks for a token. */
    @Test
    void whoeverWantsToChangeSomethingIsRefused() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        try (MetricsServer server = MetricsServer.start(page)) {
            for (String method : List.of("GET", "POST", "PUT", "DELETE", "PATCH")) {
                for (String path : List.of("/metrics", "/metrics/x", "/", "/end", "/release")) {
                    HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .timeout(Duration.ofMinutes(1))
                            .build();
                    int status = http.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode();
                    boolean isPage = path.equals("/metrics");
                    assertThat(status)
                            .as(method + " " + path)
                            .isEqualTo(isPage ? method.equals("GET") ? 200 : 405 : 404);
                }
            }
        } finally {
            http.shutdownNow();
        }
    }

    @Test
    void aStackThatIsWholeIsUpFromTheBeginning() {
        assertThat(page.text())
                .contains(
                        "# TYPE plumbline_stack_part_up gauge\n",
                        "plumbline_stack_part_up{part=\"broker\"} 1\n",
                        "plumbline_stack_part_up{part=\"detector\"} 1\n",
                        "plumbline_stack_part_ends_total{part=\"broker\"} 0\n",
                        "plumbline_stack_part_away_seconds_total{part=\"detector\"} 0.0\n")
                .doesNotContain("by_cause_total{", "timestamp_seconds{");
    }

    @Test
    void anOutageIsCountedByItsCauseAndGrowsUntilItIsOver() {
        page.away(outage(137, 0, OptionalLong.empty()), Duration.ofSeconds(1), 4);
        nowNanos += Duration.ofMillis(2_500).toNanos();
        assertThat(page.text())
                .contains(
                        "plumbline_stack_part_up{part=\"broker\"} 0\n",
                        "plumbline_stack_part_ends_by_cause_total{part=\"broker\",cause=\"signal 9\"} 1\n",
                        "plumbline_stack_part_away_seconds_total{part=\"broker\"} 2.5\n",
                        "plumbline_stack_part_last_end_timestamp_seconds{part=\"broker\"} 1700000000.500\n");

        page.away(outage(4, 1, OptionalLong.empty()), Duration.ofSeconds(2), 3);
        page.back(outage(4, 2, OptionalLong.of(6_000)));
        nowNanos += Duration.ofHours(1).toNanos();
        assertThat(page.text())
                .contains(
                        "plumbline_stack_part_up{part=\"broker\"} 1\n",
                        "plumbline_stack_part_ends_total{part=\"broker\"} 2\n",
                        "plumbline_stack_part_ends_by_cause_total{part=\"broker\",cause=\"exit code 4\"} 1\n",
                        "plumbline_stack_part_ends_by_cause_total{part=\"broker\",cause=\"signal 9\"} 1\n",
                        "plumbline_stack_part_away_seconds_total{part=\"broker\"} 6.0\n");
    }

    @Test
    void itIsServed() throws Exception {
        try (MetricsServer server = MetricsServer.start(page)) {
            assertThat(new PipeClient().get(server.url() + "/metrics")).isEqualTo(page.text());
        }
    }
}
