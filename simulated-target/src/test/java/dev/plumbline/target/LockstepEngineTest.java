package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.target.lockstep.BlockHashes;
import dev.plumbline.target.lockstep.KvSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.MemorySettings;
import dev.plumbline.target.lockstep.StepCost;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/**
 * The engine that works in steps, in simulated microseconds: a step costs 1000, 100 per sequence, 10 per prompt token; a
 * prompt has 3 tokens and an answer 4, unless a test says otherwise.
 */
class LockstepEngineTest {

    private static final long MEBI = 1L << 20;
    private static final LockstepSettings STEPS = new LockstepSettings(
            new StepCost(1_000_000, 100_000, 10_000),
            2,
            100,
            new KvSettings(1000, 4, true),
            new MemorySettings(1000 * MEBI, 10 * MEBI, MEBI / 4, MEBI, 0, 0, false));
    private static final SimulatedTargetSettings SETTINGS = SimulatedTargetSettings.DEFAULT
            .withTiming(new TimingSettings(0, 0, 0, 0))
            .withOutput(new OutputSettings(4, 0, 1, false))
            .withCapacity(new CapacitySettings(1, 2, 503, 1000, 1000))
            .withLockstep(STEPS);

    private final SimulatedTime time = new SimulatedTime();
    private final List<EmitRecord> records = new ArrayList<>();
    private final Map<Long, Script> scripts = new HashMap<>();
    private long ordinal;

    @Test
    void givesEverybodyATokenInOnePass() {
        LockstepEngine engine = engine(SETTINGS);
        submit(engine);
        submit(engine);
        time.runUntil(10_000);

        // Alone with 3 prompt tokens 1130; then the second's prompt, 1230; then two that decode, 1200.
        assertThat(scripts.get(0L).lines)
                .containsExactly(
                        "0 accepted",
                        "1130 prefilled 0",
                        "1130 0+1",
                        "2360 1+1",
                        "3560 2+1",
                        "4760 3+1 STOP",
                        "4760 finish 4");
        assertThat(scripts.get(1L).lines)
                .containsExactly(
                        "0 accepted",
                        "2360 prefilled 0",
                        "2360 0+1",
                        "3560 1+1",
                        "4760 2+1",
                        "5860 3+1 STOP",
                        "5860 finish 4");
        assertThat(records)
                .extracting(r -> r.steps().orElseThrow().queueNanos())
                .allSatisfy(q -> assertThat(q).isPresent());
        assertThat(records.get(1).steps().orElseThrow().queueNanos()).hasValue(1_130_000);
        assertThat(records.get(1).stamps().admittedNanos()).hasValue(1_130_000);
    }

    @Test
    void letsNoLatenessOfATimerChangeWhoIsAdmittedWhen() {
        LockstepEngine engine = engine(SETTINGS);
        submit(engine);
        time.delayNextBy(500);
        time.at(1_100_000, () -> {});
        time.runUntil(1600);
        // The step that was due at 1130 ended at 1600; what comes now waits for the one after the one that began at
        // 1130.
        submit(engine);
        time.runUntil(10_000);

        assertThat(records.get(1).stamps().receivedNanos()).isEqualTo(1_600_000);
        assertThat(records.get(1).stamps().admittedNanos()).hasValue(2_230_000);
    }

    @Test
    void beginsAnewWhenItIsFarBehind() {
        LockstepEngine engine = engine(SETTINGS);
        submit(engine);
        time.delayNextBy(1_001_000);
        time.runUntil(2_000_000);

        assertThat(scripts.get(0L).lines).contains("1002130 0+1", "1003230 1+1");
        assertThat(engine.restarts()).isEqualTo(1);
        assertThat(engine.steps()).isEqualTo(4);
        assertThat(engine.lateness().maxNanos()).isEqualTo(1_001_000_000);
    }

    @Test
    void catchesUpWithWhatItIsBehind() {
        LockstepEngine engine = engine(SETTINGS);
        submit(engine);
        time.delayNextBy(1_500);
        time.runUntil(2_000_000);

        // Due at 1130, 2230, 3330 and 4430.
        assertThat(scripts.get(0L).lines).contains("2630 0+1", "2630 1+1", "3330 2+1", "4430 3+1 STOP");
        assertThat(engine.restarts()).isZero();
    }

    @Test
    void goesOnWithWhoeverCameBeforeTheEndWasNoticed() {
        LockstepEngine engine = engine(SETTINGS.withOutput(new OutputSettings(1, 0, 1, false)));
        submit(engine);
        time.delayNextBy(500);
        time.beforeNext(() -> submit(engine));
        time.runUntil(10_000);

        assertThat(scripts.get(1L).lines).contains("1630 accepted", "2760 0+1 STOP");
        assertThat(records.get(1).stamps().admittedNanos()).hasValue(1_630_000);
        assertThat(records.get(1).steps().orElseThrow().queueNanos()).hasValue(0);
    }

    @Test
    void queuesBeyondWhatMayRunAndRefusesOneTooMany() {
        LockstepEngine engine = engine(SETTINGS);
        for (int i = 0; i < 5; i++) {
            submit(engine);
        }
        // The step has begun with the first alone, so that one more of those that wait will run.
        assertThat(engine.running()).isEqualTo(1);
        assertThat(engine.waiting()).isEqualTo(3);
        assertThat(scripts.get(4L).lines).containsExactly("0 reject");
        time.runUntil(20_000);

        assertThat(records)
                .extracting(EmitRecord::outcome)
                .containsExactly(
                        EmitOutcome.REJECTED, EmitOutcome.STOP, EmitOutcome.STOP, EmitOutcome.STOP, EmitOutcome.STOP);
        assertThat(records).extracting(EmitRecord::ordinal).containsExactly(4L, 0L, 1L, 2L, 3L);
        assertThat(records.get(0).steps().orElseThrow().queueNanos()).isEmpty();
        assertThat(engine.running() + engine.waiting()).isZero();
    }

    @Test
    void tellsWhatThePrefixCacheHad() {
        LockstepEngine engine = engine(SETTINGS);
        submit(engine, request("aaaabbbbc"), true);
        time.runUntil(10_000);
        submit(engine, request("aaaabbbbd"), true);
        submit(engine, request("aaaaXbbbd"), false);
        time.runUntil(30_000);

        assertThat(records)
                .extracting(r -> r.steps().orElseThrow().cachedTokens())
                .containsExactly(0, 8, 4);
        assertThat(scripts.get(1L).lines).contains("11110 prefilled 8");
        assertThat(scripts.get(1L).cached).isEqualTo(OptionalInt.of(8));
        assertThat(scripts.get(2L).cached).isEqualTo(OptionalInt.of(4));
        assertThat(engine.exposition())
                .contains("vllm:prefix_cache_queries_total{engine=\"0\",model_name=\"simulated\"} 27.0\n")
                .contains("vllm:prefix_cache_hits_total{engine=\"0\",model_name=\"simulated\"} 12.0\n")
                .contains("vllm:prompt_tokens_cached_total{engine=\"0\",model_name=\"simulated\"} 12.0\n")
                .contains("vllm:request_queue_time_seconds_count{engine=\"0\",model_name=\"simulated\"} 3.0\n");
        assertThat(records.get(1).toJson())
                .endsWith("\"activeRegressions\":[],\"queueNanos\":0,\"cachedTokens\":8,\"preemptions\":0,"
                        + "\"outOfMemory\":false}");
    }

    @Test
    void saysNothingOfACacheThatIsOff() {
        LockstepEngine engine = engine(SETTINGS.withLockstep(with(new KvSettings(1000, 4, false), STEPS.memory())));
        submit(engine, request("aaaabbbbc"), true);
        time.runUntil(10_000);

        assertThat(scripts.get(0L).cached).isEmpty();
    }

    @Test
    void countsPreemptionsAndTheirTokensStayInOrder() {
        LockstepEngine engine = engine(SETTINGS.withOutput(new OutputSettings(9, 0, 1, false))
                .withCapacity(new CapacitySettings(1, 2, 503, 16, 1000))
                .withLockstep(with(new KvSettings(4, 4, false), STEPS.memory())));
        submit(engine, request("aaaa"), true);
        submit(engine, request("bbbb"), true);
        time.runUntil(100_000);

        assertThat(records)
                .extracting(r -> r.steps().orElseThrow().preemptions())
                .containsExactly(0, 1);
        assertThat(records).extracting(EmitRecord::outputTokens).containsExactly(9, 9);
        assertThat(scripts.get(1L).lines.stream().filter(line -> line.matches("\\d+ \\d\\+1.*")))
                .extracting(line -> line.split(" ")[1])
                .containsExactly("0+1", "1+1", "2+1", "3+1", "4+1", "5+1", "6+1", "7+1", "8+1");
        assertThat(engine.exposition())
                .contains("vllm:num_preemptions_total{engine=\"0\",model_name=\"simulated\"} 1.0\n")
                .contains("vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"simulated\"} 0.0\n");
    }

    @Test
    void failsARequestThatHasNoMemoryAndServesTheNext() {
        LockstepEngine engine = engine(SETTINGS.withLockstep(with(
                new KvSettings(1000, 4, true), new MemorySettings(12 * MEBI, 10 * MEBI, MEBI / 4, MEBI, 0, 0, false))));
        submit(engine, request("aaaabbbbc"), true);
        submit(engine, request("aaaa"), true);
        time.runUntil(10_000);

        assertThat(scripts.get(0L).lines)
                .singleElement()
                .asString()
                .startsWith(
                        "0 fail CUDA out of memory. Tried to allocate 3.00 MiB. GPU 0 has a total capacity of 12.00 MiB of"
                                + " which 2.00 MiB is free.");
        assertThat(records).extracting(EmitRecord::outcome).containsExactly(EmitOutcome.HTTP_ERROR, EmitOutcome.STOP);
        assertThat(records)
                .extracting(r -> r.steps().orElseThrow().outOfMemory())
                .containsExactly(true, false);
    }

    @Test
    void diesWithAllOfItsStreamsIfItIsTo() {
        LockstepEngine engine = engine(SETTINGS.withLockstep(with(
                new KvSettings(1000, 4, true), new MemorySettings(12 * MEBI, 10 * MEBI, MEBI / 4, MEBI, 0, 0, true))));
        submit(engine, request("aaaa"), true);
        time.runUntil(1500);
        submit(engine, request("aaaabbbbc"), true);
        submit(engine, request("aaaa"), true);
        time.runUntil(10_000);

        assertThat(scripts.get(0L).lines).last().asString().contains("fail EngineCore encountered an issue");
        assertThat(scripts.get(1L).lines).singleElement().asString().contains("CUDA out of memory");
        assertThat(scripts.get(2L).lines).singleElement().asString().contains("EngineCore encountered an issue");
        assertThat(records)
                .extracting(EmitRecord::outcome)
                .containsExactly(EmitOutcome.HTTP_ERROR, EmitOutcome.STREAM_ERROR, EmitOutcome.HTTP_ERROR);
        assertThat(engine.core().orElseThrow().isDead()).isTrue();
        assertThat(engine.running() + engine.waiting()).isZero();
    }

    @Test
    void letsAChunkOfSeveralTokensLeaveWithItsLast() {
        LockstepEngine engine = engine(SETTINGS.withOutput(new OutputSettings(5, 0, 2, false)));
        submit(engine);
        time.runUntil(10_000);

        assertThat(scripts.get(0L).lines)
                .containsExactly(
                        "0 accepted", "1130 prefilled 0", "2230 0+2", "4430 2+2", "5530 4+1 STOP", "5530 finish 5");
    }

    @Test
    void freesWhatAClientHeldThatLeft() {
        LockstepEngine engine = engine(SETTINGS);
        Runnable first = submit(engine);
        Runnable second = submit(engine);
        submit(engine);
        time.runUntil(1200);
        first.run();
        second.run();
        first.run();
        time.runUntil(10_000);

        assertThat(records)
                .extracting(EmitRecord::outcome)
                .containsExactly(EmitOutcome.DISCONNECTED, EmitOutcome.DISCONNECTED, EmitOutcome.STOP);
        assertThat(records.get(0).outputTokens()).isEqualTo(1);
        assertThat(engine.core().orElseThrow().kvUsage()).isZero();
    }

    @Test
    void showsEachRegression() {
        LockstepEngine engine = engine(SETTINGS);
        engine.setRegressions(Regressions.NONE.with("errorShare", 1));
        submit(engine);
        engine.setRegressions(Regressions.NONE.with("emptyShare", 1));
        submit(engine);
        time.runUntil(10_000);
        engine.setRegressions(Regressions.NONE.with("streamErrorShare", 1));
        submit(engine);
        time.runUntil(20_000);
        engine.setRegressions(Regressions.NONE.with("stallShare", 1).with("stallMillis", 5));
        submit(engine);
        time.runUntil(40_000);
        engine.setRegressions(Regressions.NONE.with("decodeFactor", 2).with("prefillFactor", 3));
        submit(engine);
        time.runUntil(60_000);

        assertThat(records)
                .extracting(EmitRecord::outcome)
                .containsExactly(
                        EmitOutcome.HTTP_ERROR,
                        EmitOutcome.EMPTY,
                        EmitOutcome.STREAM_ERROR,
                        EmitOutcome.STOP,
                        EmitOutcome.STOP);
        assertThat(scripts.get(1L).lines)
                .containsExactly("0 accepted", "1130 prefilled 0", "1130 0+0 EMPTY", "1130 finish 0");
        assertThat(scripts.get(2L).lines).last().asString().endsWith("fail");
        assertThat(records.get(2).outputTokens()).isBetween(1, 3);
        // The whole engine stalls.
        assertThat(scripts.get(3L).lines).last().isEqualTo((20_000 + 1130 + 3 * 1100 + 5000) + " finish 4");
        assertThat(scripts.get(4L).lines).last().isEqualTo((40_000 + 2200 + 90 + 3 * 2200) + " finish 4");
        assertThat(records.get(4).activeRegressions()).containsExactly("prefillFactor", "decodeFactor");
        assertThat(engine.running() + engine.waiting()).isZero();
    }

    @Test
    void waitsWhileNobodyIsAdmittedAndGoesOnAfterwards() {
        LockstepEngine engine = engine(SETTINGS);
        engine.setRegressions(Regressions.NONE.with("slots", 0));
        submit(engine);
        time.runUntil(5_000);
        assertThat(engine.waiting()).isEqualTo(1);
        engine.setRegressions(Regressions.NONE);
        time.runUntil(20_000);

        assertThat(records.getFirst().steps().orElseThrow().queueNanos()).hasValue(5_000_000);
    }

    @Test
    void repeatsItsJitterWithTheSeed() {
        SimulatedTargetSettings jittering = SETTINGS.withTiming(new TimingSettings(0, 0, 0, 0.2));
        List<List<String>> runs = new ArrayList<>();
        for (long seed : new long[] {1, 1, 2}) {
            time.restart();
            ordinal = 0;
            LockstepEngine engine = engine(jittering.withSeed(seed));
            submit(engine);
            time.runUntil(100_000);
            runs.add(scripts.get(0L).lines);
        }

        assertThat(runs.get(1)).isEqualTo(runs.get(0));
        assertThat(runs.get(2)).isNotEqualTo(runs.get(0));
    }

    private static LockstepSettings with(KvSettings kv, MemorySettings memory) {
        return new LockstepSettings(STEPS.cost(), STEPS.maxRunning(), STEPS.tokensPerStep(), kv, memory);
    }

    private LockstepEngine engine(SimulatedTargetSettings settings) {
        return new LockstepEngine(settings, settings.lockstep().orElseThrow(), time, time, records::add);
    }

    private Runnable submit(LockstepEngine engine) {
        return submit(engine, request("xyz"), true);
    }

    /** A character is a token. */
    private GenerationRequest request(String prompt) {
        long mine = ordinal++;
        BlockHashes blocks = new BlockHashes.Builder(4).text(prompt).build();
        return new GenerationRequest("r" + mine, mine, Draws.keyOf(1, mine), prompt.length(), 100, 0, blocks);
    }

    private Runnable submit(LockstepEngine engine, GenerationRequest request, boolean streams) {
        Script script = new Script(time, streams);
        scripts.put(request.ordinal(), script);
        return engine.submit(request, time.nanos(), script);
    }

    /** Time that moves only from one timer to the next. */
    private static final class SimulatedTime implements TargetClock, Timers {
        private record Timer(long dueNanos, long sequence, Runnable task) {}

        private final PriorityQueue<Timer> timers =
                new PriorityQueue<>(Comparator.comparingLong(Timer::dueNanos).thenComparingLong(Timer::sequence));
        private long nowNanos;
        private long sequence;
        private long delayMicros;
        private Runnable before = () -> {};

        void restart() {
            timers.clear();
            nowNanos = 0;
        }

        void delayNextBy(long micros) {
            delayMicros = micros;
        }

        /** Runs a task when the next timer is due and late, before it. */
        void beforeNext(Runnable task) {
            before = task;
        }

        void runUntil(long untilMicros) {
            while (!timers.isEmpty() && timers.element().dueNanos() <= untilMicros * 1000) {
                Timer timer = timers.remove();
                nowNanos = Math.max(nowNanos, timer.dueNanos()) + delayMicros * 1000;
                delayMicros = 0;
                Runnable first = before;
                before = () -> {};
                first.run();
                timer.task().run();
            }
            nowNanos = Math.max(nowNanos, untilMicros * 1000);
        }

        @Override
        public Runnable at(long dueNanos, Runnable task) {
            Timer timer = new Timer(dueNanos, sequence++, task);
            timers.add(timer);
            return () -> timers.remove(timer);
        }

        @Override
        public long nanos() {
            return nowNanos;
        }

        @Override
        public long epochMillis() {
            return nowNanos / 1_000_000;
        }
    }

    /** Writes down what the engine does with one client, each with its moment in microseconds. */
    private static final class Script implements Reply {
        private final SimulatedTime time;
        private final boolean streams;
        private final List<String> lines = new ArrayList<>();
        private OptionalInt cached = OptionalInt.empty();

        Script(SimulatedTime time, boolean streams) {
            this.time = time;
            this.streams = streams;
        }

        private void line(String text) {
            lines.add(time.nanos() / 1000 + " " + text);
        }

        @Override
        public boolean streams() {
            return streams;
        }

        @Override
        public void accepted() {
            line("accepted");
        }

        @Override
        public void prefilled() {
            line("prefilled");
        }

        @Override
        public void prefilled(OptionalInt cachedTokens) {
            line("prefilled" + (cachedTokens.isPresent() ? " " + cachedTokens.getAsInt() : ""));
        }

        @Override
        public long content(int firstToken, int tokens, boolean last, EmitOutcome reason) {
            line(firstToken + "+" + tokens + (last ? " " + reason : ""));
            return time.nanos();
        }

        @Override
        public void finish(Work work, EmitOutcome reason, LongConsumer beforeWrite) {
            beforeWrite.accept(time.nanos());
            cached = work.cachedTokens();
            line("finish " + work.outputTokens());
        }

        @Override
        public void fail() {
            line("fail");
        }

        @Override
        public void fail(String message) {
            line("fail " + message);
        }

        @Override
        public void reject() {
            line("reject");
        }
    }
}
