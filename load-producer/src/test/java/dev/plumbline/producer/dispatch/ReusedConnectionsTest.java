package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.limits.BreakerSettings;
import dev.plumbline.producer.limits.CircuitBreaker;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.limits.SpendLimits;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that end connections which they promised to keep: no fault of an answer, so none of a request. */
class ReusedConnectionsTest {

    private Drive drive;

    @BeforeEach
    void start() {
        drive = new Drive();
    }

    @AfterEach
    void stop() {
        drive.close();
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatClosesAfterEachAnswerFailsNoRequestOfAClosedLoop(ScriptedServer.Ending ending) throws Exception {
        try (ScriptedServer server = server(ending, (out, request) -> request.ordinal() == 0 && closing(out))) {
            assertAllCompleted(run(server, new LoadPlan.Closed(2, 0), 40), 40);
        }
    }

    @Test
    void norOfAnOpenLoop() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ReusedConnectionsTest::closing)) {
            assertAllCompleted(run(server, open(100), 60), 60);
        }
    }

    @Test
    void aServerThatClosesWhatIsIdleJustWhenTheNextRequestIsDueFailsNone() throws Exception {
        try (ScriptedServer server = new ScriptedServer(
                (out, request) -> ScriptedServer.wholeAnswer(out), ScriptedServer.Ending.CLOSE, 24)) {
            assertAllCompleted(run(server, open(40), 80), 80);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKeptConnectionThatIsCutIsNoAttempt(ScriptedServer.Ending ending) throws Exception {
        try (ScriptedServer server =
                server(ending, (out, request) -> request.ordinal() == 0 && ScriptedServer.wholeAnswer(out))) {
            assertAllCompleted(run(server, new LoadPlan.Closed(1, 0), 8), 8);
        }
    }

    /** More than the sockets of both sides hold, so that the cut comes while most of it is still to be written. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKeptConnectionThatIsCutWhileWeWriteIsNoAttempt(boolean withReset) throws Exception {
        drive.workload = Drive.words(1_500_000);
        AtomicInteger cut = new AtomicInteger();
        try (ServerSocket listening = new ServerSocket()) {
            listening.setReceiveBufferSize(16 << 10);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread.ofVirtual().start(() -> {
                while (!listening.isClosed()) {
                    try {
                        Socket accepted = listening.accept();
                        Thread.ofVirtual().start(() -> answerOneAndCutTheNext(accepted, withReset, cut));
                    } catch (IOException e) {
                        // The test is over.
                        return;
                    }
                }
            });
            List<RequestEvent> events = drive.run(
                    Drive.at(listening.getLocalPort(), EndpointType.CHAT),
                    Drive.chat(),
                    Drive.timeouts(20_000, 20_000, 40_000),
                    new LoadPlan.Closed(1, 0),
                    4,
                    RetryPolicy.NEVER);
            assertAllCompleted(events, 4);
            assertThat(cut.get()).isPositive();
            assertThat(drive.reuse.repeatedRequests()).isEqualTo(cut.get());
        }
    }

    private static void answerOneAndCutTheNext(Socket socket, boolean withReset, AtomicInteger cut) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            skipRequest(in);
            ScriptedServer.wholeAnswer(socket.getOutputStream());
            if (in.readNBytes(1_000).length == 1_000) {
                cut.incrementAndGet();
                socket.setSoLinger(withReset, 0);
            }
        } catch (IOException e) {
            // The client has closed it.
        }
    }

    private static void skipRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) in.read());
        }
        Matcher length = Pattern.compile("(?i)content-length: *(\\d+)").matcher(head);
        in.skipNBytes(length.find() ? Long.parseLong(length.group(1)) : 0);
    }

    @Test
    void aFreshConnectionThatIsCutFailsItsRequestOnce() throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> false)) {
            List<RequestEvent> events = run(server, new LoadPlan.Closed(1, 0), 3);
            assertThat(events).hasSize(3).allSatisfy(ReusedConnectionsTest::assertTruncated);
            assertThat(server.requests()).hasSize(3);
        }
    }

    @Test
    void aFreshConnectionThatIsCutAfterAKeptOneWasFailsItsRequestOnce() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        try (ScriptedServer server =
                new ScriptedServer(out -> answered.getAndIncrement() == 0 && ScriptedServer.wholeAnswer(out))) {
            List<RequestEvent> events = run(server, new LoadPlan.Closed(1, 0), 2);
            assertThat(events.get(0).outcome()).isInstanceOf(Outcome.Completed.class);
            assertTruncated(events.get(1));
            assertThat(events).hasSize(2);
            assertThat(server.requests())
                    .as("the first, the kept and the fresh one")
                    .hasSize(3);
            assertThat(drive.reuse.repeatedRequests()).isEqualTo(1);
        }
    }

    @Test
    void halfAHeadOnAKeptConnectionIsAnAnswerThatBroke() throws Exception {
        try (ScriptedServer server = server(ScriptedServer.Ending.CLOSE, (out, request) -> {
            if (request.ordinal() == 0) {
                return ScriptedServer.wholeAnswer(out);
            }
            ScriptedServer.text(out, "HTTP/1.1 20");
            return false;
        })) {
            List<RequestEvent> events = run(server, new LoadPlan.Closed(1, 0), 2);
            assertTruncated(events.get(1));
            assertThat(drive.reuse.repeatedRequests()).isZero();
        }
    }

    @Test
    void aRepeatedRequestIsBookedOnceAndStampedWhenItsAnsweredWriteWas() throws Exception {
        SpendGuard spend =
                new SpendGuard(new SpendLimits(OptionalLong.of(9), OptionalLong.empty(), OptionalDouble.empty(), 0, 0));
        CircuitBreaker breaker = new CircuitBreaker(new BreakerSettings(0.1, 4, 10_000 * Drive.MILLI));
        List<Long> cutNanos = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = server(ScriptedServer.Ending.CLOSE, (out, request) -> {
            if (request.ordinal() == 0) {
                return ScriptedServer.wholeAnswer(out);
            }
            cutNanos.add(System.nanoTime());
            return false;
        })) {
            drive.begin(
                            Drive.at(server.port(), EndpointType.CHAT),
                            Drive.chat(),
                            Drive.timeouts(10_000, 10_000, 20_000),
                            new LoadPlan.Closed(1, 0),
                            100,
                            new RetryPolicy(3, 0, 0),
                            new Protection(spend, breaker))
                    .get(20, TimeUnit.SECONDS);
            List<RequestEvent> events = drive.events();
            assertAllCompleted(events, 9);
            assertThat(events)
                    .allSatisfy(event -> assertThat(event.attempt().number()).isEqualTo(1));
            assertThat(drive.reuse.repeatedRequests()).isBetween(1L, 8L);
            assertThat(drive.counters.dueRequests()).isEqualTo(9);
            assertThat(drive.counters.sentRequests()).isEqualTo(9);
            assertThat(drive.counters.inFlightRequests()).isZero();
            assertThat(breaker.timesOpened()).isZero();
            assertThat(events.get(1).stamps().takenNanos().orElseThrow()).isLessThan(cutNanos.get(0));
            assertThat(events.get(1).stamps().sentNanos().orElseThrow())
                    .as("the write that was answered came after the one that was not")
                    .isGreaterThan(cutNanos.get(0));
        }
    }

    @Test
    void aServerThatNeverKeepsItsPromiseIsNotHeldToIt() throws Exception {
        try (ScriptedServer server = server(
                ScriptedServer.Ending.CLOSE,
                (out, request) -> request.ordinal() == 0 && ScriptedServer.wholeAnswer(out))) {
            assertAllCompleted(run(server, new LoadPlan.Closed(1, 0), 30), 30);
            assertThat(drive.reuse.isGivenUp()).isTrue();
            assertThat(drive.reuse.repeatedRequests()).isEqualTo(5);
            assertThat(server.requests()).hasSize(35);
            assertThat(server.requests().get(34).head()).containsIgnoringCase("connection: close");
        }
    }

    @Test
    void norIsOneOfWhichAnOpenLoopSeesInTime() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ReusedConnectionsTest::closing)) {
            assertAllCompleted(run(server, open(20), 10), 10);
            assertThat(drive.reuse.isGivenUp()).isTrue();
        }
    }

    @Test
    void aServerThatKeepsConnectionsForMoreThanOneAnswerIsBelieved() throws Exception {
        try (ScriptedServer server = server(
                ScriptedServer.Ending.CLOSE,
                (out, request) -> request.ordinal() < 2 && ScriptedServer.wholeAnswer(out))) {
            assertAllCompleted(run(server, new LoadPlan.Closed(1, 0), 30), 30);
            assertThat(drive.reuse.isGivenUp()).isFalse();
            assertThat(drive.reuse.repeatedRequests()).isEqualTo(10);
        }
    }

    @Test
    void aServerThatSaysThatItClosesIsTakenAtItsWord() throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> answer(out, "Connection: TE, Close\r\n"))) {
            assertAllCompleted(run(server, new LoadPlan.Closed(1, 0), 8), 8);
            assertThat(server.connections()).isEqualTo(8);
            assertThat(drive.reuse.repeatedRequests()).isZero();
            assertThat(drive.reuse.isGivenUp()).isFalse();
        }
    }

    @Test
    void noMoreIsAskedOfAConnectionThanTheServerAllows() throws Exception {
        try (ScriptedServer server = server(
                ScriptedServer.Ending.CLOSE,
                (out, request) -> answer(out, "Keep-Alive: timeout=5, max=3\r\n") && request.ordinal() < 2)) {
            assertAllCompleted(run(server, new LoadPlan.Closed(1, 0), 9), 9);
            assertThat(drive.reuse.repeatedRequests()).isZero();
            assertThat(server.requests()).hasSize(9);
        }
    }

    @Test
    void aConnectionIsNotUsedWhenTheServerIsAboutToEndIt() throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> answer(out, "Keep-Alive: timeout=1\r\n"))) {
            assertAllCompleted(run(server, open(1.4), 4), 4);
            assertThat(server.connections()).as("714 ms apart").isEqualTo(4);
            assertAllCompleted(run(server, new LoadPlan.Closed(1, 0), 4), 4);
            assertThat(server.connections()).as("at once").isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", "x", "\r\n"})
    void whatASilentConnectionSaysUnaskedIsNoAnswerToTheNext(String stray) throws Exception {
        try (ScriptedServer server = new ScriptedServer(out -> {
            ScriptedServer.wholeAnswer(out);
            // Apart from the answer, and well before the next is due.
            Thread.currentThread().join(20);
            ScriptedServer.text(out, stray);
            return true;
        })) {
            assertAllCompleted(run(server, open(4), 5), 5);
            // Five where the stray bytes are there before the next request, as on a machine that has time.
            assertThat(server.connections()).isBetween(2, 5);
        }
    }

    @Test
    void everyRequestHasItsOwnConnectionWhenThatIsWanted() throws Exception {
        drive.reuse = ConnectionReuse.none();
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            assertAllCompleted(run(server, new LoadPlan.Closed(2, 0), 12), 12);
            assertThat(server.requests())
                    .hasSize(12)
                    .allSatisfy(request -> assertThat(request.head()).containsIgnoringCase("connection: close"));
            assertThat(server.connections()).isEqualTo(12);
        }
    }

    private static boolean answer(OutputStream out, String headers) throws IOException {
        ScriptedServer.text(
                out,
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + headers
                        + "Transfer-Encoding: chunked\r\n\r\n");
        ScriptedServer.content(out);
        ScriptedServer.finish(out);
        ScriptedServer.streamEnd(out);
        return true;
    }

    /** What llama-server does: nothing says that the connection will end. */
    private static boolean closing(OutputStream out) throws IOException {
        ScriptedServer.wholeAnswer(out);
        return false;
    }

    private static ScriptedServer server(ScriptedServer.Ending ending, ScriptedServer.Conversation script)
            throws IOException {
        return new ScriptedServer(script, ending, 0);
    }

    private static LoadPlan.Open open(double perSecond) {
        return new LoadPlan.Open(FireTimes.constant(perSecond), 50);
    }

    private List<RequestEvent> run(ScriptedServer server, LoadPlan plan, long count) throws Exception {
        return drive.run(
                Drive.at(server.port(), EndpointType.CHAT),
                Drive.chat(),
                Drive.timeouts(10_000, 10_000, 20_000),
                plan,
                count,
                RetryPolicy.NEVER);
    }

    private static void assertAllCompleted(List<RequestEvent> events, int count) {
        assertThat(events)
                .filteredOn(event -> !(event.outcome() instanceof Outcome.Completed))
                .extracting(RequestEvent::outcome)
                .isEmpty();
        assertThat(events).hasSize(count);
    }

    private static void assertTruncated(RequestEvent event) {
        assertThat(event.outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.kind()).isEqualTo(FailureKind.TRUNCATED));
    }
}
