package dev.plumbline.contract.verdict;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Objects;

/** What the detector says of one metric: "cannot tell" is an answer of its own, with its reason. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Verdict.Steady.class, name = "steady"),
    @JsonSubTypes.Type(value = Verdict.Regressed.class, name = "regressed"),
    @JsonSubTypes.Type(value = Verdict.Improved.class, name = "improved"),
    @JsonSubTypes.Type(value = Verdict.Inconclusive.class, name = "inconclusive")
})
public sealed interface Verdict {

    /** No evidence of a change that matters. */
    record Steady() implements Verdict {}

    /** The evidence crossed its threshold and the effect is at least the threshold effect, in the bad direction. */
    record Regressed() implements Verdict {}

    /** The same in the good direction. */
    record Improved() implements Verdict {}

    /** It cannot be told. */
    record Inconclusive(Reason reason, String detail) implements Verdict {
        public Inconclusive {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(detail, "detail");
        }
    }

    /** Why it cannot be told. */
    enum Reason {
        /** The baseline is still being learned. */
        LEARNING,
        /** Producers were sick: coverage is under 80 %. */
        LOW_COVERAGE,
        /** No events, or none of this metric. */
        NO_DATA,
        /** Too few requests to tell anything. */
        TOO_FEW_SAMPLES,
        /** The baseline is too noisy, or has no spread to read a threshold from. */
        UNSUITABLE_BASELINE,
        /** Mean output length moved by more than 5 %: other work, no comparison. */
        OUTPUT_LENGTH_CHANGED,
        /** The offered load differs from the baseline's by more than 5 %. */
        OFFERED_LOAD_CHANGED,
        /** Significant, but smaller than what counts as a regression. */
        DRIFT_BELOW_THRESHOLD,
        /** It moved together with metrics that regressed; its own evidence has not crossed its threshold yet. */
        EVIDENCE_GATHERING
    }
}
