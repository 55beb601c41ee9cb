package dev.plumbline.judgement.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.judgement.result.RunVerdict.Answer;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadSearchTest {

    private static final LoadSearch.Bounds WHOLE = new LoadSearch.Bounds(1, 1_024, 0.05, true);
    private static final LoadSearch.Bounds RATES = new LoadSearch.Bounds(0.5, 1_000, 0.02, false);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 19, 20, 63, 64, 65, 700, 1_023})
    void findsTheHighestWholeLoadThatHolds(int knee) {
        LoadSearch search = searched(WHOLE, load -> sure(load <= knee, load, knee));

        LoadSearch.Knee found = search.knee();
        assertThat(found.holdsUpTo().orElseThrow()).isLessThanOrEqualTo(knee);
        assertThat(found.breaksFrom().orElseThrow()).isGreaterThan(knee);
        assertThat(found.breaksFrom().orElseThrow())
                .isLessThanOrEqualTo(Math.max(
                        found.holdsUpTo().orElseThrow() + 1, found.holdsUpTo().orElseThrow() * 1.05));
        assertThat(found.isOrdered()).isTrue();
        assertThat(search.tried()).hasSizeLessThan(20);
    }

    @Test
    void whatHoldsEverywhereHasNoKnee() {
        LoadSearch search = searched(WHOLE, load -> sure(true, load, 1e6));

        assertThat(search.knee().holdsUpTo()).hasValue(1_024);
        assertThat(search.knee().breaksFrom()).isEmpty();
        assertThat(search.knee().estimate()).isEmpty();
    }

    @Test
    void whatBreaksAtTheFirstLoadIsLookedForBelow() {
        assertThat(searched(RATES, load -> sure(load <= 0.01, load, 0.01))
                        .knee()
                        .holdsUpTo()
                        .orElseThrow())
                .isCloseTo(0.01, within(0.0003));
        LoadSearch never = searched(WHOLE, load -> sure(false, load, 0.1));
        assertThat(never.knee().holdsUpTo()).isEmpty();
        assertThat(never.knee().breaksFrom()).hasValue(1);
    }

    /** Nothing is asked for ever, whatever is answered. */
    @ParameterizedTest
    @MethodSource("seeds")
    void endsWhateverItIsTold(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LoadSearch.Bounds bounds = random.nextBoolean() ? WHOLE : RATES;
        Answer[] answers = Answer.values();
        LoadSearch search = searched(
                bounds,
                load -> new LoadSearch.Tried(
                        load,
                        answers[random.nextInt(answers.length)],
                        random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble(3))));

        assertThat(search.tried()).hasSizeLessThanOrEqualTo(60).isNotEmpty();
        assertThat(search.tried())
                .allSatisfy(tried -> assertThat(tried.load()).isPositive().isLessThanOrEqualTo(bounds.most()));
    }

    /** The number of a goal with noise of 3 %: the crossing is found within 5 % in each of the seeds. */
    @ParameterizedTest
    @MethodSource("seeds")
    void noiseAtTheKneeMovesItLittle(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double knee = 5 + random.nextDouble(200);
        DoubleUnaryOperator truth = load -> 0.2 + 0.8 * load / knee;
        LoadSearch search = searched(RATES, load -> {
            double seen = truth.applyAsDouble(load) * Math.exp(0.01 * random.nextGaussian());
            double half = 0.02 * seen;
            Answer answer = seen + half < 1 ? Answer.PASS : seen - half > 1 ? Answer.FAIL : Answer.CANNOT_TELL;
            return new LoadSearch.Tried(load, answer, OptionalDouble.of(seen));
        });

        assertThat(search.knee().estimate().orElseThrow()).isCloseTo(knee, within(0.05 * knee));
    }

    /** What was uncertain does not bound what is said to be sure. */
    @Test
    void whatCannotBeToldLiesInsideTheInterval() {
        LoadSearch search = searched(
                WHOLE,
                load -> load < 16
                        ? sure(true, load, 20)
                        : load > 24
                                ? sure(false, load, 20)
                                : new LoadSearch.Tried(load, Answer.CANNOT_TELL, OptionalDouble.of(load / 20)));

        assertThat(search.knee().holdsUpTo().orElseThrow()).isLessThan(16);
        assertThat(search.knee().breaksFrom().orElseThrow()).isGreaterThan(24);
        assertThat(search.knee().estimate().orElseThrow()).isCloseTo(20, within(1.0));
    }

    @Test
    void aLoadThatHoldsAboveOneThatBreaksIsToldOf() {
        LoadSearch search = new LoadSearch(WHOLE);
        search.tell(new LoadSearch.Tried(1, Answer.FAIL, OptionalDouble.of(2)));
        search.tell(new LoadSearch.Tried(2, Answer.PASS, OptionalDouble.of(0.5)));

        assertThat(search.knee().isOrdered()).isFalse();
    }

    @Test
    void refusesBoundsThatHoldNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LoadSearch.Bounds(0, 10, 0.05, true));
        assertThatIllegalArgumentException().isThrownBy(() -> new LoadSearch.Bounds(10, 1, 0.05, true));
        assertThatIllegalArgumentException().isThrownBy(() -> new LoadSearch.Bounds(1, 10, 0, true));
    }

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    private static LoadSearch.Tried sure(boolean holds, double load, double knee) {
        return new LoadSearch.Tried(load, holds ? Answer.PASS : Answer.FAIL, OptionalDouble.of(load / (knee + 0.5)));
    }

    private static LoadSearch searched(LoadSearch.Bounds bounds, DoubleFunction<LoadSearch.Tried> world) {
        LoadSearch search = new LoadSearch(bounds);
        for (OptionalDouble load = search.next(); load.isPresent(); load = search.next()) {
            search.tell(world.apply(load.getAsDouble()));
        }
        return search;
    }
}
