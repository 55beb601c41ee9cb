package dev.plumbline.target;

import dev.plumbline.target.lockstep.LockstepCore;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.Sequence;
import dev.plumbline.target.lockstep.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * An engine that works in steps: one timer, at which every sequence that has a token gets it out, in one pass.
 *
 * <p>A step begins when the one before was due to end, however late its tokens left, and works on what had been received by
 * then. So when a request is admitted does not hang on how late a timer was, and the mean step has no drift; only where the
 * machine is more than {@value #MAX_BEHIND_MILLIS} ms behind, the next step begins now, which is counted. An idle engine begins when a request comes.
 */
final class LockstepEngine implements TargetEngine {

    private static final int MAX_BEHIND_MILLIS = 1000;
    private static final String DEAD =
            "EngineCore encountered an issue. See stack trace (above) for the root cause. (simulated: out of memory)";

    private final SimulatedTargetSettings settings;
    private final LockstepSettings lockstep;
    private final TargetClock clock;
    private final Timers timers;
    private final Consumer<EmitRecord> emitLog;
    private final LockstepCore core;
    private final EngineMetrics metrics = new EngineMetrics();
    private final Lateness lateness = new Lateness();
    private final Map<Sequence, LockstepGeneration> generations = new HashMap<>();
    private Regressions regressions = Regressions.NONE;
    private OptionalLong lastSwitchNanos = OptionalLong.empty();
    private OptionalLong lastSwitchEpochMillis = OptionalLong.empty();
    private boolean stepping;
    private long steps;
    private long restarts;

    LockstepEngine(
            SimulatedTargetSettings settings,
            LockstepSettings lockstep,
            TargetClock clock,
            Timers timers,
            Consumer<EmitRecord> emitLog) {
        this.settings = settings;
        this.lockstep = lockstep;
        this.clock = clock;
        this.timers = timers;
        this.emitLog = emitLog;
        SplittableRandom random = new SplittableRandom(settings.seed());
        double sigma = settings.timing().jitterSigma();
        this.core = new LockstepCore(lockstep, () -> Draws.lognormal(random, sigma));
        long startNanos = clock.nanos();
        for (RegressionSchedule schedule : settings.regressions()) {
            timers.at(startNanos + schedule.afterNanos(), () -> setRegressions(schedule.applyTo(regressions)));
        }
    }

    @Override
    public Runnable submit(GenerationRequest request, long receivedNanos, Reply reply) {
        LockstepGeneration generation = new LockstepGeneration(this, request, receivedNanos, reply);
        if (generation.draws().fails(regressions)) {
            generation.failAtOnce();
        } else if (core.isDead()) {
            generation.fail(false, DEAD);
        } else if (isFull()) {
            generation.reject();
        } else if (!core.hasMemoryFor(generation.sequence())) {
            outOfMemory(generation);
        } else {
            generations.put(generation.sequence(), generation);
            core.add(generation.sequence());
            generation.take();
            if (!stepping) {
                begin(receivedNanos);
            }
        }
        return generation::disconnect;
    }

    /** Those that only wait for the next step do not count as the queue. */
    private boolean isFull() {
        int free = Math.max(0, core.maxRunning() - core.running());
        return core.waiting() - free >= settings.capacity().queueLimit();
    }

    private void begin(long nowNanos) {
        Step step = core.begin(nowNanos);
        step.admitted().forEach(sequence -> of(sequence).ifPresent(g -> g.admitted(nowNanos)));
        step.outOfMemory().forEach(sequence -> of(sequence).ifPresent(this::outOfMemory));
        stepping = !step.isIdle();
        if (stepping) {
            steps++;
            long stallNanos = 0;
            for (Sequence sequence : step.sequences()) {
                stallNanos = Math.max(
                        stallNanos,
                        of(sequence).map(LockstepGeneration::stallNanos).orElse(0L));
            }
            long dueNanos = nowNanos + step.durationNanos() + stallNanos;
            timers.at(dueNanos, () -> end(dueNanos));
        } else if (core.headArrivedNanos().isPresent()
                && core.headArrivedNanos().getAsLong() - nowNanos > 0) {
            // It came after the step before was due to end, and before that was noticed.
            begin(core.headArrivedNanos().getAsLong());
        }
    }

    private void end(long dueNanos) {
        long lateNanos = clock.nanos() - dueNanos;
        lateness.add(lateNanos);
        try {
            for (Sequence sequence : core.end(dueNanos)) {
                of(sequence).ifPresent(generation -> generation.moved(lateNanos));
            }
        } finally {
            // Whatever a socket does: an engine without a timer would hang all others.
            beginAfter(dueNanos);
        }
    }

    private void beginAfter(long dueNanos) {
        long nowNanos = clock.nanos();
        boolean behind = nowNanos - dueNanos > MAX_BEHIND_MILLIS * 1_000_000L;
        if (behind) {
            restarts++;
        }
        begin(behind ? nowNanos : dueNanos);
    }

    private Optional<LockstepGeneration> of(Sequence sequence) {
        return Optional.ofNullable(generations.get(sequence));
    }

    private void outOfMemory(LockstepGeneration generation) {
        long totalBytes = lockstep.memory().totalBytes();
        generation.fail(
                true,
                String.format(
                        Locale.ROOT,
                        "CUDA out of memory. Tried to allocate %s. GPU 0 has a total capacity of %s of which %s is free."
                                + " Of the allocated memory %s is allocated by PyTorch. (simulated)",
                        size(core.bytesOf(generation.sequence())),
                        size(totalBytes),
                        size(Math.max(0, totalBytes - core.usedBytes())),
                        size(core.usedBytes())));
        if (lockstep.memory().diesWhenExceeded() && !core.isDead()) {
            core.die();
            // One that is an answer among several ends the others with it.
            List.copyOf(generations.values()).stream()
                    .filter(open -> !open.hasEnded())
                    .forEach(open -> open.fail(false, DEAD));
        }
    }

    private static String size(long bytes) {
        return bytes < 1L << 30
                ? String.format(Locale.ROOT, "%.2f MiB", bytes / 1048576.0)
                : String.format(Locale.ROOT, "%.2f GiB", bytes / 1073741824.0);
    }

    void ended(LockstepGeneration generation, EmitRecord emitRecord) {
        generations.remove(generation.sequence());
        core.abort(generation.sequence());
        metrics.ended(emitRecord);
        emitLog.accept(emitRecord);
    }

    @Override
    public void setRegressions(Regressions changed) {
        regressions = changed;
        lastSwitchNanos = OptionalLong.of(clock.nanos());
        lastSwitchEpochMillis = OptionalLong.of(clock.epochMillis());
        core.setMaxRunning(changed.slots().orElse(lockstep.maxRunning()));
        core.setFactors(changed.decodeFactor(), changed.prefillFactor());
        if (!stepping) {
            begin(clock.nanos());
        }
    }

    boolean hasPrefixCache() {
        return lockstep.kv().prefixCache();
    }

    /** Steps since the start. */
    long steps() {
        return steps;
    }

    /** Steps that began late, because the machine was too far behind. */
    long restarts() {
        return restarts;
    }

    @Override
    public String exposition() {
        return metrics.exposition(settings.endpoint().model(), core.running(), core.waiting(), core.kvUsage())
                + metrics.ofSteps(settings.endpoint().model(), core, lockstep.kv());
    }

    @Override
    public Optional<LockstepCore> core() {
        return Optional.of(core);
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
    public int slots() {
        return core.maxRunning();
    }

    @Override
    public int running() {
        return core.running();
    }

    @Override
    public int waiting() {
        return core.waiting();
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
    public SimulatedTargetSettings settings() {
        return settings;
    }

    @Override
    public TargetClock clock() {
        return clock;
    }
}
