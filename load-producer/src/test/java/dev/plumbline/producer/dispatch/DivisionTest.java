package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DivisionTest {

    private static final long SESSIONS = 100_000;

    /** Four standard deviations: a right one is outside once in 16,000 seeds, and these seeds are fixed. */
    private static void assertBinomial(long count, long of, double share) {
        double deviation = Math.sqrt(of * share * (1 - share));
        assertThat(Math.abs(count - of * share))
                .as("%d of %d at %s", count, of, share)
                .isLessThan(4 * deviation);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.1, 0.5, 0.999})
    void theCanaryGetsItsShare(double share) {
        Division.Split split = new Division.Split(share, 42);
        assertBinomial(LongStream.range(0, SESSIONS).filter(split::isCanarys).count(), SESSIONS, share);
    }

    /** An event loop has every n-th session, and classes may be dealt out in turn. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 64})
    void everyPartOfTheSessionsHasThatShareToo(int step) {
        Division.Split split = new Division.Split(0.25, 7);
        for (int first = 0; first < step; first += Math.max(1, step / 3)) {
            int begin = first;
            long mine = LongStream.range(0, 10_000)
                    .map(i -> begin + i * step)
                    .filter(split::isCanarys)
                    .count();
            assertBinomial(mine, 10_000, 0.25);
        }
    }

    @Test
    void anotherSeedChoosesOthers() {
        Division.Split one = new Division.Split(0.5, 1);
        Division.Split two = new Division.Split(0.5, 2);
        long both = LongStream.range(0, SESSIONS)
                .filter(ordinal -> one.isCanarys(ordinal) && two.isCanarys(ordinal))
                .count();
        assertBinomial(both, SESSIONS, 0.25);
    }

    @Test
    void aShareOfNothingOrAllIsNoSplit() {
        for (double share : new double[] {0, 1, -0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> new Division.Split(share, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
