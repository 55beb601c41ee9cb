package dev.plumbline.judgement.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.judgement.result.RunSeries.Part;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunSeriesTest {

    private static final Series WHOLE = new Series(
            new ComparisonGroup("t", "m", "nightly", LoadPoint.parse("c8"), "default"),
            "stable",
            Optional.of("0123456789abcdef"));

    private static Part part(String requestClass, String tenant) {
        return new Part(Optional.of(requestClass), Optional.of(tenant));
    }

    @Test
    void aWorkloadOfOneClassKeepsTheScenario() {
        assertThat(RunSeries.ofClasses(WHOLE, List.of("chat"))).isEqualTo(RunSeries.one(WHOLE));
        assertThat(RunSeries.of(WHOLE, List.of(), List.of())).isEqualTo(RunSeries.one(WHOLE));
        assertThat(RunSeries.one(WHOLE).name(WHOLE)).isEqualTo("nightly");
    }

    @Test
    void aClassIsCalledByTheScenarioAndItsName() {
        RunSeries series = RunSeries.ofClasses(WHOLE, List.of("chat", "rag"));

        assertThat(series.parts())
                .extracting(part -> part.group().scenario())
                .containsExactly("nightly.chat", "nightly.rag");
        assertThat(series.parts()).allMatch(part -> part.conditions().equals(WHOLE.conditions()));
        assertThat(series.parts()).extracting(series::name).containsExactly("chat", "rag");
        assertThat(series.names(series.parts().get(1)))
                .containsExactly("rag", "nightly.rag", "default", "stable", "nightly");
    }

    @Test
    void aNameIsWhatTellsASeriesFromTheOthers() {
        RunSeries series = RunSeries.of(
                WHOLE, List.of(part("chat", "a"), part("rag", "a"), part("rag", "b")), List.of("stable", "canary"));

        assertThat(series.parts())
                .extracting(series::name)
                .containsExactly(
                        "chat a stable",
                        "chat a canary",
                        "rag a stable",
                        "rag a canary",
                        "rag b stable",
                        "rag b canary");
        assertThat(series.servedBeside(series.parts().get(3)))
                .hasValue(series.parts().get(2));
        assertThat(series.servedBeside(series.parts().get(2))).isEmpty();
    }

    @Test
    void moreThanCanBeToldAreRefused() {
        List<String> many =
                IntStream.range(0, 101).mapToObj(index -> "c" + index).toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunSeries.ofClasses(WHOLE, many))
                .withMessageContaining("101 series");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunSeries.ofClasses(WHOLE, List.of("a", "a")))
                .withMessageContaining("twice");
    }
}
