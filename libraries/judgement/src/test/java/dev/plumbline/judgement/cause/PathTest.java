package dev.plumbline.judgement.cause;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PathTest {

    @Test
    void anotherWayIsSaidAndTheSameIsNot() {
        int said = 0;
        int wrong = 0;
        for (long seed = 1; seed <= 100; seed++) {
            Random random = new Random(seed);
            said += sentence(looked(random, 18), looked(random, 0.3)).isPresent() ? 1 : 0;
            wrong += sentence(looked(random, 18), looked(random, 18)).isPresent() ? 1 : 0;
            wrong += sentence(looked(random, 0.9), looked(random, 0.9)).isPresent() ? 1 : 0;
        }
        assertThat(said).isEqualTo(100);
        assertThat(wrong).isZero();
        assertThat(sentence("about 16 ms", "under 1 ms").orElseThrow())
                .isEqualTo(
                        "the way to the target and back takes about 16 ms, of the baseline it took under 1 ms: every time"
                                + " to the first token has that in it");
    }

    @Test
    void neighboursAndWhatIsNotKnownAreNotSaid() {
        assertThat(sentence("about 2 ms", "under 1 ms")).isEmpty();
        assertThat(sentence("about 8 ms", "about 4 ms")).isEmpty();
        assertThat(Path.sentence(Map.of(), Map.of(Path.FACT, "about 64 ms"))).isEmpty();
        assertThat(sentence("unknown", "about 64 ms")).isEmpty();
        assertThat(sentence("under 1 ms", "about 64 ms")).isPresent();
    }

    /** The least of three connections, each late by a millisecond or so. */
    private static String looked(Random random, double millis) {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            least = Math.min(least, millis - Math.log(1 - random.nextDouble()));
        }
        return least < 1 ? "under 1 ms" : "about " + (1L << Math.round(Math.log(least) / Math.log(2))) + " ms";
    }

    private static Optional<String> sentence(String now, String before) {
        return Path.sentence(Map.of(Path.FACT, now), Map.of(Path.FACT, before));
    }
}
