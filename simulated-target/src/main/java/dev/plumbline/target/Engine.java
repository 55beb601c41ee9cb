package dev.plumbline.target;

import java.util.ArrayDeque;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Slots, the queue before them, and what is wrong with them at the moment. Not thread safe: all calls come on one thread,
 * and the timers call back on it.
 */
final class Engine implements TargetEngine {

    /** Share of the cache that a simulated token takes is one over this many per slot. */
    private static final int CACHE_TOKENS_PER_SLOT = 4096;

    private final SimulatedTargetSettings settings;
    private final TargetClock clock;
    private final Timers timers;
    private final Consumer<EmitRecord> emitLog;
    private final EngineMetrics metrics = new EngineMetrics();
    private final Lateness lateness = new Lateness();
    private final ArrayDeque<Generation> queue = new ArrayDeque<>();
    private Regressions regressions = Regressions.NONE;
    private OptionalLong lastSwitchNanos = OptionalLong.empty();
    private OptionalLong lastSwitchEpochMillis = OptionalLong.empty();
    private int running;
    private long cachedTokens;

    Engine(SimulatedTargetSettings settings, TargetClock clock, Timers timers, Consumer<EmitRecord> emitLog) {
        this.settings = settings;
        this.clock = clock;
        this.timers = timers;
        this.emitLog = emitLog;
        long startNanos = clock.nanos();
        for (RegressionSchedule schedule : settings.regressions()) {
            timers.at(startNanos + schedule.afterNanos(), () -> setRegressions(schedule.applyTo(regressions)));
        }
    }

    @Override
    public Runnable submit(GenerationRequest request, long receivedNanos, Reply reply) {
        Generation generation = new Generation(this, request, receivedNanos, reply);
        if (generation.draws().fails(regressions)) {
            generation.failAtOnce();
        } else if (running < slots() && queue.isEmpty()) {
            reply.accepted();
            running++;
            generation.admit();
        } else if (queue.size() < settings.capacity().queueLimit()) {
            queue.addLast(generation);
            reply.accepted();
        } else {
            generation.reject();
        }
        return generation::disconnect;
    }

    /** Switches at once: for prefills, intervals and admissions that begin from now on. */
    @Override
    public void setRegressions(Regressions changed) {
        regressions = changed;
        lastSwitchNanos = OptionalLong.of(clock.nanos());
        lastSwitchEpochMillis = OptionalLong.of(clock.epochMillis());
        admitWaiting();
    }

    void leftQueue(Generation generation) {
        queue.remove(generation);
    }

    void leftSlot(long tokensHeld) {
        running--;
        cachedTokens -= tokensHeld;
        admitWaiting();
    }

    void holdTokens(long tokens) {
        cachedTokens += tokens;
    }

    void ended(EmitRecord emitRecord) {
        metrics.ended(emitRecord);
        emitLog.accept(emitRecord);
    }

    private void admitWaiting() {
        while (running < slots() && !queue.isEmpty()) {
            running++;
            queue.removeFirst().admit();
        }
    }

    /** Slots there are at the moment. */
    @Override
    public int slots() {
        return regressions.slots().orElse(settings.capacity().slots());
    }

    /** Share of the simulated cache in use, 0 to 1. */
    double cacheUsage() {
        return Math.min(
                1,
                cachedTokens
                        / ((double) CACHE_TOKENS_PER_SLOT * settings.capacity().slots()));
    }

    @Override
    public int running() {
        return running;
    }

    @Override
    public int waiting() {
        return queue.size();
    }

    @Override
    public Regressions regressions() {
        return regressions;
    }

    @Override
    public OptionalLong lastSwitchNanos() {
        return lastSwitchNanos;
    }

    @Override
    public OptionalLong lastSwitchEpochMillis() {
        return lastSwitchEpochMillis;
    }

    @Override
    public EngineMetrics metrics() {
        return metrics;
    }

    @Override
    public Lateness lateness() {
        return lateness;
    }

    @Override
    public String exposition() {
        return metrics.exposition(settings.endpoint().model(), running, queue.size(), cacheUsage());
    }

    @Override
    public SimulatedTargetSettings settings() {
        return settings;
    }

    @Override
    public TargetClock clock() {
        return clock;
    }

    Timers timers() {
        return timers;
    }
}
