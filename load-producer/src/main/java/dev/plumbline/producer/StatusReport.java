package dev.plumbline.producer;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.producer.limits.SpendGuard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@code GET /status} answers. Counts are requests since the measured load began.
 *
 * @param epoch of this start, or of when the clock was set last; see the contract's origin
 * @param due fell due
 * @param sent were written to a connection
 * @param failed by kind; kinds without any are left out
 * @param ownLimits requests that could not be made for want of something on this machine, by what, warm-ups included
 * @param acknowledged events that Kafka acknowledged
 * @param lost events that never got to Kafka
 * @param queued requests and markers that wait for the sender
 * @param selfWarmupRequests requests that warmed the producer's own path
 * @param unmeasuredRequests requests to the target that are over and were not measured: before those that were, and beside the last
 * @param measuredFromEpochMillis when what falls due begins to be measured; empty until load is offered
 * @param measuredUntilEpochMillis until when it was measured, whether anything was due or not; empty while it is
 * @param breakerOpenSinceEpochMillis since when every target is left alone because it fails; empty while one is not
 * @param toldToEnd whether the load was ended from outside before it was over; its own limits are none of that
 * @param limitReached the limit that ended the load; empty while none has
 * @param spent all that was sent, warm-ups of the target included
 * @param lanes the same of each series that is driven; those of the target first, and the first of them is also said above
 * @param pairs of requests to both targets that are over
 * @param phases how the load began and where it is
 */
@JsonPropertyOrder(alphabetic = false)
record StatusReport(
        ProducerState state,
        String producerId,
        long epoch,
        String group,
        String variant,
        long due,
        long sent,
        long inFlight,
        long completed,
        Map<FailureKind, Long> failed,
        long dropped,
        long cancelled,
        Map<OwnLimit, Long> ownLimits,
        long acknowledged,
        long lost,
        long queued,
        long selfWarmupRequests,
        long unmeasuredRequests,
        OptionalLong measuredFromEpochMillis,
        OptionalLong measuredUntilEpochMillis,
        OptionalLong breakerOpenSinceEpochMillis,
        boolean toldToEnd,
        Optional<SpendGuard.Limit> limitReached,
        SpendGuard.Spent spent,
        List<OfLane> lanes,
        Pairs pairs,
        PhaseReport phases) {

    /**
     * What became of the requests of one series.
     *
     * @param group its key
     * @param breakerOpenSinceEpochMillis since when its target is left alone because it fails; empty while it is not
     */
    @JsonPropertyOrder(alphabetic = false)
    record OfLane(
            String group,
            String variant,
            long due,
            long sent,
            long inFlight,
            long completed,
            Map<FailureKind, Long> failed,
            long dropped,
            long cancelled,
            OptionalLong breakerOpenSinceEpochMillis) {}

    /**
     * Pairs that are over.
     *
     * @param whole both halves of which were answered, so that they compare
     * @param broken the others
     */
    record Pairs(long whole, long broken) {}
}
