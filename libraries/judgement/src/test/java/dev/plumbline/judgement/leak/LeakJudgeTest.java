package dev.plumbline.judgement.leak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.LeakFinding;
import dev.plumbline.contract.verdict.LeakFinding.Growth;
import dev.plumbline.contract.verdict.LeakFinding.Quantity;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.judgement.series.GroupJudge;
import dev.plumbline.judgement.series.GroupState;
import dev.plumbline.judgement.series.Judged;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class LeakJudgeTest {

    private static final JudgementSettings SETTINGS = new JudgementSettings(60, 3, 0.10, 60_480, 1, 15, 9, 30);
    private static final int LEARNED = 70;
    private static final double WINDOWS_AN_HOUR = 360;

    private final SimulatedSeries series = new SimulatedSeries(5, "c8");
    private final LeakJudge judge = new LeakJudge(new GroupJudge(SETTINGS), SETTINGS);
    private final List<AlertRecord> alerts = new ArrayList<>();
    private GroupState state = GroupState.ofNewGroup();
    private VerdictRecord last;
    private long offset;

    /** The next window, in which the memory of the fullest GPU is used so far. */
    private void feed(double memoryRatio) {
        WindowRecord window = series.window();
        WindowSummary plain = window.delta();
        take(new WindowRecord(
                window.id(),
                0,
                new WindowSummary(
                        plain.requests(),
                        plain.latencies(),
                        plain.tokens(),
                        plain.offered(),
                        plain.inFlightNanos(),
                        plain.slowest(),
                        plain.grades(),
                        Optional.of(new Circumstances(
                                Map.of("gpu_memory_used_ratio", GaugeSum.of(memoryRatio)),
                                Map.of(),
                                OptionalLong.empty(),
                                Optional.empty())),
                        plain.edges()),
                window.excluded()));
    }

    private void take(WindowRecord window) {
        Judged.Taken taken = (Judged.Taken) judge.judge(state, window, new SourcePosition(0, offset++));
        state = taken.state();
        last = taken.verdict();
        alerts.addAll(taken.alerts());
    }

    private void feed(int windows, IntToDoubleFunction memoryRatio) {
        for (int i = 0; i < windows; i++) {
            feed(memoryRatio.applyAsDouble(i));
        }
    }

    private Growth only(Quantity quantity) {
        LeakFinding finding = last.leak().orElseThrow();
        assertThat(finding.growths()).extracting(Growth::quantity).containsExactly(quantity);
        return finding.growths().getFirst();
    }

    @Test
    void memoryThatGrowsIsNamedWithWhenItIsFullAndResolvedWhenItStops() {
        feed(LEARNED, unused -> 0.7);
        int grows = 420;
        feed(grows, window -> 0.7 + 0.06 * window / WINDOWS_AN_HOUR);
        assertThat(last.state()).isEqualTo(SeriesState.LEAKING);
        Growth growth = only(Quantity.GPU_MEMORY);
        assertThat(growth.anHourRatio()).isBetween(0.055, 0.065);
        assertThat(growth.limitRatio()).isEqualTo(1);
        long truth = SimulatedSeries.START + Math.round((LEARNED + WINDOWS_AN_HOUR * 0.3 / 0.06) * 10_000);
        assertThat(growth.reachesEpochMillis().orElseThrow()).isBetween(truth - 900_000, truth + 900_000);
        assertThat(growth.sinceEpochMillis())
                .isBetween(
                        SimulatedSeries.START + (LEARNED - 60) * 10_000L,
                        SimulatedSeries.START + (LEARNED + 90) * 10_000L);
        assertThat(alerts).extracting(AlertRecord::transition).containsExactly(Transition.FIRED);
        assertThat(alerts.getFirst().summary())
                .startsWith("chat@stable: GPU memory grows ")
                .contains("is full at ");
        assertThat(alerts.getFirst().evidence().leak()).isPresent();
        assertThat(last.snapshot().openAlert()).isPresent();

        feed(360, unused -> 0.77);
        assertThat(alerts).extracting(AlertRecord::transition).containsExactly(Transition.FIRED, Transition.RESOLVED);
        assertThat(last.state()).isEqualTo(SeriesState.OK);
        assertThat(last.leak()).isEmpty();
    }

    @Test
    void memoryThatIsTakenAtOnceOrWhileWarmingUpIsNoLeak() {
        feed(LEARNED, unused -> 0.5);
        feed(360, unused -> 0.6);
        assertThat(last.leak()).isEmpty();
        feed(720, window -> 0.6 + 0.1 * (1 - Math.exp(-window / 60.0)));
        assertThat(last.leak()).isEmpty();
        assertThat(alerts).isEmpty();
    }

    @Test
    void errorsThatGrowAreNamed() {
        feed(LEARNED, unused -> 0.5);
        for (int i = 0; i < 900 && last.leak().isEmpty(); i++) {
            series.errorShare(0.04 * i / WINDOWS_AN_HOUR);
            feed(0.5);
        }
        assertThat(last.leak()).isPresent();
        assertThat(only(Quantity.ERRORS).anHourRatio()).isBetween(0.02, 0.06);
    }

    @Test
    void timesThatGrowAreNamedBeforeTheyAreTooLong() {
        feed(LEARNED, unused -> 0.5);
        double factor = 1;
        for (int i = 0; i < 900 && last.leak().isEmpty(); i++) {
            factor = 1 + 0.10 * i / WINDOWS_AN_HOUR;
            series.ttftFactor(factor);
            feed(0.5);
        }
        Growth growth = only(Quantity.TTFT);
        assertThat(factor).isLessThan(1.15);
        assertThat(growth.anHourRatio()).isBetween(0.06, 0.14);
        assertThat(growth.nowRatio()).isBetween(factor - 1.03, factor - 0.97);
        assertThat(last.state()).isIn(SeriesState.LEAKING, SeriesState.FIRING);
    }

    @Test
    void aGoodbyeEndsWhatIsOpen() {
        feed(LEARNED, unused -> 0.7);
        feed(420, window -> 0.7 + 0.06 * window / WINDOWS_AN_HOUR);
        WindowRecord window = series.window();
        take(new WindowRecord(
                window.id(),
                0,
                window.delta(),
                window.excluded(),
                OptionalLong.of(window.id().endEpochMillis())));
        assertThat(alerts).extracting(AlertRecord::transition).containsExactly(Transition.FIRED, Transition.ENDED);
        assertThat(alerts.getLast().alertId()).isEqualTo(alerts.getFirst().alertId());
        assertThat(last.leak()).isEmpty();
    }

    @Test
    void whatIsWrittenDownIsAllThatIsRemembered() {
        feed(LEARNED, unused -> 0.7);
        LeakJudgeTest restarted = new LeakJudgeTest();
        restarted.feed(LEARNED, unused -> 0.7);
        for (int i = 0; i < 420; i++) {
            double memory = 0.7 + 0.06 * i / WINDOWS_AN_HOUR;
            feed(memory);
            if (i % 7 == 3) {
                restarted.restart();
            }
            restarted.feed(memory);
            assertThat(restarted.last).as("window %d", i).isEqualTo(last);
        }
        assertThat(restarted.alerts).isEqualTo(alerts).hasSize(1);
    }

    private void restart() {
        VerdictRecord read =
                ((Decoded.Value<VerdictRecord>) Codec.VERDICTS.decode(Codec.VERDICTS.encode(last))).value();
        state = GroupState.restored(
                state.baseline(),
                Map.of("stable", read.snapshot()),
                Map.of("stable", read.baselineId().orElseThrow()));
    }
}
