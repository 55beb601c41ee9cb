package dev.plumbline.contract.verdict;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a verdict rests on.
 *
 * @param score accumulated evidence, natural-log units
 * @param threshold the score at which it is enough
 * @param noiseFactor 0 to 1: how much each window's evidence was discounted for correlated noise of the baseline
 * @param changePointEpochMillis start of the episode: the end of the last window with score 0; empty while it is 0
 * @param windows windows in the episode
 * @param samples requests in the episode that have this metric
 */
public record Evidence(
        double score,
        double threshold,
        double noiseFactor,
        OptionalLong changePointEpochMillis,
        long windows,
        long samples) {

    public Evidence {
        Objects.requireNonNull(changePointEpochMillis, "changePointEpochMillis");
    }
}
