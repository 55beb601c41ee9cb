package dev.plumbline.producer.phases;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Simulated clients, each of which sends when its answer has come; what is asked is how many of their rounds are in step. */
class RoundsTest {

    private static final int SEEDS = 1_000;
    private static final int ROUNDS = 60;
    private static final double SECOND = 1e9;

    /**
     * The share of rounds that were in step.
     *
     * @param begins of each client, in seconds
     * @param next the length of a request that begins then, in seconds, by the client
     */
    private static double share(double[] begins, IntToDoubleFunction next) {
        double[] due = begins.clone();
        Rounds rounds = new Rounds(due.length);
        int ended = 0;
        int inStep = 0;
        while (ended < ROUNDS) {
            int first = 0;
            for (int client = 1; client < due.length; client++) {
                first = due[client] < due[first] ? client : first;
            }
            var round = rounds.started(Math.round(due[first] * SECOND));
            ended += round.isPresent() ? 1 : 0;
            inStep += round.orElse(false) ? 1 : 0;
            due[first] += next.applyAsDouble(first);
        }
        return (double) inStep / ROUNDS;
    }

    private static double[] anywhere(int clients, SplittableRandom random) {
        return random.doubles(clients).toArray();
    }

    /** Equal lengths keep whatever places the clients have: the hardest case, because one round decides like all. */
    @ParameterizedTest
    @CsvSource({"3, 0", "4, 0", "5, 0", "6, 0", "7, 0", "8, 0", "9, 0", "12, 0", "32, 0", "4, 0.1", "8, 0.1", "32, 0.5"
    })
    void clientsThatKnowNothingOfEachOtherAreNotInStep(int clients, double spread) {
        long called = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(31L * seed + clients);
            double share =
                    share(anywhere(clients, random), client -> Math.max(0.01, 1 + spread * random.nextGaussian()));
            called += share >= 0.5 ? 1 : 0;
        }
        assertThat(called).as("of %d seeds", SEEDS).isLessThanOrEqualTo(SEEDS / 100);
    }

    /** A server that answers all at once what came at once: they end within a step of it, and begin again within milliseconds. */
    @ParameterizedTest
    @CsvSource({"3", "4", "8", "64"})
    void clientsThatEndTogetherAreInStep(int clients) {
        for (int seed = 0; seed < SEEDS / 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] begins = new double[clients];
            Arrays.setAll(begins, client -> 0.02 * random.nextDouble());
            double[] met = begins.clone();
            double share = share(begins, client -> {
                // Each begins a few milliseconds beside where its own round began, and does not drift away.
                double at = met[client];
                met[client] = 0.02 * random.nextDouble();
                return 1 + met[client] - at;
            });
            assertThat(share).as("seed %d", seed).isGreaterThan(0.9);
        }
    }

    @Test
    void twoClientsMeetTooOftenToBeCalledInStep() {
        Rounds rounds = new Rounds(2);

        for (int start = 0; start < 100; start++) {
            assertThat(rounds.started(start / 2)).isEmpty();
        }
    }

    @Test
    void twoGroupsThatWaitForEachOtherAreInStepToo() {
        double[] begins = {0, 0.001, 0.002, 0.003, 0.5, 0.501, 0.502, 0.503};

        assertThat(share(begins, client -> 1)).isEqualTo(1);
    }

    @Test
    void clientsThatAreSpreadAsEvenlyAsCanBeAreNot() {
        double[] begins = new double[8];
        Arrays.setAll(begins, client -> client / 8.0);

        assertThat(share(begins, client -> 1)).isZero();
    }

    /** What a rival does that comes and goes: at first everybody for himself, then all wait for one moment. */
    @Test
    void whatFallsIntoStepIsSeenFromThereOn() {
        Rounds rounds = new Rounds(4);
        long[] at = {0, 260, 510, 740};
        for (int round = 0; round < 5; round++) {
            for (long client : at) {
                assertThat(rounds.started(1_000L * round + client)).isNotEqualTo(java.util.Optional.of(true));
            }
        }
        long inStep = 0;
        for (int round = 5; round < 10; round++) {
            for (int client = 0; client < 4; client++) {
                inStep += rounds.started(1_000L * round + client).orElse(false) ? 1 : 0;
            }
        }
        assertThat(inStep).isGreaterThanOrEqualTo(4);
    }
}
