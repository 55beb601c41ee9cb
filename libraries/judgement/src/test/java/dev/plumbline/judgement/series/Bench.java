package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import java.util.ArrayList;
import java.util.List;

/** A judge with its state, fed window by window. */
final class Bench {

    static final JudgementSettings SHORT = new JudgementSettings(60, 3, 0.10, 60_480, 1, 15, 9, 30);

    final GroupJudge judge;
    GroupState state = GroupState.ofNewGroup();
    long offset;
    final List<VerdictRecord> verdicts = new ArrayList<>();
    final List<AlertRecord> alerts = new ArrayList<>();

    Bench(JudgementSettings settings) {
        judge = new GroupJudge(settings, variant -> !variant.equals("canary"));
    }

    Judged feed(WindowRecord window) {
        Judged judged = judge.judge(state, window, new SourcePosition(0, offset++));
        state = judged.state();
        if (judged instanceof Judged.Taken taken) {
            verdicts.add(taken.verdict());
            alerts.addAll(taken.alerts());
        }
        return judged;
    }

    Bench feed(SimulatedSeries series, int windows) {
        for (int i = 0; i < windows; i++) {
            feed(series.window());
        }
        return this;
    }

    /** How many windows until an alert of this kind; -1 when none comes. */
    int windowsUntil(Transition transition, SimulatedSeries series, int most) {
        int before = alerts.size();
        for (int i = 1; i <= most; i++) {
            feed(series.window());
            if (alerts.subList(before, alerts.size()).stream().anyMatch(alert -> alert.transition() == transition)) {
                return i;
            }
        }
        return -1;
    }

    VerdictRecord last() {
        return verdicts.getLast();
    }

    MetricVerdict last(JudgedMetric metric) {
        return last().metrics().stream()
                .filter(verdict -> verdict.metric() == metric)
                .findFirst()
                .orElseThrow();
    }
}
