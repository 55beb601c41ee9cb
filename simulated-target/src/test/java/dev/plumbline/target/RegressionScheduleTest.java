package dev.plumbline.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegressionScheduleTest {

    @ParameterizedTest
    @CsvSource({"decode=2@250ms,250000000", "decode=2@1.5s,1500000000", "decode=2@2m,120000000000", "none@0s,0"})
    void readsTheMoment(String text, long nanos) {
        assertThat(RegressionSchedule.parse(text).afterNanos()).isEqualTo(nanos);
    }

    @Test
    void changesWhatItNamesAndLeavesTheRest() {
        Regressions before = Regressions.NONE.with("stallShare", 0.5);

        Regressions after =
                RegressionSchedule.parse("decode=1.2,prefill=2,slots=4@1s").applyTo(before);

        assertThat(after.active()).containsExactly("prefillFactor", "decodeFactor", "slots", "stallShare");
        assertThat(after.decodeFactor()).isEqualTo(1.2);
        assertThat(after.slots()).hasValue(4);
    }

    @Test
    void readsEveryShortName() {
        Regressions after = RegressionSchedule.parse(
                        "prefill=2,decode=3,slots=4,errors=.1,stream-errors=.2,empty=.3,stalls=.4,stall-ms=5@1s")
                .applyTo(Regressions.NONE);

        assertThat(after).isEqualTo(new Regressions(2, 3, java.util.OptionalInt.of(4), .1, .2, .3, .4, 5));
    }

    @Test
    void clearsEverythingWithNone() {
        assertThat(RegressionSchedule.parse("none@1s").applyTo(Regressions.NONE.with("decodeFactor", 3)))
                .isEqualTo(Regressions.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "decode",
                "decode=1.2",
                "decode=1.2@",
                "decode=1.2@90",
                "decode=1.2@-1s",
                "@1s",
                "decode=@1s",
                "speed=2@1s",
                "decode=0@1s",
                "decode=NaN@1s",
                "errors=1.1@1s",
                "slots=1.5@1s",
                "slots=-1@1s",
                "decode=1.2,@1s",
                "decode=1@721h",
                "decode=2@1s@2s"
            })
    void namesTheTextItCannotTake(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RegressionSchedule.parse(text))
                .satisfies(e -> assertThat(e.getMessage()).contains(text).doesNotContain("\n"));
    }
}
