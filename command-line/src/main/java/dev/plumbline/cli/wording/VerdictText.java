package dev.plumbline.cli.wording;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.CanaryFinding;
import dev.plumbline.contract.verdict.Decided;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.Evidence;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.LeakFinding;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.SlowRequest;
import dev.plumbline.judgement.series.Deploys;
import dev.plumbline.reports.Figures;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Verdicts and alerts in words. */
public final class VerdictText {

    private VerdictText() {}

    /** A verdict in a few words, with what people decided about it. */
    public static String describe(VerdictRecord verdict, Screen screen) {
        return state(verdict, screen)
                + verdict.decided()
                        .flatMap(VerdictText::handled)
                        .map(handled -> ", " + handled)
                        .orElse("");
    }

    /** Who takes care of an open alert, or muted its series; empty where nobody does. */
    public static Optional<String> handled(Decided decided) {
        List<String> parts = new ArrayList<>();
        decided.acknowledged().ifPresent(decision -> parts.add("acknowledged" + by(decision)));
        decided.muted().ifPresent(decision -> parts.add("muted" + by(decision)));
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
    }

    /** Behind what was decided: who did, until when, and why. */
    public static String by(Decision decision) {
        return " by " + decision.who()
                + (decision.untilEpochMillis().isPresent()
                        ? " until "
                                + Instant.ofEpochMilli(
                                                decision.untilEpochMillis().getAsLong())
                                        .truncatedTo(ChronoUnit.SECONDS)
                        : "")
                + " (" + decision.why() + ")";
    }

    private static String state(VerdictRecord verdict, Screen screen) {
        if (verdict.state() == SeriesState.LEARNING) {
            return screen.quiet(verdict.learning()
                    .map(learning -> "learning " + learning.windows() + "/" + learning.needed())
                    .orElse("warming up"));
        }
        List<MetricVerdict> regressed = verdict.metrics().stream()
                .filter(metric -> metric.verdict() instanceof Verdict.Regressed)
                .toList();
        if (!regressed.isEmpty() && verdict.state() != SeriesState.ENDED) {
            return screen.alarming("regressed "
                    + regressed.stream()
                            .map(metric -> metric.metric().displayName())
                            .collect(Collectors.joining(", ")));
        }
        double evidence = verdict.metrics().stream()
                .filter(metric -> metric.metric().role() == JudgedMetric.Role.GATING)
                .flatMap(metric -> metric.evidence().stream())
                .mapToDouble(one -> one.score() / one.threshold())
                .max()
                .orElse(0);
        String text = String.format(Locale.ROOT, "evidence %3.0f %%", 100 * evidence)
                + verdict.canary().map(VerdictText::canary).orElse("");
        return switch (verdict.state()) {
            case OK -> screen.reassuring(word(verdict.state())) + " " + text;
            case LEAKING ->
                screen.alarming(word(verdict.state())) + " "
                        + verdict.leak().map(LeakFinding::sentence).orElse(text);
            case PENDING, NOT_JUDGED -> screen.bold(word(verdict.state())) + " " + text;
            case FIRING -> screen.alarming(word(verdict.state())) + " " + text;
            case NO_DATA, STALE -> screen.alarming(word(verdict.state()));
            case ENDED -> screen.quiet(word(verdict.state()));
            case LEARNING -> word(verdict.state());
        };
    }

    private static String canary(CanaryFinding finding) {
        return ", beside " + finding.stable().orElse("nobody") + ": "
                + switch (finding.state()) {
                    case UNDECIDED -> "undecided";
                    case PASSED -> "passes";
                    case REGRESSED -> "regressed";
                    case CANNOT_TELL -> "cannot tell";
                };
    }

    /** The state of a series as dashboards and {@code /metrics} have it, as wide as the longest. */
    private static String word(SeriesState state) {
        return String.format(
                Locale.ROOT, "%-10s", state.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    /** An alert with everything that it rests on. */
    public static List<String> explain(AlertRecord alert, Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(screen.alarming("  ALERT  ") + screen.bold(title(alert)));
        lines.add("");
        lines.add("    group     " + alert.series().group().target() + " / "
                + alert.series().group().model() + " / "
                + alert.series().group().scenario() + " / "
                + alert.series().group().loadPoint().key() + " / tenant "
                + alert.series().group().tenant() + ", variant "
                + alert.series().variant());
        lines.add("    since     " + Figures.clock(alert.sinceEpochMillis()) + " (change point)"
                + Deploys.namedIn(alert)
                        .map(deploy -> ", " + screen.bold(deploy))
                        .orElse(""));
        lines.add("    baseline  " + alert.evidence().baselineId());
        alert.evidence().why().ifPresent(why -> lines.add("    why       " + screen.bold(why.sentence())));
        lines.add("");
        lines.add(screen.quiet(String.format(
                Locale.ROOT,
                "    %-18s %11s    %11s %9s  %-20s %s",
                "metric",
                "baseline",
                "now",
                "change",
                "95 % interval",
                "evidence / threshold")));
        for (MetricVerdict moved : alert.evidence().moved()) {
            lines.add("    " + moved(moved));
        }
        if (!alert.evidence().slowest().isEmpty()) {
            lines.add("");
            lines.add("    slowest   "
                    + alert.evidence().slowest().stream()
                            .map((SlowRequest slow) -> slow.requestId() + " (" + Figures.duration(slow.nanos()) + ")")
                            .collect(Collectors.joining(", ")));
        }
        lines.add("");
        return lines;
    }

    /** What got worse, or grows, in one line. */
    public static String title(AlertRecord alert) {
        if (alert.evidence().leak().isPresent()) {
            return alert.series().group().scenario() + "@" + alert.series().variant() + ": "
                    + alert.evidence().leak().get().sentence();
        }
        return alert.series().group().scenario() + "@" + alert.series().variant() + " got worse: "
                + alert.evidence().moved().stream()
                        .map(moved -> moved.metric().displayName()
                                + moved.effect()
                                        .map(effect -> " " + Figures.change(effect.ratio()))
                                        .orElse(""))
                        .collect(Collectors.joining(", "));
    }

    private static String moved(MetricVerdict moved) {
        String effect =
                moved.effect().map(value -> effect(moved.metric(), value)).orElse("");
        String evidence = moved.evidence().map(VerdictText::evidence).orElse("");
        return String.format(Locale.ROOT, "%-18s %s %s", moved.metric().displayName(), effect, evidence);
    }

    private static String effect(JudgedMetric metric, Effect effect) {
        return String.format(
                Locale.ROOT,
                "%11s -> %11s %9s  %-20s",
                value(metric, effect.baseline()),
                value(metric, effect.now()),
                Figures.change(effect.ratio()),
                Figures.change(effect.ratioLow()) + " .. " + Figures.change(effect.ratioHigh()));
    }

    private static String value(JudgedMetric metric, double value) {
        if (metric.latency().isPresent()) {
            return Figures.duration(value);
        }
        return metric == JudgedMetric.OUTPUT_TOKEN_RATE
                ? Figures.significant(value) + " tok/s"
                : Figures.significant(100 * value) + " %";
    }

    private static String evidence(Evidence evidence) {
        return String.format(
                Locale.ROOT,
                "%s / %s, %d windows",
                Figures.significant(evidence.score()),
                Figures.significant(evidence.threshold()),
                evidence.windows());
    }
}
