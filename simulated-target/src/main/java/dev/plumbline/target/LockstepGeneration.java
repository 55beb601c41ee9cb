package dev.plumbline.target;

import dev.plumbline.target.lockstep.Sequence;
import java.util.Optional;
import java.util.OptionalInt;

/** One request of an engine that works in steps, from its receipt to its end. */
final class LockstepGeneration extends Answer {

    private final LockstepEngine engine;
    private final Sequence sequence;
    private boolean taken;
    private boolean outOfMemory;
    private boolean ended;

    LockstepGeneration(LockstepEngine engine, GenerationRequest request, long receivedNanos, Reply reply) {
        super(engine, request, receivedNanos, reply);
        this.engine = engine;
        this.sequence = new Sequence(receivedNanos, request.promptTokens(), totalTokens(), request.blocks());
    }

    Sequence sequence() {
        return sequence;
    }

    void take() {
        taken = true;
        reply().accepted();
    }

    void admitted(long beginNanos) {
        see();
        admittedAt(beginNanos);
    }

    /** How much longer the step takes that works on it now: it stalls before the token that the step brings. */
    long stallNanos() {
        if (sequence.generatedTokens() != stallBeforeToken()) {
            return 0;
        }
        stalled();
        return see().stallMillis() * 1_000_000;
    }

    /** The step that was due so much earlier has brought one token more. */
    void moved(long lateNanos) {
        if (ended) {
            return;
        }
        late(lateNanos);
        Regressions now = see();
        if (sequence.generatedTokens() == 1 && prefilled(now)) {
            return;
        }
        int chunk = sequence.generatedTokens() - tokens();
        if ((chunk >= engine.settings().output().tokensPerChunk() || sequence.isComplete()) && emit(chunk)) {
            finishIfComplete();
        }
    }

    @Override
    OptionalInt cachedTokens() {
        return engine.hasPrefixCache() ? OptionalInt.of(sequence.cachedTokens()) : OptionalInt.empty();
    }

    /** Fails it as the engine, of which {@code message} is told; in its stream when that has begun. */
    void fail(boolean forWantOfMemory, String message) {
        outOfMemory = forWantOfMemory;
        end(taken && reply().streams() ? EmitOutcome.STREAM_ERROR : EmitOutcome.HTTP_ERROR);
        reply().fail(message);
    }

    @Override
    boolean hasEnded() {
        return ended;
    }

    @Override
    void end(EmitOutcome outcome) {
        if (ended) {
            throw new IllegalStateException(request().requestId() + " ended twice");
        }
        ended = true;
        StepTruth truth = new StepTruth(queueNanos(), sequence.cachedTokens(), sequence.preemptions(), outOfMemory);
        engine.ended(this, emitRecord(outcome, Optional.of(truth)));
    }
}
