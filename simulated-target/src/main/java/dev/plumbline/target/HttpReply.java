package dev.plumbline.target;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;

/** Writes one answer, as events or as a whole. Used on the event loop only. */
final class HttpReply implements Reply {

    private final HttpServerResponse response;
    private final Protocol protocol;
    private final RequestBody body;
    private final SimulatedTargetSettings settings;
    private final TargetClock clock;
    private final Wording wording;

    HttpReply(
            HttpServerResponse response,
            Protocol protocol,
            RequestBody body,
            long drawKey,
            SimulatedTargetSettings settings,
            TargetClock clock) {
        this.response = response;
        this.protocol = protocol;
        this.body = body;
        this.settings = settings;
        this.clock = clock;
        this.wording = protocol.wording(
                protocol.id(drawKey), clock.epochMillis(), settings.endpoint().model(), body.includeUsage());
    }

    @Override
    public boolean streams() {
        return body.streams();
    }

    @Override
    public void accepted() {
        if (!body.streams()) {
            return;
        }
        response.putHeader("content-type", wording.streamContentType()).setChunked(true);
        // As vLLM: the headers say that the request was taken, not that a token is there.
        response.write(
                settings.output().roleChunkEarly()
                        ? Buffer.buffer(wording.opening(body.promptTokens()))
                        : Buffer.buffer());
    }

    @Override
    public void prefilled() {
        prefilled(OptionalInt.empty());
    }

    @Override
    public void prefilled(OptionalInt cachedTokens) {
        if (!settings.output().roleChunkEarly()) {
            write(wording.opening(body.promptTokens(), cachedTokens));
        }
    }

    private void write(byte[] bytes) {
        if (bytes.length > 0) {
            response.write(Buffer.buffer(bytes));
        }
    }

    @Override
    public long content(int firstToken, int tokens, boolean last, EmitOutcome reason) {
        byte[] text = tokens == 0 ? new byte[0] : Protocol.ascii(Protocol.text(firstToken, tokens));
        byte[] chunk = wording.content(text, last, finishReason(reason));
        long stampNanos = clock.nanos();
        write(chunk);
        return stampNanos;
    }

    @Override
    public void finish(Work work, EmitOutcome reason, LongConsumer beforeWrite) {
        if (body.streams()) {
            Buffer closing = Buffer.buffer(wording.closing(work, finishReason(reason)));
            beforeWrite.accept(clock.nanos());
            response.end(closing);
            return;
        }
        Buffer whole = Buffer.buffer(wording.whole(work, finishReason(reason)));
        response.putHeader("content-type", "application/json");
        beforeWrite.accept(clock.nanos());
        response.end(whole);
    }

    private static String finishReason(EmitOutcome reason) {
        return reason == EmitOutcome.LENGTH ? "length" : "stop";
    }

    @Override
    public void fail() {
        fail("EngineCore encountered an issue (simulated).");
    }

    @Override
    public void fail(String message) {
        RequestRefused error = new RequestRefused(500, "InternalServerError", Optional.empty(), message);
        if (response.headWritten()) {
            response.end(Buffer.buffer(wording.failure(error)));
        } else {
            refuse(response, error.status(), protocol.refusal(error));
        }
    }

    @Override
    public void reject() {
        boolean unavailable = settings.capacity().overloadStatus() == 503;
        if (!unavailable) {
            response.putHeader("retry-after", "1");
        }
        RequestRefused busy = new RequestRefused(
                settings.capacity().overloadStatus(),
                unavailable ? "Service Unavailable" : "Too Many Requests",
                Optional.empty(),
                "The engine is currently busy and cannot accept new requests. Please try again later or on a"
                        + " different instance.");
        refuse(response, busy.status(), protocol.refusal(busy));
    }

    static void refuse(HttpServerResponse response, int status, String body) {
        response.setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(body);
    }
}
