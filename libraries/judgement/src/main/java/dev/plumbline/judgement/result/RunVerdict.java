package dev.plumbline.judgement.result;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.SeriesSnapshot.OpenIncident;
import dev.plumbline.judgement.statistics.Ratio;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * How a run was judged, and why.
 *
 * @param decision what the exit code tells
 * @param headline one line for people
 * @param baselineRunId the run that it was held against, where there was one
 * @param findings budgets first, then the comparison, then the detector's alerts, then what it left open
 * @param differences of subject, and of conditions that were allowed to differ, to that baseline
 */
public record RunVerdict(
        Decision decision,
        String headline,
        Optional<String> baselineRunId,
        List<Finding> findings,
        List<Difference> differences) {

    public RunVerdict {
        Objects.requireNonNull(decision, "decision");
        Objects.requireNonNull(headline, "headline");
        Objects.requireNonNull(baselineRunId, "baselineRunId");
        findings = List.copyOf(findings);
        differences = List.copyOf(differences);
    }

    /** A verdict without differences to report. */
    public RunVerdict(Decision decision, String headline, Optional<String> baselineRunId, List<Finding> findings) {
        this(decision, headline, baselineRunId, findings, List.of());
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
        @JsonSubTypes.Type(value = IncidentFinding.class, name = "incident")
    })
    public sealed interface Finding {
        /** Whether it makes the run pass, fail or undecided. */
        Answer answer();
    }

    /** The answer of a finding. */
    public enum Answer {
        PASS,
        FAIL,
        /** It cannot be told; the finding says what would make it conclusive. */
        CANNOT_TELL,
        /** Reported only: it does not gate. */
        OBSERVED
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

    /** What a comparison says of a metric. */
    public enum Change {
        STEADY,
        REGRESSED,
        IMPROVED,
        UNKNOWN
    }

    /** An alert that the detector raised during the run: a regression within the run, or against a learned baseline. */
    public record AlertFinding(Answer answer, AlertRecord alert, boolean resolved) implements Finding {}

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
