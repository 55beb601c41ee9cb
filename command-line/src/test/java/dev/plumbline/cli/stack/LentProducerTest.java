package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LentProducerTest {

    @Test
    void whatAProcessTakesAtItsStartNeedsAProcessOfItsOwn() {
        Map<String, String> usual = Map.of("plumbline.target.url", "http://localhost:8000");
        assertThat(LentProducer.fits(usual, Set.of("PATH", "HOME"))).isTrue();
        assertThat(LentProducer.fits(usual, Set.of("PATH", "PLUMBLINE_GPU_SOURCE")))
                .isFalse();
        assertThat(LentProducer.fits(Map.of("quarkus.log.level", "DEBUG"), Set.of()))
                .isFalse();
        assertThat(LentProducer.fits(Map.of("plumbline.target.api-key-env", "KEY"), Set.of()))
                .isFalse();
    }
}
