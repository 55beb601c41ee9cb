package dev.plumbline.probe.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On real sockets. */
class SideClientTest {

    /** Long where a slow machine must not fail a test. */
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicReference<String> seen = new AtomicReference<>("");
    private final SideClient client = SideClient.onThisMachine(PATIENT, 8);
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/short", exchange -> answer(exchange, 200, "short"));
        server.createContext("/long", exchange -> answer(exchange, 200, "much too long"));
        server.createContext("/refused", exchange -> answer(exchange, 409, "no"));
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", "/short");
            answer(exchange, 302, "");
        });
        server.createContext("/stuck", exchange -> {
            // Headers and no body: the part of an answer that the JDK's own timeout does not cover.
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().flush();
            awaitEndOfTest();
        });
        server.start();
    }

    @AfterEach
    void end() {
        testIsOver.countDown();
        client.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void awaitEndOfTest() throws IOException {
        try {
            if (!testIsOver.await(60, TimeUnit.SECONDS)) {
                throw new IOException("the test does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange, int status, String body) throws IOException {
        seen.set(
                exchange.getRequestMethod() + " " + exchange.getRequestHeaders().getFirst("X-Team") + " "
                        + exchange.getRequestHeaders().getFirst("Content-Type") + " "
                        + new String(exchange.getRequestBody().readNBytes(64), StandardCharsets.UTF_8));
        exchange.getResponseHeaders().set("X-Kind", "test");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    @Test
    void anAnswerHasStatusHeadersAndBody() throws Exception {
        SideAnswer answer = client.ask(SideRequest.get(at("/short"), PATIENT));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-kind")).contains("test");
        assertThat(answer.text()).isEqualTo("short");
        assertThat(answer.cut()).isFalse();
    }

    @Test
    void aLongBodyIsCutAndSaysSo() throws Exception {
        SideAnswer answer = client.ask(SideRequest.get(at("/long"), PATIENT));

        assertThat(answer.text()).isEqualTo("much too");
        assertThat(answer.cut()).isTrue();
    }

    @Test
    void aRefusalIsAnAnswerAndARedirectIsNotFollowed() throws Exception {
        assertThat(client.ask(SideRequest.get(at("/refused"), PATIENT)).status())
                .isEqualTo(409);

        SideAnswer moved = client.ask(SideRequest.get(at("/moved"), PATIENT));
        assertThat(moved.status()).isEqualTo(302);
        assertThat(moved.header("Location")).contains("/short");
    }

    @Test
    void methodHeadersAndBodyAreSent() throws Exception {
        client.ask(SideRequest.postJson(at("/short"), "{}".getBytes(StandardCharsets.UTF_8), PATIENT));
        assertThat(seen.get()).isEqualTo("POST null application/json {}");

        client.ask(new SideRequest("PUT", at("/short"), Map.of("X-Team", "a b"), Optional.empty(), PATIENT));
        assertThat(seen.get()).isEqualTo("PUT a b null ");

        client.ask(SideRequest.post(at("/short"), PATIENT));
        assertThat(seen.get()).isEqualTo("POST null null ");
    }

    @Test
    void aBodyThatDoesNotComeIsATimeout() {
        assertThatExceptionOfType(HttpTimeoutException.class)
                .isThrownBy(() -> client.ask(SideRequest.get(at("/stuck"), Duration.ofMillis(200))))
                .withMessage("request timed out");
    }

    @Test
    void nobodyThereIsAConnectException() {
        URI gone = at("/short");
        server.stop(0);

        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> client.ask(SideRequest.get(gone, PATIENT)));
    }

    @Test
    void whatIsWrittenOfARequestHoldsNoSecret() {
        SideRequest request = new SideRequest(
                "POST",
                URI.create("https://user:pw@host:8443/v1/chat?key=S3CR3T"),
                Map.of("Authorization", "Bearer S3CR3T"),
                Optional.of("S3CR3T".getBytes(StandardCharsets.UTF_8)),
                PATIENT);

        assertThat(request).hasToString("POST https://host:8443/v1/chat");
        assertThat(new SideAnswer(
                        200,
                        java.net.http.HttpHeaders.of(Map.of(), (name, value) -> true),
                        "S3CR3T".getBytes(StandardCharsets.UTF_8),
                        false))
                .hasToString("SideAnswer[200, 6 bytes]");
    }

    @Test
    void aRequestWithoutABoundIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SideRequest.get(at("/short"), Duration.ZERO))
                .withMessageContaining("must be positive");
        assertThatIllegalArgumentException().isThrownBy(() -> SideClient.onThisMachine(PATIENT, 0));
    }
}
