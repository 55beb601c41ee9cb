package dev.plumbline.telemetry.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that is gone, slow, endless or elsewhere, over real sockets. */
class PageClientTest {

    private static final Duration LONG = Duration.ofSeconds(10);
    private final PageClient client = new PageClient();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = ScriptedServer.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Fetched get(String path, Duration timeout) throws InterruptedException {
        return client.get(PageAddress.of(server.url() + path, Map.of("Authorization", "Bearer s3cret")), timeout);
    }

    private static void isFailure(Fetched fetched, FailureReason reason) {
        assertThat(fetched)
                .isInstanceOfSatisfying(
                        Fetched.Failure.class,
                        failure -> assertThat(failure.reason())
                                .as(failure.detail())
                                .isEqualTo(reason));
    }

    @Test
    void aPageComesWithItsHeadersSent() throws InterruptedException {
        server.on("/metrics", ScriptedServer.reply(200, "text/plain", "a 1\n"));
        assertThat(get("/metrics", LONG)).isEqualTo(new Fetched.Page("a 1\n"));
        assertThat(server.requests().get(0).header("Authorization")).contains("Bearer s3cret");
    }

    @Test
    void anotherStatusIsAFailureWithItsFirstWordsAndARedirectIsNotFollowed() throws InterruptedException {
        server.on("/metrics", ScriptedServer.reply(401, "text/plain", "{\"error\":\"Unauthorized\"}\nsecond line"));
        isFailure(get("/metrics", LONG), FailureReason.HTTP_STATUS);
        assertThat(get("/metrics", LONG).toString())
                .contains("401")
                .contains("Unauthorized")
                .doesNotContain("second");
        server.header("/moved", 302, "Location", server.url() + "/secret");
        isFailure(get("/moved", LONG), FailureReason.HTTP_STATUS);
        assertThat(server.requests()).noneMatch(asked -> asked.asked().endsWith("/secret"));
    }

    /** What a sampler tells goes into the telemetry topic, into logs and onto a page of metrics. */
    @Test
    void noFailureRepeatsASecretOfItsAddress() throws InterruptedException {
        server.on("/metrics?k=Qu3ry", ScriptedServer.reply(404, "text/plain", "no /metrics?k=Qu3ry for Bearer s3cret"));
        server.on("/slow?k=Qu3ry", (out, request) -> {
            new CountDownLatch(1).await(400, TimeUnit.MILLISECONDS);
            return false;
        });
        server.on("/endless?k=Qu3ry", (out, request) -> {
            ScriptedServer.text(out, "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(1 << 20));
            for (int i = 0; i < 16; i++) {
                ScriptedServer.text(out, "x".repeat(1 << 20));
            }
            return false;
        });
        List<Fetched> failures = new ArrayList<>();
        failures.add(get("/metrics?k=Qu3ry", LONG));
        failures.add(get("/slow?k=Qu3ry", Duration.ofMillis(100)));
        failures.add(get("/endless?k=Qu3ry", LONG));
        int closed = server.port();
        server.close();
        failures.add(client.get(PageAddress.of("http://127.0.0.1:" + closed + "/a?k=Qu3ry", Map.of()), LONG));
        assertThat(failures)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(Fetched.Failure.class)
                        .asString()
                        .doesNotContain("Qu3ry")
                        .doesNotContain("s3cret"));
        assertThat(PageAddress.of("http://h/m?k=Qu3ry", Map.of()).toString()).isEqualTo("http://h/m");
        assertThatThrownBy(() -> PageAddress.of("http://user:Qu3ry@h/m", Map.of()))
                .hasMessageNotContaining("Qu3ry");
        assertThatThrownBy(() -> PageAddress.of("h t:/m?k=Qu3ry", Map.of())).hasMessageNotContaining("Qu3ry");
        assertThatThrownBy(() -> PageAddress.of("ftp://h/m?k=Qu3ry", Map.of())).hasMessageNotContaining("Qu3ry");
    }

    @Test
    void aBodyThatTricklesForEverIsGivenUpInTime() throws InterruptedException {
        CountDownLatch gone = new CountDownLatch(1);
        server.on("/metrics", (out, request) -> {
            ScriptedServer.text(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (gone.getCount() > 0) {
                ScriptedServer.chunk(out, "a 1\n");
                gone.await(5, TimeUnit.MILLISECONDS);
            }
            return false;
        });
        isFailure(get("/metrics", Duration.ofMillis(300)), FailureReason.TIMEOUT);
        gone.countDown();
    }

    @Test
    void aBodyWithoutEndIsCutOff() throws InterruptedException {
        server.on("/metrics", (out, request) -> {
            ScriptedServer.text(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 64; i++) {
                ScriptedServer.chunk(out, "\n".repeat(1 << 20));
            }
            return false;
        });
        isFailure(get("/metrics", LONG), FailureReason.TOO_LARGE);
    }

    @Test
    void nobodyThereIsAFailureToConnect() throws IOException, InterruptedException {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        isFailure(
                client.get(PageAddress.of("http://127.0.0.1:" + port + "/metrics", Map.of()), LONG),
                FailureReason.CONNECT);
    }

    @Test
    void linesAreToldWhileTheyComeAndATooLongOneEndsIt() throws InterruptedException {
        List<String> lines = new ArrayList<>();
        server.on("/lines", ScriptedServer.reply(200, "text/plain", "one\n\ntwo\nthree"));
        assertThat(client.stream(PageAddress.of(server.url() + "/lines", Map.of()), "{}", lines::add, LONG))
                .isEqualTo(new Fetched.Page(""));
        assertThat(lines).containsExactly("one", "two", "three");
        server.on("/lines", ScriptedServer.reply(200, "text/plain", "x".repeat(100_000)));
        isFailure(
                client.stream(PageAddress.of(server.url() + "/lines", Map.of()), "{}", lines::add, LONG),
                FailureReason.TOO_LARGE);
    }

    @Test
    void anAddressNeedsAHostAndAnHttpScheme() {
        for (String bad :
                List.of("", "localhost:8000", "ftp://host/x", "http:///x", "http://a b", "http://u:p@host/")) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> PageAddress.of(bad, Map.of()))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(PageAddress.of("http://host/x", Map.of("Authorization", "s3cret"))
                        .toString())
                .doesNotContain("s3cret");
    }
}
