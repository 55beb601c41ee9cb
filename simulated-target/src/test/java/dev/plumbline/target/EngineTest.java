package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** The engine in simulated time: prefill 100, decode 10, no jitter, 4 tokens, unless a test says otherwise. */
class EngineTest {

    private static final TimingSettings EXACT = new TimingSettings(100, 0, 10, 0);
    private static final SimulatedTargetSettings SETTINGS = SimulatedTargetSettings.DEFAULT
            .withTiming(EXACT)
            .withOutput(new OutputSettings(4, 0, 1, false))
            .withCapacity(new CapacitySettings(1, 2, 503, 1000, 1000));

    private final SimulatedTime time = new SimulatedTime();
    private final List<EmitRecord> records = new ArrayList<>();
    private final Map<Long, Script> scripts = new HashMap<>();
    private long ordinal;

    @Test
    void emitsEachTokenWhenItIsDue() {
        Engine engine = engine(SETTINGS);
        submit(engine, true);
        time.runUntil(1000);

        assertThat(scripts.get(0L).lines)
                .containsExactly(
                        "0 accepted", "100 prefilled", "100 0+1", "110 1+1", "120 2+1", "130 3+1 STOP", "130 finish 4");
        assertThat(records).singleElement().satisfies(r -> {
            assertThat(r.stamps().admittedNanos()).hasValue(0);
            assertThat(r.stamps().firstContentNanos()).hasValue(100);
            assertThat(r.stamps().lastContentNanos()).hasValue(130);
            assertThat(r.contentChunks()).isEqualTo(4);
            assertThat(r.outcome()).isEqualTo(EmitOutcome.STOP);
        });
    }

    @Test
    void doesNotCarryTheLatenessOfOneTokenToTheNext() {
        Engine engine = engine(SETTINGS);
        submit(engine, true);
        time.delayNextBy(7);
        time.runUntil(1000);

        assertThat(scripts.get(0L).lines).containsSubsequence("107 0+1", "110 1+1", "120 2+1", "130 3+1 STOP");
        assertThat(records.getFirst().stamps().maxLatenessNanos()).isEqualTo(7);
    }

    @Test
    void letsAChunkOfSeveralTokensLeaveWithItsLast() {
        Engine engine = engine(SETTINGS.withOutput(new OutputSettings(5, 0, 2, false)));
        submit(engine, true);
        time.runUntil(1000);

        assertThat(scripts.get(0L).lines)
                .containsExactly("0 accepted", "100 prefilled", "110 0+2", "130 2+2", "140 4+1 STOP", "140 finish 5");
    }

    @Test
    void servesTheQueueFirstComeFirstServedAndRefusesOneTooMany() {
        Engine engine = engine(SETTINGS);
        for (int i = 0; i < 4; i++) {
            submit(engine, true);
        }
        assertThat(engine.waiting()).isEqualTo(2);
        assertThat(scripts.get(3L).lines).containsExactly("0 reject");
        time.runUntil(1000);

        assertThat(records).extracting(EmitRecord::ordinal).containsExactly(3L, 0L, 1L, 2L);
        assertThat(records.get(3).stamps().receivedNanos()).isZero();
        assertThat(records.get(3).stamps().admittedNanos()).hasValue(260);
        assertThat(records.get(3).stamps().firstContentNanos()).hasValue(360);
        assertThat(records.get(0).outcome()).isEqualTo(EmitOutcome.REJECTED);
        assertThat(engine.running()).isZero();
        assertThat(engine.waiting()).isZero();
        assertThat(engine.cacheUsage()).isZero();
    }

    @Test
    void freesTheSlotOfAClientThatLeft() {
        Engine engine = engine(SETTINGS);
        Runnable first = submit(engine, true);
        Runnable second = submit(engine, true);
        submit(engine, true);
        time.runUntil(115);
        first.run();
        second.run();
        first.run();

        assertThat(engine.running()).isEqualTo(1);
        assertThat(engine.waiting()).isZero();
        time.runUntil(1000);
        assertThat(records)
                .extracting(EmitRecord::outcome)
                .containsExactly(EmitOutcome.DISCONNECTED, EmitOutcome.DISCONNECTED, EmitOutcome.STOP);
        assertThat(records.get(0).outputTokens()).isEqualTo(2);
        assertThat(scripts.get(0L).lines).last().isEqualTo("110 1+1");
        assertThat(engine.cacheUsage()).isZero();
    }

    @Test
    void switchesWhatBeginsAfterwardsOnly() {
        Engine engine =
                engine(SETTINGS.withRegressions(List.of(RegressionSchedule.parse("decode=3,prefill=2@0.000115ms"))));
        submit(engine, true);
        submit(engine, true);
        time.runUntil(1000);

        // The interval from 110 to 120 had begun before the switch at 115.
        assertThat(scripts.get(0L).lines).containsSubsequence("110 1+1", "120 2+1", "150 3+1 STOP");
        assertThat(scripts.get(1L).lines).containsSubsequence("350 0+1", "380 1+1");
        assertThat(engine.lastSwitchNanos()).hasValue(115);
        assertThat(records)
                .allSatisfy(r -> assertThat(r.activeRegressions()).containsExactly("prefillFactor", "decodeFactor"));
    }

    @Test
    void takesSlotsAwayWithoutCuttingWhatRuns() {
        Engine engine = engine(SETTINGS.withCapacity(new CapacitySettings(2, 5, 503, 1000, 1000)));
        submit(engine, true);
        submit(engine, true);
        engine.setRegressions(Regressions.NONE.with("slots", 1));
        submit(engine, true);
        submit(engine, true);
        time.runUntil(130);
        assertThat(engine.running()).isEqualTo(1);
        engine.setRegressions(Regressions.NONE);
        assertThat(engine.running()).isEqualTo(2);
    }

    @Test
    void failsAtOnce() {
        Engine engine = engine(SETTINGS);
        engine.setRegressions(Regressions.NONE.with("errorShare", 1));
        submit(engine, true);

        assertThat(scripts.get(0L).lines).containsExactly("0 fail");
        assertThat(records).extracting(EmitRecord::outcome).containsExactly(EmitOutcome.HTTP_ERROR);
    }

    @Test
    void failsInMidStream() {
        Engine engine = engine(SETTINGS);
        engine.setRegressions(Regressions.NONE.with("streamErrorShare", 1));
        submit(engine, true);
        time.runUntil(1000);

        EmitRecord failed = records.getFirst();
        assertThat(failed.outcome()).isEqualTo(EmitOutcome.STREAM_ERROR);
        assertThat(failed.contentChunks()).isBetween(1, 3);
        assertThat(scripts.get(0L).lines).last().asString().endsWith("fail");
        assertThat(engine.running()).isZero();
    }

    @Test
    void finishesEmpty() {
        Engine engine = engine(SETTINGS);
        engine.setRegressions(Regressions.NONE.with("emptyShare", 1));
        submit(engine, true);
        time.runUntil(1000);

        assertThat(scripts.get(0L).lines)
                .containsExactly("0 accepted", "100 prefilled", "100 0+0 EMPTY", "100 finish 0");
        assertThat(records.getFirst().stamps().firstContentNanos()).isEmpty();
        assertThat(records.getFirst().contentChunks()).isZero();
    }

    @Test
    void stallsOnceBetweenTwoTokens() {
        Engine engine = engine(SETTINGS);
        engine.setRegressions(Regressions.NONE.with("stallShare", 1).with("stallMillis", 5));
        submit(engine, true);
        time.runUntil(10_000_000);

        assertThat(records.getFirst().stamps().lastContentNanos()).hasValue(5_000_130);
        assertThat(records.getFirst().outcome()).isEqualTo(EmitOutcome.STOP);
    }

    @Test
    void takesAsLongWithoutStreamingAndLeavesStreamStampsAbsent() {
        Engine engine = engine(SETTINGS);
        submit(engine, false);
        time.runUntil(1000);

        assertThat(scripts.get(0L).lines).containsExactly("0 accepted", "130 finish 4");
        assertThat(records.getFirst().stamps().firstContentNanos()).isEmpty();
        assertThat(records.getFirst().stamps().lastContentNanos()).hasValue(130);
        assertThat(records.getFirst().contentChunks()).isZero();
    }

    @Test
    void stopsAtTheLimitOfTheRequest() {
        Engine engine = engine(SETTINGS);
        submit(engine, request(3, 0), true);
        submit(engine, request(6, 6), true);
        submit(engine, request(1, 0), true);
        time.runUntil(1000);

        assertThat(records).extracting(EmitRecord::outputTokens).containsExactly(3, 6, 1);
        assertThat(records).extracting(EmitRecord::outcome).containsOnly(EmitOutcome.LENGTH);
    }

    private Engine engine(SimulatedTargetSettings settings) {
        return new Engine(settings, time, time, records::add);
    }

    private GenerationRequest request(int limit, int smallest) {
        long mine = ordinal++;
        return new GenerationRequest("r" + mine, mine, Draws.keyOf(1, mine), 3, limit, smallest);
    }

    private Runnable submit(Engine engine, boolean streams) {
        return submit(engine, request(100, 0), streams);
    }

    private Runnable submit(Engine engine, GenerationRequest request, boolean streams) {
        Script script = new Script(time, streams);
        scripts.put(request.ordinal(), script);
        return engine.submit(request, time.nanos(), script);
    }

    /** Time that moves only from one timer to the next. */
    private static final class SimulatedTime implements TargetClock, Timers {
        private record Timer(long dueNanos, long sequence, Runnable task) {}

        private final PriorityQueue<Timer> timers = new PriorityQueue<>(
                java.util.Comparator.comparingLong(Timer::dueNanos).thenComparingLong(Timer::sequence));
        private long nowNanos;
        private long sequence;
        private long delayNanos;

        void delayNextBy(long nanos) {
            delayNanos = nanos;
        }

        void runUntil(long untilNanos) {
            while (!timers.isEmpty() && timers.element().dueNanos() <= untilNanos) {
                Timer timer = timers.remove();
                nowNanos = Math.max(nowNanos, timer.dueNanos()) + delayNanos;
                delayNanos = 0;
                timer.task().run();
            }
            nowNanos = Math.max(nowNanos, untilNanos);
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

    /** Writes down what the engine does with one client, each with its moment. */
    private record Script(SimulatedTime time, boolean streams, List<String> lines) implements Reply {
        Script(SimulatedTime time, boolean streams) {
            this(time, streams, new ArrayList<>());
        }

        private void line(String text) {
            lines.add(time.nanos() + " " + text);
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
        public long content(int firstToken, int tokens, boolean last, EmitOutcome reason) {
            line(firstToken + "+" + tokens + (last ? " " + reason : ""));
            return time.nanos();
        }

        @Override
        public void finish(Work work, EmitOutcome reason, LongConsumer beforeWrite) {
            beforeWrite.accept(time.nanos());
            line("finish " + work.outputTokens());
        }

        @Override
        public void fail() {
            line("fail");
        }

        @Override
        public void reject() {
            line("reject");
        }
    }
}
