package dev.plumbline.contract.verdict;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.Objects;

/**
 * What a comparison group is held against. Immutable: a better one gets a new id.
 *
 * @param baselineId unique for group, kind and the windows that it was learned from
 * @param learned where it comes from
 * @param merged all its windows added up: judged distributions and counts
 * @param calibrations one for every metric that was tried, in the order of {@link JudgedMetric}
 * @param work how much work a request and a window were, to notice when other work is compared
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
        WorkCalibration work) {

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
    }

    /** Key in the baselines topic: group and kind. */
    public String key() {
        return group.key() + '#' + kind;
    }

    /** How a baseline came to be. */
    public enum Kind {
        /** From the first fit windows of a group. */
        LEARNED,
        /** From the windows of a moving span. */
        ROLLING,
        /** Chosen by a person. */
        PINNED
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
     * @param through position of the last window record that went in; later ones are judged
     * @param fromEpochMillis start of the first window
     * @param untilEpochMillis end of the last
     * @param windows how many
     */
    public record Learned(
            Series from,
            SourcePosition through,
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
