package dev.plumbline.target;

import java.util.Optional;

/** One request of an engine that gives each stream a timing of its own, from its receipt to its end. */
final class Generation extends Answer {

    private enum Phase {
        WAITING,
        PREFILL,
        DECODE,
        ENDED
    }

    private final Engine engine;
    private Phase phase = Phase.WAITING;
    private long dueNanos;
    private Runnable callOff = () -> {};

    Generation(Engine engine, GenerationRequest request, long receivedNanos, Reply reply) {
        super(engine, request, receivedNanos, reply);
        this.engine = engine;
    }

    void admit() {
        Regressions now = see();
        TimingSettings timing = engine.settings().timing();
        long admitted = engine.clock().nanos();
        admittedAt(admitted);
        engine.holdTokens(request().promptTokens());
        phase = Phase.PREFILL;
        double workNanos = timing.prefillNanos()
                + (double) timing.prefillNanosPerPromptToken() * request().promptTokens();
        double factor = now.prefillFactor() * timing.cold().factorOf(request().ordinal());
        dueNanos = admitted + Math.round(workNanos * draws().prefillJitter() * factor);
        callOff = engine.timers().at(dueNanos, this::prefilled);
    }

    private void prefilled() {
        if (phase != Phase.PREFILL) {
            return;
        }
        noteLateness();
        Regressions now = see();
        phase = Phase.DECODE;
        if (prefilled(now)) {
            return;
        }
        // The prefill brings the first token: only the rest of the first chunk is still to come.
        int first = Math.min(engine.settings().output().tokensPerChunk(), totalTokens());
        if (first == 1) {
            write(1);
        } else {
            schedule(1, first);
        }
    }

    /** Sets the due time of the chunk that ends with token {@code upTo}, of which {@code have} tokens are there. */
    private void schedule(int have, int upTo) {
        Regressions now = see();
        double intervalNanos = engine.settings().timing().decodeNanosPerToken() * now.decodeFactor();
        for (int token = have; token < upTo; token++) {
            dueNanos += Math.round(intervalNanos * draws().nextDecodeJitter());
            if (token == stallBeforeToken()) {
                dueNanos += now.stallMillis() * 1_000_000;
            }
        }
        int chunk = upTo - tokens();
        callOff = engine.timers().at(dueNanos, () -> decoded(chunk));
    }

    private void decoded(int chunk) {
        if (phase != Phase.DECODE) {
            return;
        }
        noteLateness();
        see();
        write(chunk);
    }

    private void write(int chunk) {
        if (!emit(chunk)) {
            return;
        }
        engine.holdTokens(chunk);
        if (!finishIfComplete()) {
            schedule(tokens(), Math.min(tokens() + engine.settings().output().tokensPerChunk(), totalTokens()));
        }
    }

    @Override
    boolean hasEnded() {
        return phase == Phase.ENDED;
    }

    @Override
    void end(EmitOutcome outcome) {
        Phase before = phase;
        phase = Phase.ENDED;
        callOff.run();
        engine.ended(emitRecord(outcome, Optional.empty()));
        switch (before) {
            case WAITING -> engine.leftQueue(this);
            case PREFILL, DECODE -> engine.leftSlot(request().promptTokens() + (long) tokens());
            case ENDED -> throw new IllegalStateException(request().requestId() + " ended twice");
        }
    }

    private void noteLateness() {
        long lateNanos = engine.clock().nanos() - dueNanos;
        late(lateNanos);
        engine.lateness().add(lateNanos);
    }
}
