package dev.plumbline.target;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One request from its receipt to its end, whatever engine works on it: what is drawn for it, what is written of it, and what the
 * emit log says afterwards. When a token comes is the engine's matter.
 */
abstract class Answer {

    private final TargetEngine engine;
    private final GenerationRequest request;
    private final Reply reply;
    private final long receivedNanos;
    private final Draws draws;
    private final int totalTokens;
    private final EmitOutcome reason;
    private final Set<String> activeRegressions = new LinkedHashSet<>();

    private Regressions lastSeen = Regressions.NONE;
    private OptionalLong admittedNanos = OptionalLong.empty();
    private OptionalLong firstContentNanos = OptionalLong.empty();
    private OptionalLong lastContentNanos = OptionalLong.empty();
    private long maxLatenessNanos;
    private long firstTokenNanos;
    private long lastTokenNanos;
    private int tokens;
    private int contentChunks;
    private int failAfterTokens = Integer.MAX_VALUE;
    private int stallBeforeToken = Integer.MAX_VALUE;

    Answer(TargetEngine engine, GenerationRequest request, long receivedNanos, Reply reply) {
        this.engine = engine;
        this.request = request;
        this.reply = reply;
        this.receivedNanos = receivedNanos;
        SimulatedTargetSettings settings = engine.settings();
        this.draws = new Draws(request.drawKey(), settings.timing(), settings.output());
        int wanted = Math.max(draws.outputTokens(), request.smallestTokens());
        this.totalTokens = Math.min(wanted, request.limitTokens());
        this.reason = wanted >= request.limitTokens() ? EmitOutcome.LENGTH : EmitOutcome.STOP;
        see();
    }

    /** It has ended so; once. */
    abstract void end(EmitOutcome outcome);

    abstract boolean hasEnded();

    /** Prompt tokens that were found in a cache; empty where there is none. */
    OptionalInt cachedTokens() {
        return OptionalInt.empty();
    }

    GenerationRequest request() {
        return request;
    }

    Reply reply() {
        return reply;
    }

    Draws draws() {
        return draws;
    }

    int totalTokens() {
        return totalTokens;
    }

    /** Tokens that were written. */
    int tokens() {
        return tokens;
    }

    /** The token before which it stalls; none once it was taken. */
    int stallBeforeToken() {
        return stallBeforeToken;
    }

    void stalled() {
        stallBeforeToken = Integer.MAX_VALUE;
    }

    OptionalLong queueNanos() {
        return admittedNanos.isPresent()
                ? OptionalLong.of(admittedNanos.getAsLong() - receivedNanos)
                : OptionalLong.empty();
    }

    void admittedAt(long nanos) {
        admittedNanos = OptionalLong.of(nanos);
        engine.metrics().admitted(nanos - receivedNanos, request.promptTokens());
    }

    void late(long lateNanos) {
        maxLatenessNanos = Math.max(maxLatenessNanos, lateNanos);
    }

    /** Its prompt is worked through. Returns whether its answer is empty and has ended. */
    boolean prefilled(Regressions now) {
        if (draws.failsInStream(now)) {
            failAfterTokens = draws.streamErrorAfter(totalTokens);
        }
        if (draws.stalls(now)) {
            stallBeforeToken = draws.stallBefore(totalTokens);
        }
        if (reply.streams()) {
            reply.prefilled(cachedTokens());
        }
        if (!draws.isEmpty(now)) {
            return false;
        }
        if (reply.streams()) {
            reply.content(0, 0, true, EmitOutcome.EMPTY);
        }
        finish(EmitOutcome.EMPTY);
        return true;
    }

    /** Writes the next tokens, ends with the last of them, or fails as it was drawn. Returns whether some were written. */
    boolean emit(int chunk) {
        if (tokens >= failAfterTokens) {
            end(EmitOutcome.STREAM_ERROR);
            reply.fail();
            return false;
        }
        boolean last = tokens + chunk == totalTokens;
        // Not streamed, the moment of the token itself is what the engine's histograms are about.
        long stampNanos = reply.streams()
                ? reply.content(tokens, chunk, last, reason)
                : engine.clock().nanos();
        count(chunk, stampNanos);
        if (reply.streams()) {
            contentChunks++;
            if (firstContentNanos.isEmpty()) {
                firstContentNanos = OptionalLong.of(stampNanos);
            }
            lastContentNanos = OptionalLong.of(stampNanos);
        }
        return true;
    }

    /** Ends it where all its tokens are written. Returns whether they are. */
    boolean finishIfComplete() {
        if (tokens < totalTokens) {
            return false;
        }
        finish(reason);
        return true;
    }

    private void count(int chunk, long stampNanos) {
        if (tokens == 0) {
            firstTokenNanos = stampNanos;
            engine.metrics().firstToken(stampNanos - receivedNanos);
        } else {
            engine.metrics().nextToken(stampNanos - lastTokenNanos);
        }
        lastTokenNanos = stampNanos;
        tokens += chunk;
        engine.metrics().generated(chunk);
    }

    private void finish(EmitOutcome outcome) {
        if (tokens > 0) {
            engine.metrics().finished(lastTokenNanos - receivedNanos, lastTokenNanos - firstTokenNanos, tokens);
        }
        long lastNanos = tokens > 0 ? lastTokenNanos : engine.clock().nanos();
        long prefilledNanos = tokens > 0 ? firstTokenNanos : lastNanos;
        Work work = new Work(
                request.promptTokens(),
                tokens,
                lastNanos - receivedNanos,
                prefilledNanos - admittedNanos.orElse(receivedNanos),
                lastNanos - prefilledNanos,
                cachedTokens());
        reply.finish(work, outcome, stampNanos -> {
            if (!reply.streams()) {
                lastContentNanos = OptionalLong.of(stampNanos);
            }
            end(outcome);
        });
    }

    void failAtOnce() {
        end(EmitOutcome.HTTP_ERROR);
        reply.fail();
    }

    void reject() {
        end(EmitOutcome.REJECTED);
        reply.reject();
    }

    void disconnect() {
        if (!hasEnded()) {
            end(EmitOutcome.DISCONNECTED);
        }
    }

    /** What the emit log says of it. */
    EmitRecord emitRecord(EmitOutcome outcome, Optional<StepTruth> steps) {
        return new EmitRecord(
                request.requestId(),
                request.ordinal(),
                new EmitStamps(receivedNanos, admittedNanos, firstContentNanos, lastContentNanos, maxLatenessNanos),
                contentChunks,
                request.promptTokens(),
                tokens,
                outcome,
                List.copyOf(activeRegressions),
                steps,
                request.traceparent());
    }

    /** The regressions of now, remembered as active during this request. */
    @SuppressWarnings("ReferenceEquality")
    final Regressions see() {
        Regressions now = engine.regressions();
        if (now != lastSeen) {
            lastSeen = now;
            activeRegressions.addAll(now.active());
        }
        return now;
    }
}
