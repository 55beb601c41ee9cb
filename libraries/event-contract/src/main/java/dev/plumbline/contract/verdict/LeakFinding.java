package dev.plumbline.contract.verdict;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * What of a series grows steadily, before or after it is a regression.
 *
 * @param growths at least one, the one that is the first at its limit first
 * @param sentence one line for people: {@code p50(ttft) grows 9.8 % an hour since 12:00:00Z, is at +9.3 %, reaches +15 % at 12:41:00Z}
 */
public record LeakFinding(List<Growth> growths, String sentence) {

    public LeakFinding {
        growths = List.copyOf(growths);
        Objects.requireNonNull(sentence, "sentence");
        if (growths.isEmpty()) {
            throw new IllegalArgumentException("nothing grows");
        }
    }

    /**
     * A straight line through the last blocks of time. Its numbers are relative to the baseline for {@link Quantity#TTFT} (0.1 is
     * 10 % longer), else shares of a whole, 0 to 1: of the memory of the GPU that is fullest, of the requests that ended.
     *
     * @param sinceEpochMillis when it began to grow, as far as is known
     * @param anHourRatio by how much it grows in an hour
     * @param nowRatio where the line has come to
     * @param limitRatio what it is watched for
     * @param reachesEpochMillis when the line reaches the limit; empty where it has
     */
    public record Growth(
            Quantity quantity,
            long sinceEpochMillis,
            double anHourRatio,
            double nowRatio,
            double limitRatio,
            OptionalLong reachesEpochMillis) {
        public Growth {
            Objects.requireNonNull(quantity, "quantity");
            Objects.requireNonNull(reachesEpochMillis, "reachesEpochMillis");
            if (!(anHourRatio > 0) || !Double.isFinite(anHourRatio)) {
                throw new IllegalArgumentException("a growth of " + anHourRatio + " an hour");
            }
        }
    }

    /** What is watched for growth. */
    public enum Quantity {
        /** The median time to the first token, relative to the baseline's. */
        TTFT,
        /** The used part of the memory of the GPU that is fullest. */
        GPU_MEMORY,
        /** The share of the requests that failed. */
        ERRORS,
        /** One that this version does not know. */
        OTHER;

        /** By its name; {@link #OTHER} for one that is not known. */
        @JsonCreator
        public static Quantity named(String name) {
            for (Quantity quantity : values()) {
                if (quantity.name().equals(name)) {
                    return quantity;
                }
            }
            return OTHER;
        }
    }
}
