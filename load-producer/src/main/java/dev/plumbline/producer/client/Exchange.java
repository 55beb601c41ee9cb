package dev.plumbline.producer.client;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.AnswerReader;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RetryAfter;
import dev.plumbline.protocol.StreamItem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import java.util.Optional;
import java.util.OptionalLong;
import javax.net.ssl.SSLException;

/** One request on its way: from the wish for a connection to the closed recording. One event loop. */
public final class Exchange {

    private final RequestRecording recording;
    private final byte[] body;
    private final Protocol protocol;
    private final Endpoint endpoint;
    private final TargetConnections connections;
    private final Timeouts timeouts;
    private final ReadPass reads;
    private final ProducerClock clock;
    private final AnswerNotes notes;
    private final ExchangeListener listener;

    private Optional<HttpClientRequest> request = Optional.empty();
    private Optional<KeptConnection> connection = Optional.empty();
    private Optional<AnswerReader> answer = Optional.empty();
    private boolean bodyEnded;
    private boolean hasEnded;
    private boolean wasSent;
    private long chunkNanos;
    private long lastEventNanos;

    Exchange(
            RequestRecording recording,
            byte[] body,
            Protocol protocol,
            Endpoint endpoint,
            TargetConnections connections,
            Timeouts timeouts,
            ReadPass reads,
            ProducerClock clock,
            AnswerNotes notes,
            ExchangeListener listener) {
        this.recording = recording;
        this.body = body;
        this.protocol = protocol;
        this.endpoint = endpoint;
        this.connections = connections;
        this.timeouts = timeouts;
        this.reads = reads;
        this.clock = clock;
        this.notes = notes;
        this.listener = listener;
    }

    /** What is being recorded. */
    public RequestRecording recording() {
        return recording;
    }

    /** The body that was sent; not to be changed. */
    public byte[] body() {
        return body;
    }

    /** Whether it has ended. */
    public boolean hasEnded() {
        return hasEnded;
    }

    /**
     * Ends it because we want it to end; does nothing when it is over. It and others of its client may end before that, by what
     * has come and was not looked at yet.
     */
    public void cancel() {
        reads.handOn();
        if (!hasEnded) {
            abort(recording.cancelled(clock.nanos()));
        }
    }

    /** Whether {@link #enforceDeadlines} would end it, by what is known so far. */
    public boolean isOverdue(long nowNanos) {
        return !hasEnded && (overTotal(nowNanos) || overFirstToken(nowNanos) || overStall(nowNanos));
    }

    /** Ends it when it took longer than allowed. It and others of its client may end before that, see {@link #cancel}. */
    public void enforceDeadlines(long nowNanos) {
        // What has come in time may wait to be read.
        reads.handOn();
        if (hasEnded) {
            return;
        }
        if (overStall(nowNanos) && recording.isDecided()) {
            // The server said everything and only forgot to close: that is not a pause in the answer.
            abort(recording.endedByServer(nowNanos));
        } else if (overTotal(nowNanos)) {
            abort(recording.failed(
                    nowNanos, FailureKind.TIMEOUT_TOTAL, "longer than " + millis(timeouts.totalNanos())));
        } else if (overFirstToken(nowNanos)) {
            abort(recording.failed(
                    nowNanos,
                    FailureKind.TIMEOUT_FIRST_TOKEN,
                    "no content within " + millis(timeouts.firstTokenNanos())));
        } else if (overStall(nowNanos)) {
            abort(recording.failed(nowNanos, FailureKind.TIMEOUT_STALL, "silent for " + millis(timeouts.stallNanos())));
        }
    }

    private boolean overTotal(long nowNanos) {
        return nowNanos - recording.takenNanos() > timeouts.totalNanos();
    }

    private boolean overFirstToken(long nowNanos) {
        return protocol.streaming()
                && recording.contentChunks() == 0
                && recording.wasSentBefore(nowNanos - timeouts.firstTokenNanos());
    }

    private boolean overStall(long nowNanos) {
        return recording.hasFirstContent() && nowNanos - lastEventNanos > timeouts.stallNanos();
    }

    void start() {
        open(connections.reuse().isWanted());
    }

    private void open(boolean onKept) {
        HttpMethod method = HttpMethod.valueOf(protocol.method());
        (onKept ? connections.kept(method) : connections.single(method))
                .onComplete(result -> connected(result, onKept));
    }

    private void connected(AsyncResult<HttpClientRequest> result, boolean onKept) {
        if (hasEnded) {
            if (result.succeeded()) {
                result.result().reset();
            }
            return;
        }
        if (result.failed()) {
            Throwable cause = result.cause();
            if (onKept && cause instanceof HttpClosedException) {
                // A kept connection ended while it was handed over: nothing was written to it.
                open(false);
                return;
            }
            Optional<OwnLimit> ours = OwnLimits.of(cause, connections.hasConnected());
            if (ours.isPresent()) {
                end(recording.cancelled(clock.nanos(), ours.get()));
                return;
            }
            FailureKind kind = isTls(cause) ? FailureKind.TLS : FailureKind.CONNECT;
            end(recording.failed(clock.nanos(), kind, oneLine(cause)));
            return;
        }
        connections.connected();
        HttpClientRequest connected = result.result();
        InterimResponses.skipOn(connected.connection());
        BodyPieces pieces = BodyPieces.of(connected.connection());
        reads.watch(connected.connection());
        if (onKept) {
            KeptConnection taken = KeptConnection.of(connected.connection(), connections.reuse(), reads::arrivedNanos);
            if (!taken.take(clock.nanos())) {
                connected.connection().close();
                open(false);
                return;
            }
            connection = Optional.of(taken);
        }
        write(connected, pieces);
    }

    private void write(HttpClientRequest connected, BodyPieces pieces) {
        request = Optional.of(connected);
        connected.exceptionHandler(cause -> broken(connected, cause));
        connected.response().onComplete(result -> responded(connected, pieces, result));
        protocol.headers().forEach(connected::putHeader);
        if (endpoint.isToldIds()) {
            connected.putHeader("X-Request-Id", recording.requestId());
            connected.putHeader("traceparent", TraceParent.of(recording.requestId()));
        }
        endpoint.headers().forEach(connected::putHeader);
        // Stamped before the write: what the write itself costs belongs to the latency that a client sees.
        recording.sent(clock.nanos());
        if (!wasSent) {
            wasSent = true;
            listener.sent();
        }
        connected.end(Buffer.buffer(body));
    }

    private void responded(HttpClientRequest to, BodyPieces pieces, AsyncResult<HttpClientResponse> result) {
        if (hasEnded || !isCurrent(to)) {
            return;
        }
        if (result.failed()) {
            broken(to, result.cause());
            return;
        }
        HttpClientResponse response = result.result();
        connection.ifPresent(kept -> kept.answering(response));
        long arrivedNanos = reads.arrivedNanos();
        int status = response.statusCode();
        String coding = response.getHeader("Content-Encoding");
        if (coding != null && !coding.isBlank() && !coding.equalsIgnoreCase("identity")) {
            // Nothing compressed is asked for, so nothing is unpacked: what little arrives may be much.
            recording.headers(arrivedNanos, status, false, retryAfterMillis(response));
            long now = clock.nanos();
            abort(
                    status / 100 == 2
                            ? recording.failed(now, FailureKind.MALFORMED, "compressed, which was not asked for")
                            : recording.endedByServer(now));
            return;
        }
        AnswerReader reader =
                protocol.answer(status, Optional.ofNullable(response.getHeader("Content-Type")), this::item);
        answer = Optional.of(reader);
        recording.headers(arrivedNanos, status, reader.isStream(), retryAfterMillis(response));
        response.exceptionHandler(cause -> broken(to, cause));
        pieces.readBy(piece -> bytes(reader, piece));
        response.endHandler(unused -> ended(reader));
    }

    private void bytes(AnswerReader reader, ByteBuf piece) {
        if (hasEnded) {
            return;
        }
        chunkNanos = reads.arrivedNanos();
        recording.bytes(chunkNanos);
        int length = piece.readableBytes();
        reader.feed(reads.bytesOf(piece), 0, length);
    }

    private void item(StreamItem item) {
        if (hasEnded) {
            return;
        }
        // A chunk that says nothing keeps a connection alive, not an answer.
        if (item instanceof StreamItem.Chunk chunk ? chunk.saysSomething() : !(item instanceof StreamItem.Foreign)) {
            lastEventNanos = chunkNanos;
        }
        if (recording.item(chunkNanos, withoutSecrets(item))) {
            listener.content(chunkNanos);
        }
        if (item instanceof StreamItem.Malformed && !bodyEnded) {
            abort(recording.endedByServer(clock.nanos()));
        } else if (item instanceof StreamItem.Reframed found) {
            notes.mislabelled(found.remark());
        }
    }

    /** Some servers repeat the key in their refusal. */
    private StreamItem withoutSecrets(StreamItem item) {
        return switch (item) {
            case StreamItem.ServerError error ->
                new StreamItem.ServerError(endpoint.redacted(error.message()), error.refusesAdmission());
            case StreamItem.Malformed bad -> new StreamItem.Malformed(endpoint.redacted(bad.reason()), bad.isPage());
            case StreamItem.Foreign other ->
                new StreamItem.Foreign(endpoint.redacted(other.words()), other.isMessage(), other.refusesAdmission());
            case StreamItem.Chunk chunk -> chunk;
            case StreamItem.Done done -> done;
            case StreamItem.Reframed found -> found;
        };
    }

    private void ended(AnswerReader reader) {
        long now = clock.nanos();
        // Whoever asked may be gone; the connection is free for the next all the same.
        connection.ifPresent(kept -> kept.answered(now));
        if (hasEnded) {
            return;
        }
        bodyEnded = true;
        reader.end(true);
        if (!hasEnded) {
            end(recording.endedByServer(now));
        }
    }

    private void broken(HttpClientRequest of, Throwable cause) {
        if (hasEnded || !isCurrent(of)) {
            return;
        }
        if (answer.isEmpty()
                && connection.filter(KeptConnection::isReusedAndUnheard).isPresent()) {
            repeat();
            return;
        }
        long now = clock.nanos();
        Optional<OwnLimit> ours = OwnLimits.of(cause, true);
        if (ours.isPresent()) {
            abort(recording.cancelled(now, ours.get()));
            return;
        }
        bodyEnded = true;
        answer.ifPresent(reader -> reader.end(false));
        if (isUnreadable(cause)) {
            abort(recording.failed(now, FailureKind.MALFORMED, "not HTTP: " + oneLine(cause)));
        } else {
            abort(recording.broken(now, "the connection broke: " + oneLine(cause)));
        }
    }

    /** A kept connection ended before anything came: it was over when we wrote, so nobody was asked yet. */
    private void repeat() {
        request = Optional.empty();
        connection = Optional.empty();
        recording.notSent();
        connections.reuse().repeated();
        open(false);
    }

    private boolean isCurrent(HttpClientRequest other) {
        return request.filter(other::equals).isPresent();
    }

    private void abort(EndedRequest ended) {
        hasEnded = true;
        request.ifPresent(HttpClientRequest::reset);
        tell(ended);
    }

    private void end(EndedRequest ended) {
        hasEnded = true;
        tell(ended);
    }

    private void tell(EndedRequest ended) {
        notes.ended(ended);
        listener.ended(this, ended);
    }

    private static OptionalLong retryAfterMillis(HttpClientResponse response) {
        return RetryAfter.millis(
                Optional.ofNullable(response.getHeader("Retry-After")),
                Optional.ofNullable(response.getHeader("Date")));
    }

    private static boolean isTls(Throwable cause) {
        Throwable at = cause;
        for (int depth = 0; at != null && depth < 8; depth++) {
            if (at instanceof SSLException) {
                return true;
            }
            at = at.getCause();
        }
        return false;
    }

    private static boolean isUnreadable(Throwable cause) {
        return cause instanceof IllegalArgumentException
                || (!(cause instanceof PrematureChannelClosureException)
                        && cause.getClass().getName().startsWith("io.netty.handler.codec."));
    }

    private static String oneLine(Throwable cause) {
        String message = cause.getMessage();
        String line = message == null ? "" : message.lines().findFirst().orElse("");
        return line.isBlank() ? cause.getClass().getSimpleName() : line;
    }

    private static String millis(long nanos) {
        return nanos / ProducerClock.NANOS_PER_MILLI + " ms";
    }
}
