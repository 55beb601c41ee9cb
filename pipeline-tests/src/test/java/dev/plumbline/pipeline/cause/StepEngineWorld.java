package dev.plumbline.pipeline.cause;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.target.lockstep.BlockHashes;
import dev.plumbline.target.lockstep.GpuState;
import dev.plumbline.target.lockstep.KvSettings;
import dev.plumbline.target.lockstep.LockstepCore;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.MemorySettings;
import dev.plumbline.target.lockstep.Sequence;
import dev.plumbline.target.lockstep.Step;
import dev.plumbline.target.lockstep.StepCost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The simulated engine that works in steps under a closed or an open loop, in a time of its own. What is wrong with it from a window on
 * is what its flags and {@code /admin/regressions} can make wrong.
 */
final class StepEngineWorld {

    private static final int USERS = 8;
    private static final int PROMPT_TOKENS = 512;
    private static final int OUTPUT_TOKENS = 64;
    private static final long SECOND = 1_000_000_000;
    private static final long AN_ERROR_TAKES = 20_000_000;
    private static final long GIBI = 1L << 30;

    private final Random random;
    private final MeasuredWindows measured;
    private final Map<Sequence, List<Long>> stamps = new HashMap<>();
    private final Map<Sequence, Integer> stallsAt = new HashMap<>();
    /** When who may ask next. */
    private final List<Long> idleUsers = new ArrayList<>();

    private LockstepCore core;
    private long now;
    private long nextLook = SECOND;
    private long preemptions;
    private long queried;
    private long hits;
    private double queueSeconds;
    private long admitted;

    /** Prompt tokens that all prompts begin with. */
    int sharedTokens;

    double errorShare;
    double emptyShare;
    double streamErrorShare;
    double stallShare;

    /** Requests per second of an open loop; 0 of a closed one. */
    private final double rate;

    private long nextArrival;

    /** @param requestsPerSecond of an open loop; 0 for a closed one of eight */
    StepEngineWorld(long seed, double requestsPerSecond, long windowMillis) {
        random = new Random(seed);
        rate = requestsPerSecond;
        measured = new MeasuredWindows(
                LoadPoint.parse(rate > 0 ? "r" + Math.round(rate) + "-poisson" : "c" + USERS), windowMillis);
        core = new LockstepCore(settings(16_384, true, 0), this::jitter);
        nextArrival = rate > 0 ? pause() : Long.MAX_VALUE;
        for (int i = 0; i < USERS && rate <= 0; i++) {
            idleUsers.add(0L);
        }
    }

    private long pause() {
        return Math.round(-Math.log(1 - random.nextDouble()) / rate * SECOND);
    }

    /** Lets time pass without load. */
    void rest(long nanos) {
        while (core.running() + core.waiting() > 0) {
            long next = now + core.begin(now).durationNanos();
            measured.until(next);
            now = next;
            core.end(now).forEach(this::token);
        }
        now += nanos;
        measured.until(now);
        nextLook = now + SECOND;
        nextArrival = rate > 0 ? now + pause() : Long.MAX_VALUE;
    }

    private double jitter() {
        return Math.exp(0.05 * random.nextGaussian());
    }

    private static LockstepSettings settings(int kvBlocks, boolean prefixCache, long leakBytes) {
        return new LockstepSettings(
                new StepCost(20_000_000, 1_000_000, 20_000),
                64,
                2048,
                new KvSettings(kvBlocks, 16, prefixCache),
                new MemorySettings(80 * GIBI, 16 * GIBI, 1L << 17, 64L << 20, 0.25, leakBytes, false));
    }

    /** The engine is started anew with other flags; what was in it fails. */
    void restart(int kvBlocks, boolean prefixCache, long leakBytes) {
        core = new LockstepCore(settings(kvBlocks, prefixCache, leakBytes), this::jitter);
        preemptions = 0;
        queried = 0;
        hits = 0;
        stamps.keySet().forEach(unused -> idleUsers.add(now));
        stamps.clear();
        stallsAt.clear();
    }

    LockstepCore core() {
        return core;
    }

    /** Windows of which the later ones have the fault. */
    List<WindowRecord> windows(int healthy, int faulty, Consumer<StepEngineWorld> fault) {
        run(healthy);
        fault.accept(this);
        run(healthy + faulty);
        return measured.windows();
    }

    /** Goes on until there are so many windows in all. */
    List<WindowRecord> until(int windows) {
        run(windows);
        return measured.windows();
    }

    private void run(int windows) {
        while (measured.count() < windows) {
            ask();
            Step step = core.begin(now);
            step.outOfMemory().forEach(sequence -> ends(sequence, FailureKind.STREAM_ERROR));
            step.admitted().forEach(sequence -> {
                queueSeconds += (step.beginNanos() - sequence.arrivedNanos()) / 1e9;
                admitted++;
            });
            long next = step.isIdle() ? earliestIdle() : now + step.durationNanos() + stall(step);
            look(next);
            measured.until(next);
            long took = next - now;
            int flying = stamps.size();
            now = next;
            List<Sequence> moved = step.isIdle() ? List.of() : core.end(now);
            measured.flying(flying, took, moved.size());
            moved.forEach(this::token);
        }
    }

    private long earliestIdle() {
        return Math.max(
                now + 1_000_000,
                idleUsers.stream().mapToLong(Long::longValue).min().orElse(now));
    }

    private void ask() {
        while (nextArrival <= now) {
            idleUsers.add(nextArrival);
            nextArrival += pause();
        }
        List<Long> ready = idleUsers.stream().filter(at -> at <= now).toList();
        idleUsers.removeIf(at -> at <= now);
        for (long at : ready) {
            measured.offered();
            Sequence sequence = new Sequence(at, PROMPT_TOKENS, OUTPUT_TOKENS, prompt());
            double roll = random.nextDouble();
            if (roll < errorShare) {
                refused(FailureKind.HTTP_5XX);
            } else if (roll < errorShare + emptyShare) {
                refused(FailureKind.EMPTY);
            } else if (core.hasMemoryFor(sequence)) {
                core.add(sequence);
                stamps.put(sequence, new ArrayList<>());
                if (random.nextDouble() < stallShare) {
                    stallsAt.put(sequence, 1 + random.nextInt(OUTPUT_TOKENS - 1));
                }
            } else {
                refused(FailureKind.HTTP_5XX);
            }
        }
    }

    private void refused(FailureKind kind) {
        measured.failed(kind);
        idleUsers.add(now + AN_ERROR_TAKES);
    }

    private BlockHashes prompt() {
        BlockHashes.Builder builder = new BlockHashes.Builder(16);
        for (int i = 0; i < PROMPT_TOKENS; i++) {
            builder.unit(i < sharedTokens ? i : random.nextLong());
        }
        return builder.build();
    }

    private long stall(Step step) {
        boolean stalls = step.sequences().stream()
                .anyMatch(sequence -> stallsAt.getOrDefault(sequence, -1) == sequence.generatedTokens());
        return stalls ? SECOND : 0;
    }

    private void token(Sequence sequence) {
        List<Long> of = stamps.get(sequence);
        of.add(now);
        if (sequence.isComplete()) {
            measured.completed(sequence.arrivedNanos(), of, PROMPT_TOKENS);
            gone(sequence);
        } else if (of.size() == 3 && random.nextDouble() < streamErrorShare) {
            core.abort(sequence);
            ends(sequence, FailureKind.STREAM_ERROR);
        }
    }

    private void ends(Sequence sequence, FailureKind kind) {
        measured.failed(kind);
        gone(sequence);
    }

    private void gone(Sequence sequence) {
        stamps.remove(sequence);
        stallsAt.remove(sequence);
        if (rate <= 0) {
            idleUsers.add(now);
        }
    }

    /** What a producer sees of the engine and its GPU each second. */
    private void look(long until) {
        while (nextLook <= until) {
            measured.until(nextLook);
            measured.gauge("engine_requests_running", core.running());
            measured.gauge("engine_requests_waiting", core.waiting());
            measured.gauge("engine_kv_cache_usage_ratio", core.kvUsage());
            GpuState gpu = core.gpu(Math.max(now, nextLook));
            measured.gauge("gpu_sm_clock_hertz", (1980 - 200 * gpu.powerShare()) * 1e6);
            measured.gauge("gpu_slowed_gpus", 0);
            measured.gauge("gpu_memory_used_ratio", (double) gpu.usedBytes() / gpu.totalBytes());
            measured.counter("engine_preemptions", core.preemptions() - preemptions, 1_000);
            measured.counter("engine_prefix_query_tokens", core.queriedTokens() - queried, 1_000);
            measured.counter("engine_prefix_hit_tokens", core.hitTokens() - hits, 1_000);
            measured.counter("engine_prompt_tokens", admitted * PROMPT_TOKENS, 1_000);
            measured.counter("engine_queue_time_seconds", queueSeconds, 1_000);
            measured.counter("engine_queue_time_requests", admitted, 1_000);
            preemptions = core.preemptions();
            queried = core.queriedTokens();
            hits = core.hitTokens();
            queueSeconds = 0;
            admitted = 0;
            nextLook += SECOND;
        }
    }
}
