package dev.plumbline.pipeline.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.statistics.QuantileInterval;
import dev.plumbline.judgement.sweep.LoadSearch;
import dev.plumbline.judgement.sweep.Saturation;
import dev.plumbline.target.lockstep.BlockHashes;
import dev.plumbline.target.lockstep.KvSettings;
import dev.plumbline.target.lockstep.LockstepCore;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.Sequence;
import dev.plumbline.target.lockstep.StepCost;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The steps of the simulated engine without time: its knee is known by its formula, and both ways to look for it find it within
 * five percent in every seed. Decoding takes {@code a + b·n} a token, so a goal for it is crossed at {@code (goal - a)/b}.
 */
class SimulatedKneeTest {

    private static final long POINT_NANOS = 20_000_000_000L;
    private static final int OUTPUT_TOKENS = 64;
    private static final double SPREAD = 0.1;

    static LongStream seeds() {
        return LongStream.range(0, 10);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aGoalIsCrossedWhereTheFormulaSays(long seed) {
        World world = new World(seed);
        double goalNanos = world.cost.baseNanos() + world.cost.perSequenceNanos() * world.crossing;
        LoadSearch search = new LoadSearch(new LoadSearch.Bounds(1, 1_024, 0.05, true));
        for (OptionalDouble load = search.next(); load.isPresent(); load = search.next()) {
            search.tell(world.tried(load.getAsDouble(), goalNanos));
        }

        assertThat(search.knee().estimate().orElseThrow())
                .isCloseTo(world.crossing, within(Math.max(1, 0.05 * world.crossing)));
        assertThat(search.knee().holdsUpTo().orElseThrow()).isLessThanOrEqualTo(world.crossing * 1.05 + 1);
        assertThat(search.knee().breaksFrom().orElseThrow()).isGreaterThanOrEqualTo(world.crossing * 0.95 - 1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void throughputSaturatesWhereTheFormulaSays(long seed) {
        World world = new World(seed);
        List<Saturation.Point> points = new ArrayList<>();
        for (int n = 1; n <= 4 * world.knee(); n *= 2) {
            points.add(new Saturation.Point(n, world.run(n).tokensPerSecond()));
        }

        Saturation found = Saturation.of(points).orElseThrow();
        assertThat(found.knee()).isCloseTo(world.knee(), within(0.05 * world.knee()));
        assertThat(found.ceiling())
                .isCloseTo(1e9 / world.cost.perSequenceNanos(), within(0.05e9 / world.cost.perSequenceNanos()));
    }

    /** What one load came to. */
    private record Load(double tokensPerSecond, HistogramAccumulator tpot) {}

    /** An engine with a knee of its own, and a goal that it crosses elsewhere. */
    private static final class World {

        private final SplittableRandom random;
        private final StepCost cost;
        private final double crossing;

        World(long seed) {
            this.random = new SplittableRandom(seed);
            long base = 5_000_000 + random.nextLong(20_000_000);
            double knee = 15 + random.nextDouble(60);
            this.cost = new StepCost(base, Math.round(base / knee), 0);
            this.crossing = 20 + random.nextDouble(120);
        }

        double knee() {
            return (double) cost.baseNanos() / cost.perSequenceNanos();
        }

        LoadSearch.Tried tried(double load, double goalNanos) {
            QuantileInterval tpot = QuantileInterval.of(run((int) load).tpot().toHistogram(), 0.5, 1)
                    .orElseThrow();
            Answer answer = tpot.highNanos().isPresent() && tpot.highNanos().getAsLong() < goalNanos
                    ? Answer.PASS
                    : tpot.lowNanos().isPresent() && tpot.lowNanos().getAsLong() > goalNanos
                            ? Answer.FAIL
                            : Answer.CANNOT_TELL;
            return new LoadSearch.Tried(load, answer, OptionalDouble.of(tpot.nanos() / goalNanos));
        }

        /** A closed loop of so many requests for twenty seconds of the engine's time, each begun somewhere in an answer. */
        Load run(int concurrency) {
            LockstepCore core = new LockstepCore(
                    new LockstepSettings(
                            cost,
                            4_096,
                            1_000_000,
                            new KvSettings(1 << 20, 16, false),
                            LockstepSettings.DEFAULT.memory()),
                    () -> Math.exp(SPREAD * random.nextGaussian() - SPREAD * SPREAD / 2));
            Map<Sequence, Long> firstTokens = new IdentityHashMap<>();
            HistogramAccumulator tpot = new HistogramAccumulator();
            for (int i = 0; i < concurrency; i++) {
                core.add(new Sequence(0, 1, 1 + random.nextInt(OUTPUT_TOKENS), BlockHashes.NONE));
            }
            long now = 0;
            long tokens = 0;
            while (now < POINT_NANOS) {
                now += core.begin(now).durationNanos();
                for (Sequence moved : core.end(now)) {
                    tokens++;
                    firstTokens.putIfAbsent(moved, now);
                    if (moved.isComplete()) {
                        long first = firstTokens.remove(moved);
                        if (moved.generatedTokens() == OUTPUT_TOKENS) {
                            tpot.record((now - first) / (OUTPUT_TOKENS - 1));
                        }
                        core.add(new Sequence(now, 1, OUTPUT_TOKENS, BlockHashes.NONE));
                    }
                }
            }
            return new Load(tokens * 1e9 / now, tpot);
        }
    }
}
