package dev.plumbline.cli.check;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.Discovery.EngineMetrics;
import dev.plumbline.probe.ProbeListener;
import dev.plumbline.probe.ProbeReport;
import dev.plumbline.probe.Step;
import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import dev.plumbline.probe.StepResult;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.reports.Figures;
import java.util.List;
import java.util.Locale;

/** The table of a check. */
final class CheckView implements ProbeListener {

    private final Screen screen;
    private boolean waitingShown;

    CheckView(Screen screen) {
        this.screen = screen;
    }

    void introduce(TargetAddress address) {
        screen.line(screen.bold("  " + address.url().base()));
    }

    @Override
    public void ended(StepResult result) {
        String row = String.format(
                Locale.ROOT,
                "%-12s %9s  ",
                result.step().label(),
                result.outcome() instanceof Skipped ? "" : Figures.duration((double) result.durationNanos()));
        screen.line(
                switch (result.outcome()) {
                    case Passed passed -> "  " + screen.reassuring("✓") + " " + row + passed.detail();
                    case Failed failed -> "  " + screen.alarming("✗") + " " + row + failed.line();
                    case Skipped skipped -> screen.quiet("  - " + row + skipped.why());
                });
    }

    @Override
    public void waiting(Step step, String what) {
        String line = "  … " + step.label() + ": " + what;
        if (screen.isLive()) {
            screen.block(List.of(line));
        } else if (!waitingShown) {
            screen.line(line);
        }
        waitingShown = true;
    }

    void conclude(ProbeReport report) {
        report.discovery().ifPresent(this::facts);
        screen.line("");
        screen.line(report.failure()
                .map(failed -> "  " + screen.alarming("not ready") + ": " + failed.line())
                .orElse("  " + screen.reassuring("ready to be measured")));
    }

    private void facts(Discovery discovery) {
        screen.line("");
        discovery.metrics().map(EngineMetrics::url).ifPresent(url -> fact("metrics", url));
        discovery.facts().subject().forEach(this::known);
        discovery.facts().conditions().forEach(this::known);
        List<String> unknown = discovery.facts().unknown();
        if (!unknown.isEmpty()) {
            fact("unknown", String.join(", ", unknown) + ": give them to a run with --metadata NAME=VALUE");
        }
    }

    private void known(String name, String value) {
        if (!value.equals(Discovery.Facts.UNKNOWN)) {
            fact(name, value);
        }
    }

    private void fact(String name, String value) {
        screen.line(String.format(Locale.ROOT, "    %-22s %s", name, value));
    }
}
