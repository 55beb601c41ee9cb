package dev.plumbline.cli.judge;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.wording.FindingText;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.reports.Judgement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A verdict on files, on a screen. */
final class JudgeView {

    private JudgeView() {}

    static List<String> lines(Judgement judgement, Screen screen) {
        RunVerdict verdict = judgement.verdict();
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("  " + FindingText.word(verdict.word(), screen) + "  " + verdict.reason());
        lines.add("");
        lines.add(row("judged", String.join(", ", judgement.candidate())));
        if (!judgement.baseline().isEmpty()) {
            lines.add(row("baseline", String.join(", ", judgement.baseline())));
        }
        findings(verdict, lines, screen);
        verdict.series().forEach(one -> {
            lines.add("");
            lines.add("    " + screen.bold(one.name()) + ": " + one.verdict().headline());
            findings(one.verdict(), lines, screen);
        });
        if (!verdict.differences().isEmpty()) {
            lines.add("");
            lines.add(row(
                    "differs",
                    verdict.differences().stream()
                            .map(one -> one.key() + ": " + one.before() + " -> " + one.now())
                            .collect(Collectors.joining("; "))));
        }
        if (!judgement.notes().isEmpty()) {
            lines.add("");
            judgement.notes().forEach(note -> lines.add(row("note", note)));
        }
        lines.add("");
        return lines;
    }

    private static void findings(RunVerdict verdict, List<String> lines, Screen screen) {
        if (!verdict.findings().isEmpty()) {
            lines.add("");
            verdict.findings().forEach(finding -> lines.add("    " + FindingText.line(finding, screen)));
        }
    }

    private static String row(String name, String text) {
        return String.format(Locale.ROOT, "    %-9s ", name) + text;
    }
}
