package dev.plumbline.reports;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunVerdict;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * {@code junit.xml}: a test case for the run itself and one for each finding. "Cannot tell" is a skipped test with its
 * reason, because it is neither green nor red; a run that broke is an error. A build is stopped by the exit code, not by
 * this file, which only shows what happened.
 */
final class JUnitDocument {

    private JUnitDocument() {}

    static byte[] of(RunStory story) {
        RunIdentity identity = story.result().identity();
        ComparisonGroup group = identity.series().group();
        List<FindingView> findings =
                story.verdict().findings().stream().map(FindingView::of).toList();
        String suite = "plumb run " + group.target() + " " + group.model() + " " + group.scenario() + " "
                + group.loadPoint().key();
        String time = String.format(Locale.ROOT, "%.3f", identity.durationSeconds());
        long failures = findings.stream()
                .filter(finding -> switch (finding.answer()) {
                    case FAIL -> true;
                    case PASS, CANNOT_TELL, OBSERVED -> false;
                })
                .count();
        long undecided = findings.stream()
                .filter(finding -> switch (finding.answer()) {
                    case CANNOT_TELL -> true;
                    case PASS, FAIL, OBSERVED -> false;
                })
                .count();
        String[] counts = {
            "tests", Long.toString(findings.size() + 1L),
            "failures", Long.toString(failures),
            "errors", isError(story.verdict()) ? "1" : "0",
            "skipped", Long.toString(undecided + (isSkipped(story, undecided) ? 1 : 0)),
            "time", time
        };
        Markup xml = new Markup().ours("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.begin("testsuites", with(counts, "name", suite)).text("\n");
        xml.begin(
                        "testsuite",
                        with(
                                counts,
                                "name",
                                suite,
                                "timestamp",
                                Instant.ofEpochMilli(identity.startEpochMillis())
                                        .toString()))
                .text("\n");
        xml.begin("properties").text("\n");
        property(xml, "runId", identity.runId());
        property(xml, "decision", story.verdict().decision().name());
        property(xml, "word", story.verdict().word().label());
        property(xml, "headline", story.verdict().headline());
        story.verdict().baselineRunId().ifPresent(id -> property(xml, "baselineRunId", id));
        xml.endLine();
        run(xml, story, undecided, time);
        findings.forEach(finding -> testCase(xml, finding));
        return xml.endLine().endLine().toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The time of the run is the time of this case; the findings rest on the same time and have none of their own. */
    private static void run(Markup xml, RunStory story, long undecided, String time) {
        xml.begin("testcase", "classname", "plumbline.run", "name", "the run ended as planned", "time", time);
        String headline = story.verdict().headline();
        if (isError(story.verdict())) {
            String why = story.result().ending() instanceof RunEnding.Broken broken ? broken.detail() : headline;
            xml.empty("error", "type", "infrastructure", "message", why);
        } else if (isSkipped(story, undecided)) {
            boolean interrupted = story.result().ending() instanceof RunEnding.Interrupted;
            xml.empty("skipped", "message", interrupted ? "interrupted before its end" : headline);
        } else if (story.result().ending() instanceof RunEnding.LimitReached limit) {
            xml.element("system-out", "ended early by --" + limit.limit() + ": " + limit.detail());
        }
        xml.endLine();
    }

    /** Broken off, or not one request succeeded. */
    private static boolean isError(RunVerdict verdict) {
        return verdict.decision() == Decision.FAILED;
    }

    /** Cut short, or undecided for a reason that no finding tells. */
    private static boolean isSkipped(RunStory story, long undecidedFindings) {
        return !isError(story.verdict())
                && (story.result().ending() instanceof RunEnding.Interrupted
                        || (story.verdict().decision() == Decision.INCONCLUSIVE && undecidedFindings == 0));
    }

    private static void testCase(Markup xml, FindingView finding) {
        xml.begin("testcase", "classname", "plumbline." + finding.kind(), "name", finding.name(), "time", "0.000");
        String numbers = numbers(finding);
        switch (finding.answer()) {
            case PASS, OBSERVED -> xml.element("system-out", finding.answer().label() + ": " + finding.why() + numbers);
            case FAIL ->
                xml.element(
                        "failure",
                        finding.why() + numbers,
                        "type",
                        finding.kind(),
                        "message",
                        finding.name() + ": " + finding.why());
            case CANNOT_TELL -> xml.empty("skipped", "message", finding.answer().label() + ": " + finding.why());
        }
        xml.endLine();
    }

    private static String numbers(FindingView finding) {
        StringBuilder text = new StringBuilder();
        if (!finding.now().isEmpty()) {
            text.append("\nnow: ").append(finding.now());
        }
        if (!finding.against().isEmpty()) {
            text.append(finding.kind().equals("budget") ? "\nlimit: " : "\nbefore: ")
                    .append(finding.against());
        }
        if (!finding.effect().isEmpty()) {
            text.append(finding.kind().equals("budget") ? "\n95 % interval: " : "\nchange (95 % interval): ")
                    .append(finding.effect());
        }
        return text.toString();
    }

    private static void property(Markup xml, String name, String value) {
        xml.empty("property", "name", name, "value", value).text("\n");
    }

    private static String[] with(String[] attributes, String... more) {
        String[] all = new String[attributes.length + more.length];
        System.arraycopy(more, 0, all, 0, more.length);
        System.arraycopy(attributes, 0, all, more.length, attributes.length);
        return all;
    }
}
