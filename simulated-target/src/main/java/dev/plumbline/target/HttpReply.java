package dev.plumbline.target;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Writes one answer, as events or as a whole. Used on the event loop only. */
final class HttpReply implements Reply {

    private static final byte[] CHAT_SUFFIX = Protocol.CHAT.contentSuffix();
    private static final byte[] COMPLETIONS_SUFFIX = Protocol.COMPLETIONS.contentSuffix();
    private static final String DONE = "data: [DONE]\n\n";

    private final HttpServerResponse response;
    private final Protocol protocol;
    private final RequestBody body;
    private final SimulatedTargetSettings settings;
    private final TargetClock clock;
    private final String id;
    private final long createdSeconds;
    private final byte[] contentPrefix;

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
        this.id = protocol.id(drawKey);
        this.createdSeconds = clock.epochMillis() / 1000;
        this.contentPrefix = protocol.contentPrefix(id, createdSeconds, model());
    }

    private String model() {
        return settings.endpoint().model();
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
        response.putHeader("content-type", "text/event-stream; charset=utf-8").setChunked(true);
        // As vLLM: the headers say that the request was taken, not that a token is there.
        response.write(
                settings.output().roleChunkEarly() && protocol == Protocol.CHAT
                        ? Buffer.buffer(protocol.roleEvent(id, createdSeconds, model()))
                        : Buffer.buffer());
    }

    @Override
    public void prefilled() {
        if (protocol == Protocol.CHAT && !settings.output().roleChunkEarly()) {
            response.write(Buffer.buffer(protocol.roleEvent(id, createdSeconds, model())));
        }
    }

    @Override
    public long content(int firstToken, int tokens, boolean last, EmitOutcome reason) {
        byte[] text = tokens == 0 ? new byte[0] : Protocol.ascii(Protocol.text(firstToken, tokens));
        byte[] suffix = last
                ? protocol.lastSuffix(finishReason(reason), body.includeUsage())
                : protocol == Protocol.CHAT ? CHAT_SUFFIX : COMPLETIONS_SUFFIX;
        Buffer chunk = Buffer.buffer(contentPrefix.length + text.length + suffix.length)
                .appendBytes(contentPrefix)
                .appendBytes(text)
                .appendBytes(suffix);
        long stampNanos = clock.nanos();
        response.write(chunk);
        return stampNanos;
    }

    @Override
    public void finish(int promptTokens, int outputTokens, EmitOutcome reason, LongConsumer beforeWrite) {
        if (body.streams()) {
            String usage = body.includeUsage()
                    ? protocol.usageEvent(id, createdSeconds, model(), promptTokens, outputTokens)
                    : "";
            beforeWrite.accept(clock.nanos());
            response.end(usage + DONE);
            return;
        }
        Buffer whole = Buffer.buffer(
                protocol.whole(id, createdSeconds, model(), promptTokens, outputTokens, finishReason(reason)));
        response.putHeader("content-type", "application/json");
        beforeWrite.accept(clock.nanos());
        response.end(whole);
    }

    private static String finishReason(EmitOutcome reason) {
        return reason == EmitOutcome.LENGTH ? "length" : "stop";
    }

    @Override
    public void fail() {
        RequestRefused error = new RequestRefused(
                500, "InternalServerError", Optional.empty(), "EngineCore encountered an issue (simulated).");
        if (response.headWritten()) {
            response.end("data: " + error.body() + "\n\n" + DONE);
        } else {
            refuse(response, error);
        }
    }

    @Override
    public void reject() {
        boolean unavailable = settings.capacity().overloadStatus() == 503;
        if (!unavailable) {
            response.putHeader("retry-after", "1");
        }
        refuse(
                response,
                new RequestRefused(
                        settings.capacity().overloadStatus(),
                        unavailable ? "Service Unavailable" : "Too Many Requests",
                        Optional.empty(),
                        "The engine is currently busy and cannot accept new requests. Please try again later or on a"
                                + " different instance."));
    }

    static void refuse(HttpServerResponse response, RequestRefused refused) {
        response.setStatusCode(refused.status())
                .putHeader("content-type", "application/json")
                .end(refused.body());
    }
}
