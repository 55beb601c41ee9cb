package dev.plumbline.contract.verdict;

import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a comparison group is held against under given conditions. Immutable: a better one gets a new id.
 *
 * @param baselineId unique for group, conditions, kind and the windows that it was learned from
 * @param learned where it comes from
 * @param merged all its windows added up: judged distributions and counts
 * @param calibrations one for every metric that was tried, in the order of {@link JudgedMetric}
 * @param work how much work a request and a window were, to notice when other work is compared
 * @param provenance which runs it was made of and who chose it; empty where a detector learned it by itself, and in records of
 *     versions that knew no other
 */
public record BaselineRecord(
        String baselineId,
        ComparisonGroup group,
        Kind kind,
        Learned learned,
        Grade grade,
        List<String> gradeReasons,
        WindowSummary merged,
        List<Calibration> calibrations,
        WorkCalibration work,
        Optional<Provenance> provenance) {

    public BaselineRecord {
        Objects.requireNonNull(baselineId, "baselineId");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(learned, "learned");
        Objects.requireNonNull(grade, "grade");
        gradeReasons = List.copyOf(gradeReasons);
        Objects.requireNonNull(merged, "merged");
        calibrations = List.copyOf(calibrations);
        Objects.requireNonNull(work, "work");
        Objects.requireNonNull(provenance, "provenance");
        if (!learned.from().group().equals(group)) {
            throw new IllegalArgumentException("learned from another group than it is of");
        }
    }

    /** A baseline that a detector learned by itself. */
    public BaselineRecord(
            String baselineId,
            ComparisonGroup group,
            Kind kind,
            Learned learned,
            Grade grade,
            List<String> gradeReasons,
            WindowSummary merged,
            List<Calibration> calibrations,
            WorkCalibration work) {
        this(baselineId, group, kind, learned, grade, gradeReasons, merged, calibrations, work, Optional.empty());
    }

    /**
     * Key in the baselines topic: group, conditions where they are known, and kind, joined by {@code #}. Versions that knew no
     * conditions left them out, and so is what they wrote read: by what is in a record, not by its key.
     */
    public String key() {
        return comparison() + '#' + kind;
    }

    /** What it may be held against, see {@link Series#comparison}. */
    public String comparison() {
        return learned.from().comparison();
    }

    /** Digest of the conditions that it was measured under; windows of others are not held against it. */
    public Optional<String> conditions() {
        return learned.from().conditions();
    }

    /** Who chose it, and why; empty where nobody did. */
    public Optional<Decision> decision() {
        return provenance.flatMap(Provenance::decision);
    }

    /**
     * How a baseline came to be. Of several of a group the detector takes the first in this order that holds: pinned, last
     * green, learned.
     */
    public enum Kind {
        /** From the first fit windows of a group. */
        LEARNED,
        /** From the windows of a moving span; no detector makes one yet. */
        ROLLING,
        /** Chosen by a person. */
        PINNED,
        /** Made of the newest green runs when one was promoted. */
        LAST_GREEN,
        /** Of what served beside a canary; no detector makes one yet. */
        CANARY
    }

    /**
     * Where a baseline comes from that was not learned by a detector from its own windows, or not by itself.
     *
     * @param sources the runs that it was made of, oldest first; none where a detector learned it after a reset
     * @param decision who chose it, and why
     * @param supersedes id of the baseline whose place it took
     */
    public record Provenance(List<Source> sources, Optional<Decision> decision, Optional<String> supersedes) {
        public Provenance {
            sources = List.copyOf(sources);
            Objects.requireNonNull(decision, "decision");
            Objects.requireNonNull(supersedes, "supersedes");
        }
    }

    /**
     * A run, and what of it went in.
     *
     * @param fromEpochMillis start of its first window that went in
     * @param untilEpochMillis end of the last
     * @param windows how many
     */
    public record Source(String runId, long fromEpochMillis, long untilEpochMillis, long windows) {
        public Source {
            Objects.requireNonNull(runId, "runId");
            if (windows < 1 || untilEpochMillis < fromEpochMillis) {
                throw new IllegalArgumentException(
                        windows + " windows from " + fromEpochMillis + " until " + untilEpochMillis);
            }
        }
    }

    /** How far it can be trusted. */
    public enum Grade {
        A,
        B,
        C,
        /** Cannot gate: it shifted by the threshold effect or more while it was learned. */
        D
    }

    /**
     * What it was learned from.
     *
     * @param from series that it was learned from; its conditions are those of the baseline
     * @param through position of the last window record that went in; later ones are judged. Empty where it was made of stored
     *     runs
     * @param fromEpochMillis start of the first window
     * @param untilEpochMillis end of the last
     * @param windows how many
     */
    public record Learned(
            Series from,
            Optional<SourcePosition> through,
            long fromEpochMillis,
            long untilEpochMillis,
            long windowLengthMillis,
            long windows) {
        public Learned {
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(through, "through");
            if (windows < 1 || untilEpochMillis < fromEpochMillis) {
                throw new IllegalArgumentException(
                        windows + " windows from " + fromEpochMillis + " until " + untilEpochMillis);
            }
        }
    }

    /**
     * The work of the baseline, on a logarithmic scale.
     *
     * @param outputLength log of output tokens per completed request
     * @param offered log of requests offered per window
     */
    public record WorkCalibration(LogMean outputLength, LogMean offered) {
        public WorkCalibration {
            Objects.requireNonNull(outputLength, "outputLength");
            Objects.requireNonNull(offered, "offered");
        }
    }

    /**
     * Mean of a logarithm over windows.
     *
     * @param mean natural logarithm
     * @param longRunVariance variance per window at long-run scale; divided by n it is that of a mean of n windows
     * @param windows windows that had a value; with 0 the other numbers mean nothing and are 0
     */
    public record LogMean(double mean, double longRunVariance, long windows) {
        public LogMean {
            if (!Double.isFinite(mean) || !(longRunVariance >= 0 && Double.isFinite(longRunVariance)) || windows < 0) {
                throw new IllegalArgumentException(
                        "mean " + mean + ", variance " + longRunVariance + ", windows " + windows);
            }
        }
    }
}
