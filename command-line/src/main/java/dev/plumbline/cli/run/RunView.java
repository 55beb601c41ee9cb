package dev.plumbline.cli.run;

import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.cli.wording.VerdictText;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.run.Soundness;
import dev.plumbline.reports.Figures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** A run while it goes: a table that stays in place on a terminal, a line per window elsewhere, nothing when quiet. */
final class RunView {

    /** On a pipe or in a log a line per window is enough, and of an endless run not even that. */
    private static final long PLAIN_EVERY_MILLIS = 10_000;

    /** Windows of ten seconds close ten seconds apart and a little more: they shall not be announced each time. */
    private static final long LATE_WINDOW_MILLIS = 2_000;

    private final Screen screen;
    private final RunPlan plan;
    private final boolean silent;
    private String lastProgress = "";
    private final Map<Series, VerdictRecord> verdicts = new LinkedHashMap<>();
    private final Set<Series> firing = new HashSet<>();
    /** What is measured apart; empty until that is known. */
    private Optional<RunSeries> series = Optional.empty();

    private long lastPlainEpochMillis;
    /** Whether a line was written since somebody looked, and when that was. */
    private boolean hasSpoken = true;

    private long saidAtEpochMillis;
    private boolean isSettling;
    private long windows;
    private long windowsLeftOut;
    /** Why the newest window is left out; empty when it is vouched for. */
    private Optional<String> unvouched = Optional.empty();
    /** Of the windows since the last line, what those hold that are vouched for, and how long they are. */
    private WindowSummary untold = WindowSummary.empty();

    private double untoldSeconds;

    /** The same of windows in which the load ended, or that lie behind: they have no rate. */
    private RequestCounts untoldOfTheEnd = RequestCounts.none();

    /** Whether it was said that the load is over and requests are waited for. */
    private boolean isWaitTold;

    private long untoldFromEpochMillis = Long.MAX_VALUE;

    /** @param silent whether nothing is shown at all */
    RunView(Screen screen, RunPlan plan, boolean silent) {
        this.screen = screen;
        this.plan = plan;
        this.silent = silent;
    }

    /**
     * What there is to show.
     *
     * @param startEpochMillis when measuring begins; {@link Long#MAX_VALUE} while that is not known
     * @param away parts of the stack that are missed, each with how long it has been
     */
    record Snapshot(
            long nowEpochMillis,
            long startEpochMillis,
            Status status,
            RecentRequests recent,
            long countedEvents,
            List<String> away) {}

    /** Says what is measured apart. */
    void measures(RunSeries known) {
        series = Optional.of(known);
    }

    void line(String text) {
        if (!silent) {
            hasSpoken = true;
            screen.line(text);
        }
    }

    /** What goes on now; where lines stay, the same again and again is told once. */
    void progress(String text) {
        if (silent || (!screen.isLive() && text.equals(lastProgress))) {
            return;
        }
        lastProgress = text;
        if (screen.isLive()) {
            screen.block(List.of("  " + text + " ..."));
        } else {
            screen.line("  " + text + " ...");
        }
    }

    void loadBegins(long atEpochMillis) {
        if (!silent && !screen.isLive()) {
            hasSpoken = true;
            screen.line("  load begins " + Figures.clock(atEpochMillis)
                    + (plan.warmup().isZero()
                            ? ""
                            : ", measured after a warm-up of " + DurationConverter.format(plan.warmup())
                                    + (plan.options().shape.warmupUntilSteady ? " or more" : "")));
        }
    }

    /** Where lines stay: that the end of a run takes its time. */
    void counting(long nowEpochMillis) {
        if (silent || screen.isLive() || !isSettling) {
            return;
        }
        if (hasSpoken) {
            hasSpoken = false;
            saidAtEpochMillis = nowEpochMillis;
        }
        if (nowEpochMillis - saidAtEpochMillis >= PLAIN_EVERY_MILLIS) {
            saidAtEpochMillis = nowEpochMillis;
            screen.line("  " + Figures.clock(nowEpochMillis) + "  still counting what is on its way");
        }
    }

    void settling(RunEnding ending) {
        isSettling = true;
        hasSpoken = true;
        switch (ending) {
            case RunEnding.Interrupted unused ->
                progress("stopping: counting what is on its way; press Ctrl-C again to end at once");
            case RunEnding.Completed unused -> progress("load is over: counting what is on its way");
            case RunEnding.LimitReached limit -> progress(limit.detail() + ": counting what is on its way");
            case RunEnding.Broken unused -> progress("counting what is on its way");
        }
    }

    void verdict(VerdictRecord latest) {
        verdicts.put(latest.window().series(), latest);
    }

    void alert(AlertRecord alert) {
        switch (alert.transition()) {
            case FIRED, EXTENDED -> firing.add(alert.series());
            case RESOLVED, ENDED -> firing.remove(alert.series());
        }
        if (silent) {
            return;
        }
        switch (alert.transition()) {
            case FIRED -> VerdictText.explain(alert, screen).forEach(screen::line);
            case EXTENDED ->
                screen.line("  " + Figures.clock(alert.atEpochMillis()) + "  " + screen.alarming("also") + " "
                        + VerdictText.title(alert));
            case RESOLVED ->
                screen.line("  " + Figures.clock(alert.atEpochMillis()) + "  " + screen.reassuring("resolved") + "  "
                        + alert.summary().replaceFirst("^resolved: ", ""));
            case ENDED ->
                screen.line("  " + Figures.clock(alert.atEpochMillis()) + "  " + screen.alarming("not resolved") + "  "
                        + alert.summary());
        }
    }

    /** A part of the stack is gone, or back. */
    void outage(long atEpochMillis, String text) {
        if (!silent) {
            hasSpoken = true;
            screen.line("  " + Figures.clock(atEpochMillis) + "  " + text);
        }
    }

    /**
     * On a terminal the table says it; elsewhere a line does, not more often than every ten seconds, over the windows since
     * the last one.
     *
     * @param measuredUntilEpochMillis where the load ended, once that is known: a window that reaches beyond has no rate
     */
    void window(WindowRecord window, RecentRequests recent, OptionalLong measuredUntilEpochMillis) {
        if (window.revision() > 0) {
            return;
        }
        long until = measuredUntilEpochMillis.orElse(Long.MAX_VALUE);
        boolean leftOut = window.coverage() < WindowRecord.MINIMUM_COVERAGE;
        if (window.id().startEpochMillis() < until) {
            windows++;
            windowsLeftOut += leftOut ? 1 : 0;
            unvouched = leftOut ? Optional.of(Soundness.reasons(window.excluded())) : Optional.empty();
        }
        if (silent || screen.isLive() || window.id().startEpochMillis() < recent.startEpochMillis()) {
            // The first window was measured in part.
            return;
        }
        untoldFromEpochMillis = Math.min(untoldFromEpochMillis, window.id().startEpochMillis());
        boolean isOfTheEnd = window.id().endEpochMillis() > until || window.liesAfterLoad();
        if (isOfTheEnd) {
            untoldOfTheEnd = untoldOfTheEnd.plus(window.delta().requests());
        } else if (!leftOut) {
            untold = untold.plus(window.delta());
            untoldSeconds += window.id().lengthMillis() / 1e3;
        }
        long end = window.id().endEpochMillis();
        if (end - lastPlainEpochMillis < PLAIN_EVERY_MILLIS) {
            return;
        }
        lastPlainEpochMillis = end;
        hasSpoken = true;
        List<String> numbers = new ArrayList<>();
        if (untoldSeconds > 0) {
            numbers.add(vouched(recent));
        } else if (!isOfTheEnd) {
            numbers.add(seen(end, recent));
        }
        if (isOfTheEnd) {
            numbers.add("end of the load: " + Figures.count(untoldOfTheEnd.completed()) + " completed, "
                    + Figures.count(untoldOfTheEnd.failedTotal()) + " failed");
        }
        // By the span it is of: it is told some seconds behind it, after lines of moments that are later.
        screen.line("  " + Figures.clock(untoldFromEpochMillis) + " to " + Figures.clock(end) + "  "
                + String.join("; ", numbers)
                + (leftOut ? "  " + screen.alarming("not vouched for") + ": " + busy() : "") + "  " + state());
        untold = WindowSummary.empty();
        untoldSeconds = 0;
        untoldOfTheEnd = RequestCounts.none();
        untoldFromEpochMillis = Long.MAX_VALUE;
    }

    private String vouched(RecentRequests recent) {
        return String.format(
                Locale.ROOT,
                "%s req/s  %s %s/s  TTFT %s  TPOT %s ms  %s failed",
                Figures.significant(untold.requests().completed() / untoldSeconds),
                Figures.significant(untold.tokens().streamedOutput() / untoldSeconds),
                recent.outputUnit(),
                pair(untold.latency(LatencyMetric.TTFT)),
                pair(untold.latency(LatencyMetric.TPOT)),
                Figures.count(untold.requests().failedTotal()));
    }

    /** What was seen, marked: windows that nobody vouches for have no numbers of their own, and 0.00 would be one. */
    private static String seen(long endEpochMillis, RecentRequests recent) {
        return recent.rates(endEpochMillis)
                .map(known -> String.format(
                        Locale.ROOT,
                        "(%s req/s  %s %s/s  TTFT %s  TPOT %s ms)",
                        Figures.significant(known.completedRequests()),
                        Figures.significant(known.outputTokens()),
                        recent.outputUnit(),
                        pair(recent.latency(LatencyMetric.TTFT)),
                        pair(recent.latency(LatencyMetric.TPOT))))
                .orElse("(told too late to say what was seen)");
    }

    private String busy() {
        String why = unvouched.orElse("");
        return "this machine is too busy" + (why.isEmpty() ? "" : ", " + why) + "; " + Figures.count(windowsLeftOut)
                + " of " + Figures.count(windows) + " windows left out";
    }

    void show(Snapshot now) {
        if (silent) {
            return;
        }
        if (!screen.isLive()) {
            keepSpeaking(now);
            return;
        }
        Status status = now.status();
        // Behind the end of the load nobody counts what would make a rate: the last one stays.
        Optional<RecentRequests.Rates> rates = now.recent()
                .rates(Math.min(
                        now.nowEpochMillis(), status.measuredUntilEpochMillis().orElse(Long.MAX_VALUE)));
        List<String> block = new ArrayList<>();
        block.add("");
        block.add("  " + phase(now));
        block.add("");
        block.add(row("load", load(rates, status)));
        block.add(row(
                "tokens",
                rates.map(known -> Figures.significant(known.outputTokens())).orElse("-") + " "
                        + (now.recent().outputUnit().equals("chunks")
                                ? "chunks/s, the server tells no token counts that can be true"
                                : "tok/s")
                        + status.spent()
                                .map(spent ->
                                        screen.quiet("   " + Figures.count(spent.promptTokens() + spent.outputTokens())
                                                + " in all" + cost(spent)))
                                .orElse("")));
        block.add(row(
                "requests",
                Figures.count(status.completed()) + " completed"
                        + (status.dropped() > 0 ? ", " + Figures.count(status.dropped()) + " dropped" : "")
                        + ", "
                        + (status.failedTotal() > 0
                                ? screen.alarming(Figures.count(status.failedTotal()) + " failed") + "  "
                                        + failures(status)
                                : "none failed")));
        block.add("");
        block.add(screen.quiet(String.format(Locale.ROOT, "  %-10s %9s %9s %9s", "last 10 s", "p50", "p95", "p99")));
        block.add(latency("TTFT ms", now.recent().latency(LatencyMetric.TTFT)));
        block.add(latency("TPOT ms", now.recent().latency(LatencyMetric.TPOT)));
        block.add(latency("e2e ms", now.recent().latency(LatencyMetric.E2E)));
        block.add("");
        block.add(row("verdict", state()));
        if (unvouched.isPresent()) {
            block.add(row("", screen.alarming("not vouched for") + ": " + busy()));
        }
        if (status.breakerOpenSinceEpochMillis().isPresent()) {
            block.add(row(
                    "",
                    screen.alarming("the target fails: left alone since "
                            + Figures.clock(status.breakerOpenSinceEpochMillis().getAsLong())
                            + ", tried again every few seconds")));
        }
        if (!now.away().isEmpty()) {
            block.add(row("", screen.alarming("gone: " + String.join(", ", now.away()))));
        }
        screen.block(block);
    }

    /** Where lines stay: what goes on, when nothing was said for so long that somebody might think that it hangs. */
    private void keepSpeaking(Snapshot now) {
        Optional<String> wait = waiting(now);
        if (wait.isPresent() && !isWaitTold) {
            isWaitTold = true;
            line("  " + Figures.clock(now.nowEpochMillis()) + "  " + wait.get());
        }
        if (hasSpoken) {
            hasSpoken = false;
            saidAtEpochMillis = now.nowEpochMillis();
        }
        long patience = windows == 0 ? PLAIN_EVERY_MILLIS : PLAIN_EVERY_MILLIS + LATE_WINDOW_MILLIS;
        if (now.nowEpochMillis() - saidAtEpochMillis < patience) {
            return;
        }
        saidAtEpochMillis = now.nowEpochMillis();
        screen.line("  " + Figures.clock(now.nowEpochMillis()) + "  " + plainPhase(now));
    }

    /** That the load is over and requests are still under way; empty while it goes on. */
    private Optional<String> waiting(Snapshot now) {
        Status status = now.status();
        boolean isOver = status.state() != State.STOPPED
                && status.measuredUntilEpochMillis().orElse(Long.MAX_VALUE) <= now.nowEpochMillis();
        return isOver && status.inFlight() > 0
                ? Optional.of("load is over: waiting for "
                        + (status.inFlight() == 1
                                ? "1 request that is"
                                : Figures.count(status.inFlight()) + " requests that are")
                        + " still under way (at most " + DurationConverter.format(plan.load().grace) + ")")
                : Optional.empty();
    }

    private String plainPhase(Snapshot now) {
        Optional<String> wait = waiting(now);
        if (wait.isPresent()) {
            return wait.get();
        }
        long sinceMillis = now.nowEpochMillis() - now.startEpochMillis();
        if (now.startEpochMillis() == Long.MAX_VALUE || sinceMillis < 0) {
            return phase(now);
        }
        return "measuring, " + span(sinceMillis)
                + plan.duration().map(all -> " of " + span(all.toMillis())).orElse("") + "; "
                + Figures.count(now.status().completed()) + " completed, "
                + (now.status().failedTotal() > 0
                        ? Figures.count(now.status().failedTotal()) + " failed"
                        : "none failed")
                + (windows == 0 ? "; no window is closed yet" : "; no window was closed since the last line");
    }

    private String phase(Snapshot now) {
        if (now.startEpochMillis() == Long.MAX_VALUE) {
            return plan.options().shape.warmupUntilSteady && now.status().unmeasuredRequests() > 0
                    ? "warming up until the target is steady, "
                            + Figures.count(now.status().unmeasuredRequests()) + " requests"
                    : "starting";
        }
        long sinceMillis = now.nowEpochMillis() - now.startEpochMillis();
        if (sinceMillis < 0) {
            return "warming up, measured in " + Math.ceilDiv(-sinceMillis, 1_000) + " s";
        }
        Optional<String> wait = waiting(now);
        if (wait.isPresent()) {
            return wait.get();
        }
        if (plan.duration().isPresent()) {
            long allMillis = plan.duration().get().toMillis();
            return screen.bold("measuring") + "  " + span(Math.min(sinceMillis, allMillis)) + " of " + span(allMillis)
                    + "  " + bar(sinceMillis, allMillis) + "  " + span(Math.max(0, allMillis - sinceMillis)) + " left";
        }
        if (plan.requestCount().isPresent()) {
            long all = plan.requestCount().getAsLong();
            return screen.bold("measuring") + "  " + Figures.count(now.status().due()) + " of " + Figures.count(all)
                    + " requests  " + bar(now.status().due(), all) + "  " + span(sinceMillis);
        }
        return screen.bold("measuring") + "  " + span(sinceMillis) + " of for ever; Ctrl-C ends it in order";
    }

    private String load(Optional<RecentRequests.Rates> rates, Status status) {
        String reached = rates.map(known -> Figures.significant(known.completedRequests()))
                        .orElse("-") + " req/s";
        return switch (plan.loadPoint()) {
            case LoadPoint.ClosedLoop closed ->
                status.inFlight() + " of " + closed.concurrency() + " in flight, " + reached;
            case LoadPoint.OpenLoop open ->
                Figures.significant(open.requestsPerSecond()) + " req/s asked, " + reached + " reached, "
                        + Figures.count(status.inFlight()) + " in flight";
            case LoadPoint.Trace trace ->
                "trace " + trace.name() + ", " + reached + ", " + Figures.count(status.inFlight()) + " in flight";
            case LoadPoint.ShapedRate shaped -> shaped(shaped.shape().text() + " req/s", reached, status);
            case LoadPoint.ShapedSlots shaped -> shaped(shaped.shape().text() + " in flight", reached, status);
            case LoadPoint.Other other ->
                other.key() + ", " + reached + ", " + Figures.count(status.inFlight()) + " in flight";
        };
    }

    private static String shaped(String asked, String reached, Status status) {
        String now = status.phases()
                .flatMap(ProducerControl.Phases::levelText)
                .map(level -> " (" + level + " now)")
                .orElse("");
        return asked + now + ", " + reached + " reached, " + Figures.count(status.inFlight()) + " in flight";
    }

    private String cost(ProducerControl.Spent spent) {
        return (spent.cost() > 0 ? ", cost " + String.format(Locale.ROOT, "%.4f", spent.cost()) : "")
                + (spent.uncounted() > 0
                        ? " at most: of " + Figures.count(spent.uncounted()) + " requests nobody counted all tokens"
                        : "");
    }

    /** Failures by kind, most frequent first. */
    static String failures(Status status) {
        return status.failed().entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
                .map(entry -> entry.getKey() + " " + Figures.count(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    private String state() {
        String words = verdicts.values().stream()
                .min(Comparator.comparing(verdict -> rank(verdict.state())))
                .map(worst -> name(worst) + VerdictText.describe(worst, screen))
                .orElse("no window judged yet");
        return firing.isEmpty() ? words : screen.alarming("ALERT") + "  " + words;
    }

    /** Of several series the one that is shown. */
    private String name(VerdictRecord verdict) {
        return series.filter(RunSeries::areSeveral)
                .map(known -> known.name(verdict.window().series()) + " ")
                .orElse("");
    }

    /** The worst first. */
    private static int rank(SeriesState state) {
        return switch (state) {
            case FIRING -> 0;
            case LEAKING -> 1;
            case PENDING -> 2;
            case NO_DATA, STALE -> 3;
            case NOT_JUDGED -> 4;
            case LEARNING -> 5;
            case OK -> 6;
            case ENDED -> 7;
        };
    }

    private static String row(String name, String text) {
        return String.format(Locale.ROOT, "  %-10s ", name) + text;
    }

    private static String latency(String name, Histogram values) {
        return String.format(
                Locale.ROOT,
                "  %-10s %9s %9s %9s",
                name,
                Figures.millis(values.quantileNanos(0.5)),
                Figures.millis(values.quantileNanos(0.95)),
                Figures.millis(values.quantileNanos(0.99)));
    }

    private static String pair(Histogram values) {
        return Figures.millis(values.quantileNanos(0.5)) + "/" + Figures.millis(values.quantileNanos(0.95));
    }

    private static String bar(long done, long of) {
        int width = 24;
        int filled = (int) Math.min(width, width * done / Math.max(1, of));
        return "[" + "#".repeat(filled) + ".".repeat(width - filled) + "]";
    }

    private static String span(long millis) {
        long seconds = millis / 1_000;
        return seconds >= 3_600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3_600, seconds / 60 % 60, seconds % 60)
                : String.format(Locale.ROOT, "%02d:%02d", seconds / 60, seconds % 60);
    }

    void clear() {
        screen.clearBlock();
    }
}
