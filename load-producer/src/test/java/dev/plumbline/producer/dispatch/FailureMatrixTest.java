package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.limits.BreakerSettings;
import dev.plumbline.producer.limits.CircuitBreaker;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.limits.SpendLimits;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.TargetUrl;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of failure and each hostility, provoked on a real socket. */
@Timeout(60)
class FailureMatrixTest {

    private static final String CONTENT = "{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":null}]}";
    private static final String FINISH = "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}";

    private static Drive drive;

    @BeforeAll
    static void start() {
        drive = new Drive();
    }

    @AfterAll
    static void stop() {
        drive.close();
    }

    private enum Case {
        ADMISSION_CONTROL_503(
                FailureKind.REJECTED,
                out -> ScriptedServer.status(
                        out,
                        "503 Service Unavailable",
                        "",
                        "{\"error\":{\"message\":\"The engine is currently busy and cannot accept new requests.\",\"code\":503}}")),
        TOO_MANY_429(
                FailureKind.REJECTED,
                out -> ScriptedServer.status(
                        out, "429 Too Many Requests", "Retry-After: 1\r\n", "{\"error\":\"slow down\"}")),
        ERROR_AS_TEXT_401(
                FailureKind.HTTP_4XX,
                out -> ScriptedServer.status(out, "401 Unauthorized", "", "{\"error\":\"Unauthorized\"}")),
        VALIDATION_422(
                FailureKind.HTTP_4XX,
                out -> ScriptedServer.status(
                        out,
                        "422 Unprocessable Entity",
                        "",
                        "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"Field required\",\"input\":{\"prompt\":\"s3cret\"}}]}")),
        GATEWAY_PAGE_502(
                FailureKind.HTTP_5XX,
                out -> ScriptedServer.status(out, "502 Bad Gateway", "", "<html>bad gateway</html>")),
        ERROR_THEN_DONE(FailureKind.STREAM_ERROR, out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.content(out);
            ScriptedServer.event(out, FINISH);
            ScriptedServer.event(out, "{\"error\":{\"message\":\"EngineCore died\",\"code\":500}}");
            ScriptedServer.streamEnd(out);
        }),
        ERROR_TEXT_IN_STREAM(FailureKind.STREAM_ERROR, out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.event(out, "{\"error\":\"unexpected EOF\"}");
            ScriptedServer.streamEnd(out);
        }),
        ERROR_BODY_IN_A_200(
                FailureKind.STREAM_ERROR,
                out -> ScriptedServer.status(out, "200 OK", "", "{\"error\":{\"message\":\"model is loading\"}}")),
        CLEAN_END_WITHOUT_FINISH(FailureKind.TRUNCATED, out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.content(out);
            ScriptedServer.text(out, "0\r\n\r\n");
        }),
        CUT_LENGTH(
                FailureKind.TRUNCATED,
                out -> ScriptedServer.text(
                        out,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"choices\":[")),
        EMPTY_BODY(FailureKind.EMPTY, out -> ScriptedServer.status(out, "200 OK", "", "")),
        DONE_ONLY(FailureKind.EMPTY, out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.streamEnd(out);
        }),
        INVALID_UTF8(FailureKind.MALFORMED, out -> {
            ScriptedServer.streamHead(out);
            byte[] event = "data: {\"choices\":[{\"delta\":{\"content\":\"\u00c3(\"}}]}\n\n"
                    .getBytes(StandardCharsets.ISO_8859_1);
            ScriptedServer.text(out, Integer.toHexString(event.length) + "\r\n");
            out.write(event);
            ScriptedServer.text(out, "\r\n");
            ScriptedServer.streamEnd(out);
        }),
        DEEP_NESTING(FailureKind.MALFORMED, out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.event(out, "{\"a\":" + "[".repeat(5_000));
            ScriptedServer.streamEnd(out);
        }),
        NUMBER_WITHOUT_END(FailureKind.MALFORMED, out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.event(out, "{\"usage\":{\"completion_tokens\":" + "9".repeat(50_000) + "}}");
            ScriptedServer.streamEnd(out);
        }),
        LINE_WITHOUT_END(FailureKind.MALFORMED, out -> {
            ScriptedServer.streamHead(out);
            flood(out, "10000\r\n" + "x".repeat(1 << 16) + "\r\n");
        }),
        BODY_WITHOUT_END(FailureKind.MALFORMED, out -> {
            ScriptedServer.text(
                    out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            flood(out, "10000\r\n" + " ".repeat(1 << 16) + "\r\n");
        }),
        ERROR_BODY_WITHOUT_END(FailureKind.HTTP_5XX, out -> {
            ScriptedServer.text(out, "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n");
            flood(out, "10000\r\n" + " ".repeat(1 << 16) + "\r\n");
        }),
        HEADERS_WITHOUT_END(FailureKind.MALFORMED, out -> {
            ScriptedServer.text(out, "HTTP/1.1 200 OK\r\n");
            flood(out, "X-More: " + "y".repeat(1_000) + "\r\n");
        }),
        STATUS_LINE_WITHOUT_END(FailureKind.MALFORMED, out -> flood(out, "HTTP/1.1 200 " + "y".repeat(1_000))),
        BAD_CHUNK_SIZE(FailureKind.MALFORMED, out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.text(out, "zz\r\n");
            ScriptedServer.text(out, "data: {}\n\n\r\n");
        }),
        COMPRESSED_BOMB(FailureKind.MALFORMED, out -> {
            byte[] bomb = bomb();
            ScriptedServer.text(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nContent-Length: "
                            + bomb.length + "\r\n\r\n");
            out.write(bomb);
            out.flush();
        }),
        COMPRESSED_BUSY_503(
                FailureKind.REJECTED,
                out -> ScriptedServer.status(out, "503 Service Unavailable", "Content-Encoding: br\r\n", "xx")),
        REDIRECT(
                FailureKind.MALFORMED,
                out -> ScriptedServer.status(
                        out, "307 Temporary Redirect", "Location: http://127.0.0.1:1/v1/chat/completions\r\n", "")),
        NOT_HTTP(FailureKind.MALFORMED, out -> ScriptedServer.text(out, "SSH-2.0-OpenSSH_9.9\r\n\r\n"));

        private final FailureKind kind;
        private final Part part;

        Case(FailureKind kind, Part part) {
            this.kind = kind;
            this.part = part;
        }
    }

    private interface Part {
        void write(OutputStream out) throws IOException;
    }

    /** Writes until the other side hangs up; a bound of 64 MiB keeps a mistake from hanging the test. */
    private static void flood(OutputStream out, String piece) throws IOException {
        byte[] bytes = piece.getBytes(StandardCharsets.US_ASCII);
        for (long sent = 0; sent < 1L << 26; sent += bytes.length) {
            out.write(bytes);
        }
        out.flush();
    }

    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                zip.write(zeros);
            }
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Case.class)
    void isClassified(Case provoked) throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> {
            provoked.part.write(out);
            return false;
        })) {
            RequestEvent event = drive.one(server.port());
            assertFailed(event, provoked.kind);
            assertThat(event.outcome().toString()).doesNotContain("s3cret");
        }
    }

    /** The other host hears nothing: not the request, not the key. */
    @Test
    void aRedirectToAnotherHostIsNotFollowed() throws Exception {
        try (ScriptedServer other = new ScriptedServer(ScriptedServer::wholeAnswer);
                ScriptedServer server = new ScriptedServer(out -> {
                    ScriptedServer.status(
                            out,
                            "308 Permanent Redirect",
                            "Location: http://localhost:" + other.port() + "/v1/chat/completions\r\n",
                            "");
                    return true;
                })) {
            RequestEvent event = drive.one(server.port());
            assertFailed(event, FailureKind.MALFORMED);
            assertThat(((Outcome.Failed) event.outcome()).httpStatus()).hasValue(308);
            assertThat(other.connections()).isZero();
        }
    }

    /** A host that takes no connection, by a full backlog. */
    @Test
    void aConnectionThatIsNotTakenIsConnect() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> filling = new java.util.ArrayList<>();
            try {
                for (int i = 0; i < 8; i++) {
                    Socket socket = new Socket();
                    filling.add(socket);
                    try {
                        socket.connect(full.getLocalSocketAddress(), 50);
                    } catch (IOException e) {
                        break;
                    }
                }
                Timeouts timeouts = new Timeouts(
                        200 * Drive.MILLI, 10_000 * Drive.MILLI, 10_000 * Drive.MILLI, 20_000 * Drive.MILLI);
                RequestEvent event =
                        drive.one(Drive.at(full.getLocalPort(), EndpointType.CHAT), Drive.chat(), timeouts);
                assertFailed(event, FailureKind.CONNECT);
                assertThat(event.timeToFailureNanos().orElseThrow())
                        .as("not by one of the other timeouts")
                        .isLessThan(10_000 * Drive.MILLI);
            } finally {
                for (Socket socket : filling) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void aNameThatIsNotFoundIsConnect() throws Exception {
        Endpoint nowhere = Endpoint.at(new TargetUrl(false, "no-such-host.invalid", 80, "/"), Map.of());
        assertFailed(drive.one(nowhere, Drive.chat(), Drive.timeouts(10_000, 10_000, 20_000)), FailureKind.CONNECT);
    }

    /** Bytes that come one by one, comments, roles and pings: none of them is a token. */
    @Test
    void slowDripsDoNotKeepARequestAlive() throws Exception {
        assertFailed(
                dripping("HTTP/1.1 200 OK\r\nX: " + "y".repeat(500), 150, 5_000, 5_000),
                FailureKind.TIMEOUT_FIRST_TOKEN);
        assertFailed(drippingAfterHead(": ping\n\n", 150, 5_000, 5_000, false), FailureKind.TIMEOUT_FIRST_TOKEN);
        assertFailed(
                drippingAfterHead(
                        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
                        5_000,
                        150,
                        5_000,
                        true),
                FailureKind.TIMEOUT_STALL);
        assertFailed(
                drippingAfterHead("data: " + CONTENT + "\n\n", 5_000, 5_000, 300, true), FailureKind.TIMEOUT_TOTAL);
    }

    private static RequestEvent dripping(String text, long firstToken, long stall, long total) throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> {
            for (int i = 0; i < text.length(); i++) {
                ScriptedServer.text(out, text.substring(i, i + 1));
                Thread.currentThread().join(5);
            }
            return false;
        })) {
            return drive.one(
                    Drive.at(server.port(), EndpointType.CHAT), Drive.chat(), Drive.timeouts(firstToken, stall, total));
        }
    }

    private static RequestEvent drippingAfterHead(
            String piece, long firstToken, long stall, long total, boolean content) throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> {
            ScriptedServer.streamHead(out);
            if (content) {
                ScriptedServer.content(out);
            }
            for (int i = 0; i < 2_000; i++) {
                ScriptedServer.text(out, Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
                Thread.currentThread().join(5);
            }
            return false;
        })) {
            return drive.one(
                    Drive.at(server.port(), EndpointType.CHAT), Drive.chat(), Drive.timeouts(firstToken, stall, total));
        }
    }

    /**
     * A connection that is closed or reset after every byte of an answer: never complete before the finish reason was whole,
     * never anything but truncated. A reset may overtake the last bytes.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCutAfterAnyByteIsTruncatedUntilTheFinishReasonIsWhole(boolean resets) throws Exception {
        byte[] whole = answer();
        // A data line that is whole counts without its blank line.
        String finish = "\"stop\"}]}\n";
        int finishAt = new String(whole, StandardCharsets.US_ASCII).indexOf(finish) + finish.length();
        AtomicInteger next = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(
                (out, request) -> {
                    out.write(whole, 0, next.getAndIncrement() % (whole.length + 1));
                    out.flush();
                    return false;
                },
                resets ? ScriptedServer.Ending.RESET : ScriptedServer.Ending.CLOSE,
                0)) {
            List<RequestEvent> events = drive.run(
                    Drive.at(server.port(), EndpointType.CHAT),
                    Drive.chat(),
                    Drive.timeouts(10_000, 10_000, 20_000),
                    new LoadPlan.Closed(1, 0),
                    whole.length + 1,
                    RetryPolicy.NEVER);
            assertThat(events).hasSize(whole.length + 1);
            for (int cut = 0; cut <= whole.length; cut++) {
                RequestEvent event = events.get(cut);
                if (cut < finishAt || (resets && event.outcome() instanceof Outcome.Failed)) {
                    assertFailed(event, FailureKind.TRUNCATED);
                } else {
                    assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
                }
            }
        }
    }

    private static byte[] answer() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ScriptedServer.wholeAnswer(bytes);
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"-1", "9223372036854775807", "99999999999999999999999999", "1e300", "\"many\"", "100000001", "null"})
    void anAbsurdCountIsNotBelievedAndTheChunksAreCounted(String count) throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.content(out);
            ScriptedServer.content(out);
            ScriptedServer.event(out, FINISH);
            ScriptedServer.event(
                    out, "{\"choices\":[],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":" + count + "}}");
            ScriptedServer.streamEnd(out);
            return true;
        })) {
            RequestEvent event = drive.one(server.port());
            assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
            assertThat(event.response().tokens().output().orElseThrow().source())
                    .isEqualTo(TokenSource.CHUNKS);
            assertThat(event.response().tokens().output().orElseThrow().count()).isEqualTo(2);
            assertThat(event.response().tokens().prompt().orElseThrow().count()).isEqualTo(4);
        }
    }

    /** What one target does on the same event loop is not seen in the numbers of another. */
    @Test
    void aHostileTargetMovesNoOtherTargetsNumbers() throws Exception {
        try (ScriptedServer flooding = new ScriptedServer(out -> {
                    ScriptedServer.streamHead(out);
                    flood(out, "10000\r\n" + "x".repeat(1 << 16) + "\r\n");
                    return false;
                });
                ScriptedServer healthy = new ScriptedServer(ScriptedServer::wholeAnswer);
                Drive other = new Drive()) {
            var hostile = other.begin(
                    Drive.at(flooding.port(), EndpointType.CHAT),
                    Drive.chat(),
                    Drive.timeouts(10_000, 10_000, 20_000),
                    new LoadPlan.Closed(2, 0),
                    20,
                    RetryPolicy.NEVER);
            List<RequestEvent> events = drive.run(
                    Drive.at(healthy.port(), EndpointType.CHAT),
                    Drive.chat(),
                    Drive.timeouts(10_000, 10_000, 20_000),
                    new LoadPlan.Closed(2, 0),
                    100,
                    RetryPolicy.NEVER);
            hostile.get(30, TimeUnit.SECONDS);
            assertThat(events).allMatch(event -> event.outcome().equals(new Outcome.Completed("stop")));
            assertThat(events).allSatisfy(event -> {
                assertThat(event.response().tokens().output().orElseThrow().count())
                        .isEqualTo(3);
                assertThat(event.response().contentChunks()).isEqualTo(2);
            });
            assertThat(other.events()).hasSize(20).allSatisfy(event -> assertFailed(event, FailureKind.MALFORMED));
        }
    }

    /** Cancelling closes the connection, so that the server can stop. */
    @Test
    void cancellingClosesTheStreamOfOtherProtocolsToo() throws Exception {
        CountDownLatch freed = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (ScriptedServer server = new ScriptedServer(out -> {
            try {
                ScriptedServer.text(
                        out,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
                String line = "{\"response\":\"x\",\"done\":false}\n";
                while (true) {
                    ScriptedServer.text(out, Integer.toHexString(line.length()) + "\r\n" + line + "\r\n");
                    begun.countDown();
                    freed.await(5, TimeUnit.MILLISECONDS);
                }
            } catch (IOException e) {
                freed.countDown();
                return false;
            }
        })) {
            try (Drive own = new Drive()) {
                var done = own.begin(
                        Drive.at(server.port(), EndpointType.OLLAMA_GENERATE),
                        Drive.protocol(EndpointType.OLLAMA_GENERATE, true),
                        Drive.timeouts(10_000, 10_000, 20_000),
                        new LoadPlan.Closed(1, 0),
                        1,
                        RetryPolicy.NEVER);
                assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
                own.stop();
                done.get(60, TimeUnit.SECONDS);
                assertThat(own.events()).extracting(RequestEvent::outcome).containsExactly(new Outcome.Cancelled());
                assertThat(freed.await(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void aFailedRequestIsTriedAgainOnlyWhenAskedAndEachTryIsAnEventOfItsOwn() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedServer server = new ScriptedServer(out -> {
            if (asked.incrementAndGet() % 3 != 0) {
                ScriptedServer.status(out, "503 Service Unavailable", "Retry-After: 0.05\r\n", "{\"error\":\"busy\"}");
                return true;
            }
            return ScriptedServer.wholeAnswer(out);
        })) {
            Endpoint endpoint = Drive.at(server.port(), EndpointType.CHAT);
            Timeouts timeouts = Drive.timeouts(10_000, 10_000, 20_000);
            List<RequestEvent> events = drive.run(
                    endpoint,
                    Drive.chat(),
                    timeouts,
                    new LoadPlan.Closed(1, 0),
                    1,
                    new RetryPolicy(3, Drive.MILLI, 1_000 * Drive.MILLI));
            assertThat(events).extracting(event -> event.attempt().number()).containsExactly(1, 2, 3);
            assertThat(events)
                    .extracting(event -> event.attempt().requestId())
                    .containsExactly("p-1-0", "p-1-0.2", "p-1-0.3");
            assertThat(events.get(1).attempt().retryOf()).contains("p-1-0");
            assertThat(events.get(2).attempt().retryOf()).contains("p-1-0.2");
            assertFailed(events.get(1), FailureKind.REJECTED);
            assertThat(events.get(2).outcome()).isEqualTo(new Outcome.Completed("stop"));
            assertThat(events.get(1).stamps().dueNanos()
                            - events.get(0).stamps().endNanos())
                    .as("Retry-After is honoured")
                    .isGreaterThanOrEqualTo(49 * Drive.MILLI);
            asked.set(0);
            assertThat(drive.run(endpoint, Drive.chat(), timeouts, new LoadPlan.Closed(1, 0), 1, RetryPolicy.NEVER))
                    .hasSize(1);
            asked.set(0);
            assertThat(drive.run(
                            endpoint,
                            Drive.chat(),
                            timeouts,
                            new LoadPlan.Closed(1, 0),
                            1,
                            new RetryPolicy(3, Drive.MILLI, 10 * Drive.MILLI)))
                    .as("a longer pause than we are ready for is not waited for")
                    .hasSize(1);
        }
    }

    /** A retry costs as much as a first try, and a target that is left alone is left alone by retries, too. */
    @Test
    void retriesAreHeldByTheSpendLimitAndTheCircuitBreaker() throws Exception {
        try (Drive own = new Drive();
                ScriptedServer busy = new ScriptedServer(out -> {
                    ScriptedServer.status(out, "503 Service Unavailable", "", "{\"error\":\"busy\"}");
                    return true;
                })) {
            Protection threeRequests = new Protection(
                    new SpendGuard(
                            new SpendLimits(OptionalLong.of(3), OptionalLong.empty(), OptionalDouble.empty(), 0, 0)),
                    new CircuitBreaker(new BreakerSettings(2, 1, 1)));
            retried(own, busy, threeRequests).get(60, TimeUnit.SECONDS);
            assertThat(own.events()).hasSize(3);
        }
        try (Drive own = new Drive();
                ScriptedServer busy = new ScriptedServer(out -> {
                    ScriptedServer.status(out, "503 Service Unavailable", "", "{\"error\":\"busy\"}");
                    return true;
                })) {
            Protection opensAtTwo = new Protection(
                    new SpendGuard(SpendLimits.none()),
                    new CircuitBreaker(new BreakerSettings(1, 2, TimeUnit.MINUTES.toNanos(5))));
            CompletableFuture<Void> done = retried(own, busy, opensAtTwo);
            await("the breaker opens")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> own.events().size() >= 2);
            own.stop();
            done.get(60, TimeUnit.SECONDS);
            assertThat(own.events()).hasSize(2);
        }
    }

    /** A rate that a request reached with its third try was not offered three times. */
    @Test
    void aRequestAndItsRetriesWereOfferedOnce() throws Exception {
        try (Drive own = new Drive();
                ScriptedServer busy = new ScriptedServer(out -> {
                    ScriptedServer.status(out, "503 Service Unavailable", "", "{\"error\":\"busy\"}");
                    return true;
                })) {
            List<RequestEvent> tries = own.run(
                    Drive.at(busy.port(), EndpointType.CHAT),
                    Drive.chat(),
                    Drive.timeouts(10_000, 10_000, 20_000),
                    new LoadPlan.Closed(1, 0),
                    1,
                    new RetryPolicy(3, Drive.MILLI, 0));
            assertThat(tries).hasSize(3);
            assertThat(own.offeredInAll()).isEqualTo(1);
            assertThat(own.counters.dueRequests()).isEqualTo(1);
        }
    }

    /** The server worked for it, and nobody says how much. */
    @Test
    void whatIsCutIsPaidForAtItsWorst() throws Exception {
        try (Drive own = new Drive();
                ScriptedServer cut = new ScriptedServer(out -> {
                    ScriptedServer.streamHead(out);
                    ScriptedServer.content(out);
                    return false;
                })) {
            // Worst case of a request: 2 x 4 prompt tokens and 8 of the answer.
            SpendGuard guard = new SpendGuard(
                    new SpendLimits(OptionalLong.empty(), OptionalLong.of(160), OptionalDouble.empty(), 0, 0));
            own.begin(
                            Drive.at(cut.port(), EndpointType.CHAT),
                            Drive.chat(),
                            Drive.timeouts(10_000, 10_000, 20_000),
                            new LoadPlan.Closed(1, 0),
                            1_000,
                            RetryPolicy.NEVER,
                            new Protection(guard, new CircuitBreaker(new BreakerSettings(2, 1, 1))))
                    .get(60, TimeUnit.SECONDS);
            assertThat(own.events()).hasSize(10);
        }
    }

    private static CompletableFuture<Void> retried(Drive own, ScriptedServer server, Protection protection) {
        return own.begin(
                Drive.at(server.port(), EndpointType.CHAT),
                Drive.chat(),
                Drive.timeouts(10_000, 10_000, 20_000),
                new LoadPlan.Closed(1, 0),
                100,
                new RetryPolicy(10, Drive.MILLI, 0),
                protection);
    }

    @Test
    void whatHasBegunToAnswerAndWhatCannotBeMendedIsNotTriedAgain() throws Exception {
        RetryPolicy often = new RetryPolicy(5, 0, 0);
        try (ScriptedServer cut = new ScriptedServer(out -> {
                    ScriptedServer.streamHead(out);
                    ScriptedServer.content(out);
                    return false;
                });
                ScriptedServer refusing = new ScriptedServer(out -> {
                    ScriptedServer.status(out, "400 Bad Request", "", "{\"error\":\"no\"}");
                    return true;
                })) {
            for (ScriptedServer server : List.of(cut, refusing)) {
                assertThat(drive.run(
                                Drive.at(server.port(), EndpointType.CHAT),
                                Drive.chat(),
                                Drive.timeouts(10_000, 10_000, 20_000),
                                new LoadPlan.Closed(1, 0),
                                2,
                                often))
                        .hasSize(2)
                        .allMatch(event -> event.attempt().number() == 1);
            }
        }
    }

    private static void assertFailed(RequestEvent event, FailureKind kind) {
        assertThat(event.outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed ->
                                assertThat(failed.kind()).as(failed.toString()).isEqualTo(kind));
        assertThat(event.timeToFailureNanos()).isNotEqualTo(OptionalLong.empty());
    }
}
