package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TokensPerChunkTest {

    private final TokensPerChunk pace = new TokensPerChunk();

    private long ofChunks(int chunks) {
        return LongStream.generate(pace::ofNextChunk).limit(chunks).sum();
    }

    @Test
    void isOneWhileNobodyHasCounted() {
        assertThat(ofChunks(10)).isEqualTo(10);
    }

    @Test
    void comesToTheMeanInWholeTokens() {
        pace.learn(9, 4);

        assertThat(ofChunks(1_000)).isEqualTo(2_250);
    }

    @Test
    void forgetsWhatIsLongAgo() {
        pace.learn(4_000, 1_000);
        for (int i = 0; i < 64; i++) {
            pace.learn(20, 10);
        }

        assertThat(ofChunks(100)).isEqualTo(200);
    }

    @Test
    void anAnswerWithoutTokensOrChunksTeachesNothing() {
        pace.learn(0, 4);
        pace.learn(7, 0);

        assertThat(ofChunks(5)).isEqualTo(5);
    }
}
