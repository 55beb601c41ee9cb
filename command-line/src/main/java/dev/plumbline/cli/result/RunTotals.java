package dev.plumbline.cli.result;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Counts and sums over all measured requests of a run, healthy producer or not.
 *
 * @param offered requests that fell due
 * @param acknowledgedEvents request events that Kafka acknowledged
 * @param lostEvents request events that were lost on the way to Kafka, and named in a heartbeat
 * @param countedEvents request events that the windows hold; equal to the acknowledged ones when all is well
 * @param goodput requests that met every stated goal; empty when none was stated
 * @param cost of prompt and output tokens at the stated prices, in the currency of the prices; empty without prices
 */
public record RunTotals(
        long offered,
        long acknowledgedEvents,
        long lostEvents,
        long countedEvents,
        Optional<Goodput> goodput,
        OptionalDouble cost) {

    public RunTotals {
        Objects.requireNonNull(goodput, "goodput");
        Objects.requireNonNull(cost, "cost");
        if (offered < 0 || acknowledgedEvents < 0 || lostEvents < 0 || countedEvents < 0) {
            throw new IllegalArgumentException("negative count among " + offered + " offered, " + acknowledgedEvents
                    + " acknowledged, " + lostEvents + " lost, " + countedEvents + " counted");
        }
    }

    /**
     * How many requests were good.
     *
     * @param goals as they were stated, for example {@code ttft:200 tpot:50}, in milliseconds
     * @param good completed and met every goal; a missing metric is not good
     * @param ended all that ended, failed and dropped ones included, cancelled ones not
     */
    public record Goodput(String goals, long good, long ended) {
        public Goodput {
            Objects.requireNonNull(goals, "goals");
            if (good < 0 || ended < good) {
                throw new IllegalArgumentException(good + " good of " + ended);
            }
        }
    }
}
