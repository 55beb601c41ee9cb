package dev.plumbline.target;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Writes what answers one request, as events or as a whole: one answer, or several whose events interleave as they come and whose usage
 * comes in the end. One that fails ends all. Used on the event loop only.
 */
final class HttpReply {

    private final HttpServerResponse response;
    private final Protocol protocol;
    private final RequestBody body;
    private final SimulatedTargetSettings settings;
    private final TargetClock clock;
    private final List<Wording> wordings;
    /** By index. */
    private final Map<Integer, Wording.Finished> finished = new TreeMap<>();

    private final List<Runnable> disconnects = new ArrayList<>();
    private boolean isAccepted;
    private boolean isOver;

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
        String id = protocol.id(drawKey);
        long createdEpochMillis = clock.epochMillis();
        this.wordings = IntStream.range(0, body.choices())
                .mapToObj(choice -> protocol.wording(
                        id, createdEpochMillis, settings.endpoint().model(), body.includeUsage(), choice))
                .toList();
    }

    /** Whether nothing more is written. */
    boolean isOver() {
        return isOver;
    }

    /** The side of one answer, by its index. */
    Reply choice(int index) {
        return new Choice(index, wordings.get(index));
    }

    /** An engine works on one of the answers; it is told when nobody waits for it any more. */
    void submitted(Runnable disconnect) {
        if (isOver) {
            disconnect.run();
        } else {
            disconnects.add(disconnect);
        }
    }

    /** Nobody waits any more, because the client is gone or the answer has ended. */
    void disconnect() {
        isOver = true;
        disconnects.forEach(Runnable::run);
    }

    private void write(byte[] bytes) {
        if (bytes.length > 0) {
            response.write(Buffer.buffer(bytes));
        }
    }

    private void finish() {
        isOver = true;
        List<Wording.Finished> answers = List.copyOf(finished.values());
        Work all = together(answers);
        if (body.streams()) {
            response.end(Buffer.buffer(
                    wordings.getFirst().closing(all, answers.getFirst().finishReason())));
        } else {
            response.end(Buffer.buffer(wordings.getFirst().whole(answers, all)));
        }
    }

    /** Each prompt counts once, however many answers it has. */
    private Work together(List<Wording.Finished> answers) {
        List<Work> works = answers.stream().map(Wording.Finished::work).toList();
        if (works.size() == 1) {
            return works.getFirst();
        }
        List<Work> firsts = IntStream.range(0, body.prompts().size())
                .mapToObj(prompt -> works.get(prompt * body.answersToEach()))
                .toList();
        boolean hasCache = firsts.stream().anyMatch(work -> work.cachedTokens().isPresent());
        return new Work(
                firsts.stream().mapToInt(Work::promptTokens).sum(),
                works.stream().mapToInt(Work::outputTokens).sum(),
                works.stream().mapToLong(Work::totalNanos).max().orElse(0),
                works.stream().mapToLong(Work::promptEvalNanos).max().orElse(0),
                works.stream().mapToLong(Work::evalNanos).max().orElse(0),
                hasCache
                        ? OptionalInt.of(firsts.stream()
                                .mapToInt(work -> work.cachedTokens().orElse(0))
                                .sum())
                        : OptionalInt.empty());
    }

    private void fail(String message) {
        if (isOver) {
            return;
        }
        isOver = true;
        RequestRefused error = new RequestRefused(500, "InternalServerError", Optional.empty(), message);
        if (response.headWritten()) {
            response.end(Buffer.buffer(wordings.getFirst().failure(error)));
        } else {
            refuse(response, error.status(), protocol.refusal(error));
        }
        disconnect();
    }

    private void reject() {
        if (isOver) {
            return;
        }
        isOver = true;
        boolean unavailable = settings.capacity().overloadStatus() == 503;
        RequestRefused busy = new RequestRefused(
                settings.capacity().overloadStatus(),
                unavailable ? "Service Unavailable" : "Too Many Requests",
                Optional.empty(),
                "The engine is currently busy and cannot accept new requests. Please try again later or on a"
                        + " different instance.");
        if (response.headWritten()) {
            response.end(Buffer.buffer(wordings.getFirst().failure(busy)));
        } else {
            if (!unavailable) {
                response.putHeader("retry-after", "1");
            }
            refuse(response, busy.status(), protocol.refusal(busy));
        }
        disconnect();
    }

    static void refuse(HttpServerResponse response, int status, String body) {
        response.setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(body);
    }

    private static String finishReason(EmitOutcome reason) {
        return reason == EmitOutcome.LENGTH ? "length" : "stop";
    }

    /** One of the answers. */
    private final class Choice implements Reply {

        private final int index;
        private final Wording wording;

        Choice(int index, Wording wording) {
            this.index = index;
            this.wording = wording;
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
            if (!isAccepted) {
                isAccepted = true;
                response.putHeader("content-type", wording.streamContentType()).setChunked(true);
                // As vLLM: the headers say that the request was taken, not that a token is there.
                response.write(Buffer.buffer());
            }
            if (settings.output().roleChunkEarly()) {
                write(wording.opening(body.promptOf(index).tokens()));
            }
        }

        @Override
        public void prefilled() {
            prefilled(OptionalInt.empty());
        }

        @Override
        public void prefilled(OptionalInt cachedTokens) {
            if (!settings.output().roleChunkEarly()) {
                write(wording.opening(body.promptOf(index).tokens(), cachedTokens));
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

        /** Of several the last writes; an engine is free for the next answer when one is there. */
        @Override
        public void finish(Work work, EmitOutcome reason, LongConsumer beforeWrite) {
            finished.put(index, new Wording.Finished(work, finishReason(reason)));
            boolean isLast = finished.size() == body.choices();
            if (isLast && !body.streams()) {
                response.putHeader("content-type", "application/json");
            }
            beforeWrite.accept(clock.nanos());
            if (isLast) {
                HttpReply.this.finish();
            }
        }

        @Override
        public void fail() {
            fail("EngineCore encountered an issue (simulated).");
        }

        @Override
        public void fail(String message) {
            HttpReply.this.fail(message);
        }

        @Override
        public void reject() {
            HttpReply.this.reject();
        }
    }
}
