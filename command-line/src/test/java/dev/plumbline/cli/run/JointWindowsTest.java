package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.result.RunSeries;
import java.util.List;
import org.junit.jupiter.api.Test;

class JointWindowsTest {

    private static final RunSeries TWO = RunSeries.ofClasses(Requests.SERIES, List.of("chat", "rag"));
    private static final Series CHAT = TWO.parts().get(0);
    private static final Series RAG = TWO.parts().get(1);

    private final JointWindows joint = new JointWindows(TWO);

    private static WindowRecord window(Series series, long end) {
        return RunRecords.window(series, end, 3);
    }

    @Test
    void inARunOfOneSeriesEachIsHandedOnAsItIs() {
        WindowRecord window = window(Requests.SERIES, 20_000);
        assertThat(new JointWindows(RunSeries.one(Requests.SERIES)).add(window)).containsExactly(window);
    }

    @Test
    void aWindowIsThereOnceEverySeriesToldItsOwn() {
        assertThat(joint.add(window(CHAT, 20_000))).isEmpty();

        WindowRecord both = joint.add(window(RAG, 20_000)).get(0);

        assertThat(both.id().series()).isEqualTo(Requests.SERIES);
        assertThat(both.id().endEpochMillis()).isEqualTo(20_000);
        assertThat(both.delta().requests().completed()).isEqualTo(6);
        assertThat(both.coverage()).isEqualTo(1);
    }

    @Test
    void aSeriesOfWhichNothingCameHoldsTheOthersForTwoWindowsOnly() {
        assertThat(joint.add(window(CHAT, 20_000))).isEmpty();
        assertThat(joint.add(window(CHAT, 30_000))).isEmpty();

        assertThat(joint.add(window(CHAT, 40_000)))
                .extracting(window -> window.id().endEpochMillis())
                .containsExactly(20_000L);
        assertThat(joint.add(window(RAG, 20_000))).as("too late to be shown").isEmpty();
        assertThat(joint.add(window(RAG, 40_000)))
                .as("what waited before it is told, too")
                .isEmpty();
        assertThat(joint.add(window(RAG, 30_000)))
                .extracting(window -> window.id().endEpochMillis())
                .containsExactly(30_000L, 40_000L);
    }

    @Test
    void correctionsAreNotShown() {
        WindowRecord window = window(CHAT, 20_000);
        assertThat(joint.add(new WindowRecord(window.id(), 1, window.delta(), window.excluded())))
                .isEmpty();
        assertThat(joint.add(window(RAG, 20_000))).isEmpty();
    }
}
