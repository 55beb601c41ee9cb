package dev.plumbline.target;

import dev.plumbline.target.lockstep.Sequence;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** One request of an engine that works in steps, from its receipt to its end. */
final class LockstepGeneration {

    private final LockstepEngine engine;
    private final GenerationRequest request;
    private final Reply reply;
    private final long receivedNanos;
    private final Draws draws;
    private final int totalTokens;
    private final EmitOutcome reason;
    private final Sequence sequence;
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
    private boolean taken;
    private boolean outOfMemory;
    private boolean ended;

    LockstepGeneration(LockstepEngine engine, GenerationRequest request, long receivedNanos, Reply reply) {
        this.engine = engine;
        this.request = request;
        this.reply = reply;
        this.receivedNanos = receivedNanos;
        SimulatedTargetSettings settings = engine.settings();
        this.draws = new Draws(request.drawKey(), settings.timing(), settings.output());
        int wanted = Math.max(draws.outputTokens(), request.smallestTokens());
        this.totalTokens = Math.min(wanted, request.limitTokens());
        this.reason = wanted >= request.limitTokens() ? EmitOutcome.LENGTH : EmitOutcome.STOP;
        this.sequence = new Sequence(receivedNanos, request.promptTokens(), totalTokens, request.blocks());
        see();
    }

    Draws draws() {
        return draws;
    }

    Sequence sequence() {
        return sequence;
    }

    void take() {
        taken = true;
        reply.accepted();
    }

    void admitted(long beginNanos) {
        see();
        admittedNanos = OptionalLong.of(beginNanos);
        engine.metrics().admitted(beginNanos - receivedNanos, request.promptTokens());
    }

    /** How much longer the step takes that works on it now: it stalls before the token that the step brings. */
    long stallNanos() {
        if (sequence.generatedTokens() != stallBeforeToken) {
            return 0;
        }
        stallBeforeToken = Integer.MAX_VALUE;
        return see().stallMillis() * 1_000_000;
    }

    /** The step that was due so much earlier has brought one token more. */
    void moved(long lateNanos) {
        if (ended) {
            return;
        }
        maxLatenessNanos = Math.max(maxLatenessNanos, lateNanos);
        Regressions now = see();
        if (sequence.generatedTokens() == 1 && prefilled(now)) {
            return;
        }
        int chunk = sequence.generatedTokens() - tokens;
        if (chunk >= engine.settings().output().tokensPerChunk() || sequence.isComplete()) {
            emit(chunk);
        }
    }

    /** Returns whether the answer is to be empty and has ended. */
    private boolean prefilled(Regressions now) {
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

    private void emit(int chunk) {
        if (tokens >= failAfterTokens) {
            end(EmitOutcome.STREAM_ERROR);
            reply.fail();
            return;
        }
        boolean last = sequence.isComplete();
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
        if (last) {
            finish(reason);
        }
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

    private OptionalInt cachedTokens() {
        return engine.hasPrefixCache() ? OptionalInt.of(sequence.cachedTokens()) : OptionalInt.empty();
    }

    void failAtOnce() {
        end(EmitOutcome.HTTP_ERROR);
        reply.fail();
    }

    /** Fails it as the engine, of which {@code message} is told; in its stream when that has begun. */
    void fail(boolean forWantOfMemory, String message) {
        outOfMemory = forWantOfMemory;
        end(taken && reply.streams() ? EmitOutcome.STREAM_ERROR : EmitOutcome.HTTP_ERROR);
        reply.fail(message);
    }

    void reject() {
        end(EmitOutcome.REJECTED);
        reply.reject();
    }

    void disconnect() {
        if (!ended) {
            end(EmitOutcome.DISCONNECTED);
        }
    }

    private void end(EmitOutcome outcome) {
        if (ended) {
            throw new IllegalStateException(request.requestId() + " ended twice");
        }
        ended = true;
        OptionalLong queueNanos = admittedNanos.isPresent()
                ? OptionalLong.of(admittedNanos.getAsLong() - receivedNanos)
                : OptionalLong.empty();
        engine.ended(
                this,
                new EmitRecord(
                        request.requestId(),
                        request.ordinal(),
                        new EmitStamps(
                                receivedNanos, admittedNanos, firstContentNanos, lastContentNanos, maxLatenessNanos),
                        contentChunks,
                        request.promptTokens(),
                        tokens,
                        outcome,
                        List.copyOf(activeRegressions),
                        Optional.of(new StepTruth(
                                queueNanos, sequence.cachedTokens(), sequence.preemptions(), outOfMemory))));
    }

    @SuppressWarnings("ReferenceEquality")
    private Regressions see() {
        Regressions now = engine.regressions();
        if (now != lastSeen) {
            lastSeen = now;
            activeRegressions.addAll(now.active());
        }
        return now;
    }
}
