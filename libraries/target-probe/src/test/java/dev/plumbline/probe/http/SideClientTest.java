package dev.plumbline.probe.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plumbline.protocol.scripted.ScriptedServer;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On real sockets. */
class SideClientTest {

    /** Long where a slow machine must not fail a test. */
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final SideClient client = SideClient.onThisMachine(PATIENT, 8);
    private ScriptedServer server;

    @BeforeEach
    void serve() {
        server = ScriptedServer.start()
                .on("GET /long", 200, "text/plain", "much too long")
                .on("GET /refused", 409, "text/plain", "no")
                .header("GET /moved", 302, "Location", "/short")
                // Headers and no body: the part of an answer that the JDK's own timeout does not cover.
                .on("GET /stuck", (out, request) -> {
                    ScriptedServer.text(out, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
                    return true;
                });
        for (String method : List.of("GET", "POST", "PUT")) {
            server.on(method + " /short", (out, request) -> {
                ScriptedServer.status(out, "200 OK", "X-Kind: test\r\n", "short");
                return true;
            });
        }
    }

    @AfterEach
    void end() {
        client.close();
        server.close();
    }

    private String seen() {
        ScriptedServer.Request request = server.requests().getLast();
        return request.asked() + " " + request.header("X-Team").orElse("-") + " "
                + request.header("Content-Type").orElse("-") + " " + request.body();
    }

    private URI at(String path) {
        return URI.create(server.url() + path);
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
        assertThat(seen()).isEqualTo("POST /short - application/json {}");

        client.ask(new SideRequest("PUT", at("/short"), Map.of("X-Team", "a b"), Optional.empty(), PATIENT));
        assertThat(seen()).isEqualTo("PUT /short a b - ");

        client.ask(SideRequest.post(at("/short"), PATIENT));
        assertThat(seen()).isEqualTo("POST /short - - ");
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
        server.close();

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
