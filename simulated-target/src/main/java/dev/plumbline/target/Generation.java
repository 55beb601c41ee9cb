package dev.plumbline.target;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** One request from its receipt to its end. */
final class Generation {

    private enum Phase {
        WAITING,
        PREFILL,
        DECODE,
        ENDED
    }

    private final Engine engine;
    private final GenerationRequest request;
    private final Reply reply;
    private final long receivedNanos;
    private final Draws draws;
    private final int totalTokens;
    private final EmitOutcome reason;
    private final Set<String> activeRegressions = new LinkedHashSet<>();

    private Phase phase = Phase.WAITING;
    private Regressions lastSeen = Regressions.NONE;
    private OptionalLong admittedNanos = OptionalLong.empty();
    private OptionalLong firstContentNanos = OptionalLong.empty();
    private OptionalLong lastContentNanos = OptionalLong.empty();
    private long maxLatenessNanos;
    private long dueNanos;
    private long firstTokenNanos;
    private long lastTokenNanos;
    private int tokens;
    private int contentChunks;
    private int failAfterTokens = Integer.MAX_VALUE;
    private int stallBeforeToken = Integer.MAX_VALUE;
    private Runnable callOff = () -> {};

    Generation(Engine engine, GenerationRequest request, long receivedNanos, Reply reply) {
        this.engine = engine;
        this.request = request;
        this.reply = reply;
        this.receivedNanos = receivedNanos;
        this.draws = new Draws(
                request.drawKey(), engine.settings().timing(), engine.settings().output());
        int wanted = Math.max(draws.outputTokens(), request.smallestTokens());
        this.totalTokens = Math.min(wanted, request.limitTokens());
        this.reason = wanted >= request.limitTokens() ? EmitOutcome.LENGTH : EmitOutcome.STOP;
        see();
    }

    Draws draws() {
        return draws;
    }

    void admit() {
        Regressions now = see();
        TimingSettings timing = engine.settings().timing();
        long admitted = engine.clock().nanos();
        admittedNanos = OptionalLong.of(admitted);
        engine.metrics().admitted(admitted - receivedNanos, request.promptTokens());
        engine.holdTokens(request.promptTokens());
        phase = Phase.PREFILL;
        double workNanos =
                timing.prefillNanos() + (double) timing.prefillNanosPerPromptToken() * request.promptTokens();
        dueNanos = admitted + Math.round(workNanos * draws.prefillJitter() * now.prefillFactor());
        callOff = engine.timers().at(dueNanos, this::prefilled);
    }

    private void prefilled() {
        if (phase != Phase.PREFILL) {
            return;
        }
        noteLateness();
        Regressions now = see();
        phase = Phase.DECODE;
        if (draws.failsInStream(now)) {
            failAfterTokens = draws.streamErrorAfter(totalTokens);
        }
        if (draws.stalls(now)) {
            stallBeforeToken = draws.stallBefore(totalTokens);
        }
        if (reply.streams()) {
            reply.prefilled();
        }
        if (draws.isEmpty(now)) {
            if (reply.streams()) {
                reply.content(0, 0, true, EmitOutcome.EMPTY);
            }
            finish(EmitOutcome.EMPTY);
            return;
        }
        // The prefill brings the first token: only the rest of the first chunk is still to come.
        int first = Math.min(engine.settings().output().tokensPerChunk(), totalTokens);
        if (first == 1) {
            emit(1);
        } else {
            schedule(1, first);
        }
    }

    /** Sets the due time of the chunk that ends with token {@code upTo}, of which {@code have} tokens are there. */
    private void schedule(int have, int upTo) {
        Regressions now = see();
        double intervalNanos = engine.settings().timing().decodeNanosPerToken() * now.decodeFactor();
        for (int token = have; token < upTo; token++) {
            dueNanos += Math.round(intervalNanos * draws.nextDecodeJitter());
            if (token == stallBeforeToken) {
                dueNanos += now.stallMillis() * 1_000_000;
            }
        }
        int chunk = upTo - tokens;
        callOff = engine.timers().at(dueNanos, () -> decoded(chunk));
    }

    private void decoded(int chunk) {
        if (phase != Phase.DECODE) {
            return;
        }
        noteLateness();
        see();
        emit(chunk);
    }

    private void emit(int chunk) {
        if (tokens >= failAfterTokens) {
            end(EmitOutcome.STREAM_ERROR);
            reply.fail();
            return;
        }
        boolean last = tokens + chunk == totalTokens;
        // Not streamed, the moment of the token itself is what the engine's histograms are about.
        long stampNanos = reply.streams()
                ? reply.content(tokens, chunk, last, reason)
                : engine.clock().nanos();
        if (tokens == 0) {
            firstTokenNanos = stampNanos;
            engine.metrics().firstToken(stampNanos - receivedNanos);
        } else {
            engine.metrics().nextToken(stampNanos - lastTokenNanos);
        }
        lastTokenNanos = stampNanos;
        tokens += chunk;
        engine.metrics().generated(chunk);
        engine.holdTokens(chunk);
        if (reply.streams()) {
            contentChunks++;
            if (firstContentNanos.isEmpty()) {
                firstContentNanos = OptionalLong.of(stampNanos);
            }
            lastContentNanos = OptionalLong.of(stampNanos);
        }
        if (last) {
            finish(reason);
        } else {
            schedule(tokens, Math.min(tokens + engine.settings().output().tokensPerChunk(), totalTokens));
        }
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
                lastNanos - prefilledNanos);
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
        if (phase != Phase.ENDED) {
            end(EmitOutcome.DISCONNECTED);
        }
    }

    private void end(EmitOutcome outcome) {
        Phase before = phase;
        phase = Phase.ENDED;
        callOff.run();
        engine.ended(new EmitRecord(
                request.requestId(),
                request.ordinal(),
                new EmitStamps(receivedNanos, admittedNanos, firstContentNanos, lastContentNanos, maxLatenessNanos),
                contentChunks,
                request.promptTokens(),
                tokens,
                outcome,
                List.copyOf(activeRegressions)));
        switch (before) {
            case WAITING -> engine.leftQueue(this);
            case PREFILL, DECODE -> engine.leftSlot(request.promptTokens() + (long) tokens);
            case ENDED -> throw new IllegalStateException(request.requestId() + " ended twice");
        }
    }

    private void noteLateness() {
        long lateNanos = engine.clock().nanos() - dueNanos;
        maxLatenessNanos = Math.max(maxLatenessNanos, lateNanos);
        engine.lateness().add(lateNanos);
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
