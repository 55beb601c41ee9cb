package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.SimulatedRun;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BaselinesTest {

    private static final Duration WINDOW = Duration.ofSeconds(10);

    private static List<RunBaseline> runs(int count) {
        return LongStream.range(0, count)
                .mapToObj(seed -> RunBaseline.of(new SimulatedRun(seed).run()))
                .toList();
    }

    private static List<String> told(Baselines baselines, Duration duration) {
        return baselines.lines(
                RunSeries.one(new SimulatedRun(0).series()),
                Optional.of(duration),
                WINDOW,
                JudgementSettings.defaults());
    }

    @Test
    void whereNoneIsAskedForItIsSaidHowToGetOne() {
        assertThat(told(new Baselines(Optional.empty(), List.of(), Optional.empty()), WINDOW))
                .singleElement()
                .asString()
                .contains("nothing is compared", "no run like this is green yet", "--baseline last-green");
        assertThat(told(new Baselines(Optional.empty(), List.of(), Optional.of("20261122T110000Z-s001")), WINDOW))
                .singleElement()
                .asString()
                .contains("nothing is compared", "--baseline last-green", "20261122T110000Z-s001");
    }

    @Test
    void whatIsTakenIsNamed() {
        Baselines green = new Baselines(Optional.of("last-green"), runs(3), Optional.empty());
        assertThat(told(green, WINDOW).get(0)).matches("last-green: 3 runs, the newest \\d{8}T\\d{6}Z-s000");
        Baselines byId = new Baselines(Optional.of(runs(1).get(0).identity().runId()), runs(1), Optional.empty());
        assertThat(told(byId, WINDOW).get(0)).matches("\\d{8}T\\d{6}Z-s000");
    }

    @Test
    void aRunThatIsTooShortIsToldSoBeforeItBegins() {
        Baselines ten = new Baselines(Optional.of("last-green"), runs(10), Optional.empty());
        assertThat(told(ten, Duration.ofSeconds(20)).get(1))
                .contains("likely to end as 'cannot tell'", "measures 20s", "takes about", "--duration");
        assertThat(told(ten, Duration.ofHours(10)).get(1)).contains("can be told from about");
        Baselines one = new Baselines(Optional.of("last-green"), runs(1), Optional.empty());
        assertThat(told(one, Duration.ofHours(10)).get(1)).contains("any length", "more green runs");
    }
}
