package dev.plumbline.contract.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeployMarkerTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("vllm", "llama", "chat", LoadPoint.parse("c8"), "default"), "stable");

    private static Scope scope(String target, String model, String variant) {
        return new Scope(Optional.ofNullable(target), Optional.ofNullable(model), Optional.ofNullable(variant));
    }

    private static DeployMarker labelled(String label) {
        return new DeployMarker("d-1", "ci", label, 1, Scope.EVERYTHING, Map.of());
    }

    @Test
    void aScopeCoversWhatItDoesNotAskFor() {
        assertThat(Scope.EVERYTHING.covers(SERIES)).isTrue();
        assertThat(scope("vllm", null, null).covers(SERIES)).isTrue();
        assertThat(scope("vllm", "llama", "stable").covers(SERIES)).isTrue();
        assertThat(scope("sglang", null, null).covers(SERIES)).isFalse();
        assertThat(scope("vllm", "qwen", null).covers(SERIES)).isFalse();
        assertThat(scope(null, null, "canary").covers(SERIES)).isFalse();
    }

    @Test
    void eachDeployHasAKeyOfItsOwnThatNamesTheKind() {
        assertThat(labelled("v1").key()).isEqualTo("deploy/d-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two\nlines", "a\u0007bell"})
    void aLabelIsOneLine(String label) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> labelled(label))
                .withMessageContaining("label must be one line");
    }

    @Test
    void textsFactsAndTimesHaveBounds() {
        assertThat(labelled("v".repeat(200)).label()).hasSize(200);
        assertThatIllegalArgumentException().isThrownBy(() -> labelled("v".repeat(201)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeployMarker("d-1", "ci", "v1", 0, Scope.EVERYTHING, Map.of()));
        Map<String, String> facts = new HashMap<>();
        for (int i = 0; i <= DeployMarker.MAX_FACTS; i++) {
            facts.put("fact" + i, "value");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeployMarker("d-1", "ci", "v1", 1, Scope.EVERYTHING, facts))
                .withMessageContaining("17 facts");
    }
}
