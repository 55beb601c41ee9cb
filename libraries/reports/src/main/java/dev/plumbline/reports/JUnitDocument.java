package dev.plumbline.reports;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code junit.xml}: a test case for the run itself and one for each finding; in a run of several series a suite for each with the
 * same. "Cannot tell" is a skipped test with its
 * reason, because it is neither green nor red; a run that broke is an error. A build is stopped by the exit code, not by
 * this file, which only shows what happened.
 */
final class JUnitDocument {

    /** Of what has no duration of its own. */
    private static final String NO_TIME = "0.000";

    private JUnitDocument() {}

    static byte[] of(RunStory story) {
        RunIdentity identity = story.result().identity();
        ComparisonGroup group = identity.series().group();
        String suite = "plumb run " + group.target() + " " + group.model() + " " + group.scenario() + " "
                + group.loadPoint().key();
        List<Suite> suites = new ArrayList<>();
        suites.add(new Suite(suite, "", "the run ended as planned", story));
        story.series()
                .forEach(one -> suites.add(new Suite(
                        suite + ", " + one.name(), one.name(), one.name() + ": it was measured", one.story())));
        Markup xml = new Markup().ours("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        Counts all = suites.stream().map(Suite::counts).reduce(Counts.NONE, Counts::plus);
        xml.begin("testsuites", with(all.attributes(time(story)), "name", suite))
                .text("\n");
        suites.forEach(one -> write(xml, one));
        return xml.endLine().toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A verdict on files: a suite, or one for each series, with a case per finding and one that stands for the files. */
    static byte[] of(Judgement judgement) {
        String suite = "plumb judge " + String.join(" ", judgement.candidate()) + " against "
                + String.join(" ", judgement.baseline());
        Map<String, RunVerdict> suites = new LinkedHashMap<>();
        suites.put("", judgement.verdict());
        judgement.verdict().series().forEach(one -> suites.put(one.name(), one.verdict()));
        Markup xml = new Markup().ours("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        Counts all = suites.values().stream().map(JUnitDocument::counts).reduce(Counts.NONE, Counts::plus);
        xml.begin("testsuites", with(all.attributes(NO_TIME), "name", suite)).text("\n");
        suites.forEach((name, verdict) -> {
            String title = name.isEmpty() ? suite : suite + ", " + name;
            xml.begin("testsuite", with(counts(verdict).attributes(NO_TIME), "name", title))
                    .text("\n");
            xml.begin("properties").text("\n");
            property(xml, "decision", verdict.decision().name());
            property(xml, "word", verdict.word().label());
            property(xml, "headline", verdict.headline());
            xml.endLine();
            xml.begin("testcase", "classname", "plumbline.judge", "name", "the files can be judged", "time", NO_TIME);
            if (isError(verdict)) {
                xml.empty("error", "type", "infrastructure", "message", verdict.headline());
            } else if (isUndecidedAtAll(verdict)) {
                xml.empty("skipped", "message", verdict.headline());
            }
            xml.endLine();
            verdict.findings().stream()
                    .map(FindingView::of)
                    .forEach(finding ->
                            testCase(xml, finding, name.isEmpty() ? finding.name() : name + ": " + finding.name()));
            xml.endLine();
        });
        return xml.endLine().toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Counts counts(RunVerdict verdict) {
        return new Counts(
                verdict.findings().size() + 1L,
                number(verdict, Answer.FAIL),
                isError(verdict) ? 1 : 0,
                number(verdict, Answer.CANNOT_TELL) + (!isError(verdict) && isUndecidedAtAll(verdict) ? 1 : 0));
    }

    private static long number(RunVerdict verdict, Answer answer) {
        return verdict.findings().stream()
                .filter(finding -> finding.answer() == answer)
                .count();
    }

    /** Undecided, and no finding says why. */
    private static boolean isUndecidedAtAll(RunVerdict verdict) {
        return verdict.decision() == Decision.INCONCLUSIVE
                && number(verdict, Answer.CANNOT_TELL) == 0
                && isUndecidedByItself(verdict);
    }

    /**
     * The run, or one of its series.
     *
     * @param series its name; empty for the run
     * @param itself name of the case that stands for it
     */
    private record Suite(String name, String series, String itself, RunStory story) {

        List<FindingView> findings() {
            return story.verdict().findings().stream().map(FindingView::of).toList();
        }

        long undecided() {
            return findings().stream()
                    .filter(finding -> switch (finding.answer()) {
                        case CANNOT_TELL -> true;
                        case PASS, FAIL, OBSERVED -> false;
                    })
                    .count();
        }

        Counts counts() {
            long failures = findings().stream()
                    .filter(finding -> switch (finding.answer()) {
                        case FAIL -> true;
                        case PASS, CANNOT_TELL, OBSERVED -> false;
                    })
                    .count();
            return new Counts(
                    findings().size() + 1L,
                    failures,
                    isError(story.verdict()) ? 1 : 0,
                    undecided() + (isSkipped(story, undecided()) ? 1 : 0));
        }

        /** Of a series: what it is about, once. */
        String caseName(FindingView finding) {
            return series.isEmpty() || finding.name().startsWith(series + ":")
                    ? finding.name()
                    : series + ": " + finding.name();
        }
    }

    private record Counts(long tests, long failures, long errors, long skipped) {

        static final Counts NONE = new Counts(0, 0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(
                    tests + other.tests, failures + other.failures, errors + other.errors, skipped + other.skipped);
        }

        String[] attributes(String time) {
            return new String[] {
                "tests", Long.toString(tests),
                "failures", Long.toString(failures),
                "errors", Long.toString(errors),
                "skipped", Long.toString(skipped),
                "time", time
            };
        }
    }

    private static String time(RunStory story) {
        return String.format(Locale.ROOT, "%.3f", story.result().identity().durationSeconds());
    }

    private static void write(Markup xml, Suite suite) {
        RunStory story = suite.story();
        RunIdentity identity = story.result().identity();
        xml.begin(
                        "testsuite",
                        with(
                                suite.counts().attributes(time(story)),
                                "name",
                                suite.name(),
                                "timestamp",
                                Instant.ofEpochMilli(identity.startEpochMillis())
                                        .toString()))
                .text("\n");
        xml.begin("properties").text("\n");
        property(xml, "runId", identity.runId());
        if (!suite.series().isEmpty()) {
            property(xml, "series", suite.series());
        }
        property(xml, "decision", story.verdict().decision().name());
        property(xml, "word", story.verdict().word().label());
        property(xml, "headline", story.verdict().headline());
        story.verdict().baselineRunId().ifPresent(id -> property(xml, "baselineRunId", id));
        xml.endLine();
        run(xml, suite);
        suite.findings().forEach(finding -> testCase(xml, finding, suite.caseName(finding)));
        xml.endLine();
    }

    /** The time of the run is the time of this case; the findings rest on the same time and have none of their own. */
    private static void run(Markup xml, Suite suite) {
        RunStory story = suite.story();
        xml.begin("testcase", "classname", "plumbline.run", "name", suite.itself(), "time", time(story));
        String headline = story.verdict().headline();
        if (isError(story.verdict())) {
            String why = story.result().ending() instanceof RunEnding.Broken broken ? broken.detail() : headline;
            xml.empty("error", "type", "infrastructure", "message", why);
        } else if (isSkipped(story, suite.undecided())) {
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
                        || (story.verdict().decision() == Decision.INCONCLUSIVE
                                && undecidedFindings == 0
                                && isUndecidedByItself(story.verdict())));
    }

    /** Not because of a series, which says so itself. */
    private static boolean isUndecidedByItself(RunVerdict verdict) {
        return verdict.series().stream().noneMatch(one -> one.verdict().decision() == Decision.INCONCLUSIVE);
    }

    private static void testCase(Markup xml, FindingView finding, String name) {
        xml.begin(
                "testcase",
                "classname",
                "plumbline." + finding.kind().replace(' ', '-'),
                "name",
                name,
                "time",
                NO_TIME);
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
                        name + ": " + finding.why());
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
