package dev.plumbline.judgement.result;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What of a trace a load was. Shares are empty where nobody counted.
 *
 * @param rows of the trace
 * @param sent of them
 * @param strangers requests that were none of them
 * @param late sent more than 50 ms after they were due
 * @param lagP50Nanos from due to sent, of the rows that were sent; empty where none was
 * @param lagP99Nanos the same
 * @param lagMaxNanos the same
 * @param promptShare prompt tokens as counted, over those of the trace
 * @param outputShare output tokens as counted, over those of the trace
 * @param sameOutputShare answers that were exactly as long as in the trace
 * @param structureShare what a prefix cache without bound finds of what was sent, over what it finds of the trace
 * @param expectedHitShare what it finds of the prompts whose cached tokens were told
 * @param realisedHitShare what the server found of these
 * @param invalid why the load was not the trace; empty when it was
 */
public record Replayed(
        long rows,
        long sent,
        long strangers,
        long late,
        OptionalLong lagP50Nanos,
        OptionalLong lagP99Nanos,
        OptionalLong lagMaxNanos,
        OptionalDouble promptShare,
        OptionalDouble outputShare,
        OptionalDouble sameOutputShare,
        OptionalDouble structureShare,
        OptionalDouble expectedHitShare,
        OptionalDouble realisedHitShare,
        Optional<String> invalid) {
    public Replayed {
        Objects.requireNonNull(lagP50Nanos, "lagP50Nanos");
        Objects.requireNonNull(lagP99Nanos, "lagP99Nanos");
        Objects.requireNonNull(lagMaxNanos, "lagMaxNanos");
        Objects.requireNonNull(promptShare, "promptShare");
        Objects.requireNonNull(outputShare, "outputShare");
        Objects.requireNonNull(sameOutputShare, "sameOutputShare");
        Objects.requireNonNull(structureShare, "structureShare");
        Objects.requireNonNull(expectedHitShare, "expectedHitShare");
        Objects.requireNonNull(realisedHitShare, "realisedHitShare");
        Objects.requireNonNull(invalid, "invalid");
        if (rows < 1 || sent < 0 || sent > rows || strangers < 0 || late < 0) {
            throw new IllegalArgumentException(
                    sent + " of " + rows + " rows sent, " + late + " late, " + strangers + " strangers");
        }
    }
}
