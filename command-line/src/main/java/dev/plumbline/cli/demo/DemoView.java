package dev.plumbline.cli.demo;

import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.wording.VerdictText;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.reports.Figures;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** How the demo looks: a table that rolls on a terminal, a line now and then elsewhere, and the alert explained. */
final class DemoView {

    private static final int ROWS = 10;
    private static final int PLAIN_EVERY_WINDOWS = 10;
    private static final String HEADER = String.format(
            Locale.ROOT,
            "  %-9s %7s %8s  %14s  %14s %7s %9s  %s",
            "window",
            "req/s",
            "tok/s",
            "TTFT p50/p95ms",
            "TPOT p50/p95ms",
            "errors",
            "in flight",
            "verdict");

    private final Screen screen;
    private final DemoPlan plan;
    private final Deque<Row> rows = new ArrayDeque<>();
    private long plainRows;

    private record Row(WindowRecord window, String judged) {}

    DemoView(Screen screen, DemoPlan plan) {
        this.screen = screen;
        this.plan = plan;
    }

    void introduce() {
        screen.line(screen.bold("plumb demo") + "  the whole pipe on this machine, against a simulated server");
        screen.line(String.format(
                Locale.ROOT,
                "  preset: %d s windows and a baseline of %d windows; production uses 10 s and 180, the same code",
                DemoPlan.WINDOW.toSeconds(),
                plan.baselineWindows()));
        screen.line("");
    }

    void starting(String what) {
        if (screen.isLive()) {
            screen.block(List.of("  starting " + what + " ..."));
        } else {
            screen.line("  starting " + what + " ...");
        }
    }

    void started(LocalPipe pipe, long tookMillis) {
        screen.line("  broker      " + pipe.bootstrapServers() + "   topics plumbline.events.v1, plumbline.windows."
                + DemoPlan.WINDOW.toSeconds() + "s.v1, plumbline.verdicts.v1, plumbline.alerts.v1");
        screen.line("  target      " + pipe.url(Part.TARGET) + "   model " + DemoPlan.MODEL
                + ", regressions at /admin/state");
        screen.line("  producer    " + pipe.url(Part.PRODUCER) + "/metrics   " + plan.concurrency()
                + " requests in flight");
        screen.line("  aggregator  " + pipe.url(Part.AGGREGATOR) + "/metrics");
        screen.line("  detector    " + pipe.url(Part.DETECTOR) + "/metrics   state at /api/state");
        screen.line(screen.quiet("  all parts ready after " + Figures.seconds(tookMillis)));
        screen.line("");
    }

    void firstFullWindow(long afterMillis) {
        screen.line("  first full window " + Figures.seconds(afterMillis) + " after the start; learning the baseline");
    }

    void learned() {
        screen.line("  baseline learned; " + plan.quietWindows() + " quiet windows before anything changes");
    }

    void shifted(long epochMillis) {
        screen.line(screen.bold(
                "  " + Figures.clock(epochMillis) + "  decode made " + Math.round((plan.decodeFactor() - 1) * 100)
                        + " % slower on the target; now the detector must find it"));
    }

    void window(WindowRecord window, DemoProgress progress) {
        if (window.revision() > 0) {
            return;
        }
        rows.addLast(new Row(window, ""));
        if (rows.size() > ROWS) {
            rows.removeFirst();
        }
        show(progress);
    }

    void judged(VerdictRecord verdict, DemoProgress progress) {
        List<Row> updated = new ArrayList<>();
        for (Row row : rows) {
            boolean same = row.window.id().equals(verdict.window());
            updated.add(same ? new Row(row.window, VerdictText.describe(verdict, screen)) : row);
            if (same && !screen.isLive() && plainRows++ % PLAIN_EVERY_WINDOWS == 0) {
                if (plainRows == 1) {
                    screen.line(HEADER);
                }
                screen.line(format(updated.getLast()));
            }
        }
        rows.clear();
        rows.addAll(updated);
        show(progress);
    }

    private void show(DemoProgress progress) {
        if (!screen.isLive()) {
            return;
        }
        List<String> block = new ArrayList<>();
        block.add("");
        block.add(screen.quiet(HEADER));
        rows.forEach(row -> block.add(format(row)));
        block.add("");
        block.add("  " + phase(progress));
        screen.block(block);
    }

    private String phase(DemoProgress progress) {
        return switch (progress.stage()) {
            case STARTING -> "waiting for the first full window";
            case LEARNING -> "learning  " + bar(progress.learnedWindows(), plan.baselineWindows());
            case QUIET ->
                "watching  " + bar(progress.quietWindows(), plan.quietWindows()) + "  nothing has changed yet";
            case SHIFTED -> "shifted   waiting for the evidence to cross its threshold";
            case FOUND, FALSE_ALARM -> "alert";
        };
    }

    private static String bar(long done, int of) {
        int width = 30;
        int filled = (int) Math.min(width, width * done / Math.max(1, of));
        return "[" + "#".repeat(filled) + ".".repeat(width - filled) + "] " + Math.min(done, of) + "/" + of;
    }

    private static String format(Row row) {
        WindowRecord window = row.window;
        double seconds = window.id().lengthMillis() / 1e3;
        return String.format(
                Locale.ROOT,
                "  %-9s %7s %8s  %14s  %14s %7d %9s  %s",
                Figures.clock(window.id().startEpochMillis()),
                vouched(window, window.delta().requests().completed() / seconds),
                vouched(window, window.delta().tokens().streamedOutput() / seconds),
                pair(window.delta().latency(LatencyMetric.TTFT)),
                pair(window.delta().latency(LatencyMetric.TPOT)),
                window.delta().requests().failedTotal(),
                vouched(window, window.delta().inFlightNanos() / 1e9 / seconds),
                row.judged);
    }

    private static String vouched(WindowRecord window, double value) {
        boolean isKnown = window.coverage() >= WindowRecord.MINIMUM_COVERAGE
                && (window.hasLoadThroughout() || window.hasNoLoad());
        return isKnown ? Figures.significant(value) : "-";
    }

    private static String pair(Histogram histogram) {
        return Figures.millis(histogram.quantileNanos(0.5)) + " /" + pad(Figures.millis(histogram.quantileNanos(0.95)));
    }

    private static String pad(String text) {
        return String.format(Locale.ROOT, "%5s", text);
    }

    /** The alert with everything that it rests on. */
    void explain(AlertRecord alert) {
        VerdictText.explain(alert, screen).forEach(screen::line);
    }

    /** The last screen. */
    void summarize(List<String> lines) {
        screen.clearBlock();
        lines.forEach(screen::line);
    }

    void clear() {
        screen.clearBlock();
    }

    Screen screen() {
        return screen;
    }
}
