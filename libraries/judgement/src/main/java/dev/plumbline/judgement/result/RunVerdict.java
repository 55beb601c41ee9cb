package dev.plumbline.judgement.result;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.judgement.statistics.Ratio;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a run was judged, and why.
 *
 * @param decision what the exit code tells
 * @param headline one line for people
 * @param baselineRunId the run that it was held against, where there was one
 * @param findings budgets first, then the comparison, then the detector's alerts, then what it left open
 * @param differences of subject, and of conditions that were allowed to differ, to that baseline
 * @param series how each series of a run of several was judged, in order; then the findings are theirs, and those here are of the
 *     run as a whole. None in a run of one
 */
public record RunVerdict(
        Decision decision,
        String headline,
        Optional<String> baselineRunId,
        List<Finding> findings,
        List<Difference> differences,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SeriesVerdict> series) {

    /** That of the headlines of earlier versions, too. */
    private static final Pattern LEADING_WORD = Pattern.compile(
            "^(" + Stream.of(Word.values()).map(Word::label).collect(Collectors.joining("|")) + "|fail|broken): ",
            Pattern.CASE_INSENSITIVE);

    public RunVerdict {
        Objects.requireNonNull(decision, "decision");
        Objects.requireNonNull(headline, "headline");
        Objects.requireNonNull(baselineRunId, "baselineRunId");
        findings = List.copyOf(findings);
        differences = List.copyOf(differences);
        // A file of an earlier version has no such field.
        series = List.copyOf(Objects.requireNonNullElse(series, List.of()));
    }

    /**
     * How one series of several was judged.
     *
     * @param name as in its {@link SeriesResult}
     * @param verdict has no series of its own
     */
    public record SeriesVerdict(String name, RunVerdict verdict) {

        /** The worst first; of two that are as bad the one in which more is. */
        public static final Comparator<SeriesVerdict> WORST_FIRST = Comparator.<SeriesVerdict>comparingInt(
                        one -> one.verdict().word().rank())
                .thenComparing(Comparator.<SeriesVerdict>comparingLong(SeriesVerdict::badOrOpen)
                        .reversed());

        public SeriesVerdict {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(verdict, "verdict");
        }

        /** Findings that make it what it is. */
        private long badOrOpen() {
            Answer answer = verdict.decision() == Decision.REGRESSION ? Answer.FAIL : Answer.CANNOT_TELL;
            return verdict.findings().stream()
                    .filter(finding -> finding.answer() == answer)
                    .count();
        }
    }

    /** The word for how the run was judged. */
    public Word word() {
        return Word.of(decision, allFindings());
    }

    /** The findings of every series, and those of the run as a whole. */
    public List<Finding> allFindings() {
        return Stream.concat(findings.stream(), series.stream().flatMap(one -> one.verdict().allFindings().stream()))
                .toList();
    }

    /** Of several series the one that makes the run what it is; empty where none is bad or open, and in a run of one. */
    public Optional<SeriesVerdict> worst() {
        return series.stream().filter(one -> one.verdict().word().isBadOrOpen()).min(SeriesVerdict.WORST_FIRST);
    }

    /** How a series was judged, by its name; this verdict itself where there is one series only. */
    public RunVerdict of(SeriesResult one) {
        return series.stream()
                .filter(judged -> judged.name().equals(one.name()))
                .findFirst()
                .map(SeriesVerdict::verdict)
                .orElse(this);
    }

    /** The headline without the word in front of it, for surfaces on which the word stands already. */
    public String reason() {
        return LEADING_WORD.matcher(headline).replaceFirst("");
    }

    /** The same with another headline. */
    public RunVerdict withHeadline(String other) {
        return new RunVerdict(decision, other, baselineRunId, findings, differences, series);
    }

    /** How a run of one series was judged. */
    public RunVerdict(
            Decision decision,
            String headline,
            Optional<String> baselineRunId,
            List<Finding> findings,
            List<Difference> differences) {
        this(decision, headline, baselineRunId, findings, differences, List.of());
    }

    /** A verdict without differences to report. */
    public RunVerdict(Decision decision, String headline, Optional<String> baselineRunId, List<Finding> findings) {
        this(decision, headline, baselineRunId, findings, List.of());
    }

    /**
     * How a run was judged, in the words of every surface: the terminal, the list of runs, the page of a run, and all documents.
     * Finer than the decision, which says what the exit code is.
     */
    public enum Word {
        PASS("pass"),
        /** Worse than a baseline, or than before in the same run. */
        REGRESSION("regression"),
        /** A stated limit is broken, and nothing got worse as far as is known. */
        OVER_BUDGET("over budget"),
        CANNOT_TELL("cannot tell"),
        NOT_JUDGED("not judged"),
        /** The run broke off, or nothing succeeded. */
        FAILED("failed");

        private final String label;

        Word(String label) {
            this.label = label;
        }

        /** In lower case. */
        public String label() {
            return label;
        }

        /** The lower the worse, among series of a run. */
        public int rank() {
            return switch (this) {
                case FAILED -> 0;
                case REGRESSION -> 1;
                case OVER_BUDGET -> 2;
                case CANNOT_TELL -> 3;
                case NOT_JUDGED -> 4;
                case PASS -> 5;
            };
        }

        /** Whether there is something to look at. */
        public boolean isBadOrOpen() {
            return rank() < NOT_JUDGED.rank();
        }

        /** The word for a decision that rests on these findings. */
        public static Word of(Decision decision, List<Finding> findings) {
            return switch (decision) {
                case PASS -> PASS;
                case REGRESSION -> isOverBudgetOnly(findings) ? OVER_BUDGET : REGRESSION;
                case INCONCLUSIVE -> CANNOT_TELL;
                case NOT_JUDGED -> NOT_JUDGED;
                case FAILED -> FAILED;
            };
        }

        private static boolean isOverBudgetOnly(List<Finding> findings) {
            List<Finding> failed = findings.stream()
                    .filter(finding -> finding.answer() == Answer.FAIL)
                    .toList();
            return !failed.isEmpty() && failed.stream().allMatch(BudgetFinding.class::isInstance);
        }
    }

    /** Something of the environment that is not as it was; {@code unknown} where a run does not say. */
    public record Difference(String key, String now, String before) {
        public Difference {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(now, "now");
            Objects.requireNonNull(before, "before");
        }
    }

    /** One answer, with what it rests on. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = BudgetFinding.class, name = "budget"),
        @JsonSubTypes.Type(value = ComparisonFinding.class, name = "comparison"),
        @JsonSubTypes.Type(value = AlertFinding.class, name = "alert"),
        @JsonSubTypes.Type(value = IncidentFinding.class, name = "incident"),
        @JsonSubTypes.Type(value = SampleRatioFinding.class, name = "sampleRatio"),
        @JsonSubTypes.Type(value = ValuesFinding.class, name = "values")
    })
    public sealed interface Finding {
        /** Whether it makes the run pass, fail or undecided. */
        Answer answer();
    }

    /** The answer of a finding, in the words of every surface. */
    public enum Answer {
        PASS("pass"),
        FAIL("fail"),
        /** It cannot be told; the finding says what would make it conclusive. */
        CANNOT_TELL("cannot tell"),
        /** Reported only: it does not gate. */
        OBSERVED("observed");

        private final String label;

        Answer(String label) {
            this.label = label;
        }

        /** In lower case. */
        public String label() {
            return label;
        }
    }

    /**
     * A stated limit on a number of the run.
     *
     * @param budget as it was stated, for example {@code p95(ttft)<500ms}
     * @param value the run's number in the unit of the limit; empty when there is none
     * @param low lower end of its 95 % interval
     * @param high upper end
     * @param unit of the numbers, as in the budget: ms, s, %, tok/s, req/s, or empty
     * @param why one line: how far, or what is missing
     */
    public record BudgetFinding(
            Answer answer,
            String budget,
            double limit,
            OptionalDouble value,
            OptionalDouble low,
            OptionalDouble high,
            String unit,
            String why)
            implements Finding {}

    /**
     * A metric of this run against the baseline's.
     *
     * @param now in nanoseconds for latencies, per second for rates, a share for the error rate; empty when there is none
     * @param before the baseline's
     * @param ratio now / before with its 95 % interval; empty where a ratio means nothing
     * @param why one line
     */
    public record ComparisonFinding(
            Answer answer,
            JudgedMetric metric,
            Change change,
            OptionalDouble now,
            OptionalDouble before,
            Optional<Ratio> ratio,
            String why)
            implements Finding {}

    /**
     * A quantile of values that somebody brought, against the same of earlier ones.
     *
     * @param name for people, {@code p50(build_time)}
     * @param unit of the numbers: {@code ns} for durations, else as it was stated; empty where nothing was
     * @param now empty when there is none
     * @param before that of the earlier ones
     * @param ratio now / before with its 95 % interval; empty where a ratio means nothing
     * @param why one line
     */
    public record ValuesFinding(
            Answer answer,
            String name,
            String unit,
            Change change,
            OptionalDouble now,
            OptionalDouble before,
            Optional<Ratio> ratio,
            String why)
            implements Finding {}

    /** What a comparison says of a metric. */
    public enum Change {
        STEADY,
        REGRESSED,
        IMPROVED,
        UNKNOWN
    }

    /** An alert that the detector raised during the run: a regression within the run, or against a learned baseline. */
    public record AlertFinding(Answer answer, AlertRecord alert, boolean resolved) implements Finding {}

    /**
     * Whether a canary got the share of the load that was asked for: where it did not, whom it served is not like whom it is held
     * against, and nothing else that is said of it means anything.
     *
     * @param asked its share, 0 to 1
     * @param canary requests that fell due on it
     * @param beside those on what it is held against
     * @param why one line
     */
    public record SampleRatioFinding(Answer answer, double asked, long canary, long beside, String why)
            implements Finding {

        public SampleRatioFinding {
            Objects.requireNonNull(answer, "answer");
            Objects.requireNonNull(why, "why");
            if (!(asked > 0 && asked < 1) || canary < 0 || beside < 0) {
                throw new IllegalArgumentException(
                        "share " + asked + " asked, " + canary + " on the canary, " + beside + " beside it");
            }
        }
    }

    /** An incident that was open before the run began and stayed so: no alert of the run tells of it. */
    public record IncidentFinding(Answer answer, OpenIncident incident) implements Finding {

        public IncidentFinding {
            Objects.requireNonNull(answer, "answer");
            Objects.requireNonNull(incident, "incident");
        }

        /** The metrics that belong to it, or its id where it names none. */
        public String name() {
            return incident.members().isEmpty()
                    ? incident.alertId()
                    : incident.members().stream().map(JudgedMetric::displayName).collect(Collectors.joining(", "));
        }

        /** One line, with since when. */
        public String why() {
            return "open since "
                    + Instant.ofEpochMilli(incident.sinceEpochMillis()).truncatedTo(ChronoUnit.SECONDS)
                    + ", before this run began, and not resolved in it";
        }
    }
}
