package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

    @Test
    void theClosestNameTakesTheFewestEdits() {
        assertThat(Nearest.closest("LLAMA-8b", List.of("llama-70b", "llama-8b-instruct", "llama-8b")))
                .isEqualTo("llama-8b");
        assertThat(Nearest.closest("qwen", List.of("qwen2"))).isEqualTo("qwen2");
    }

    @Test
    void whatIsFarFromAllWasMeantByNobody() {
        assertThat(Nearest.of("weigth", List.of("weight", "isl"))).contains("weight");
        assertThat(Nearest.of("temperature", List.of("weight", "isl"))).isEmpty();
        assertThat(Nearest.of("weight", List.of())).isEmpty();
    }
}
