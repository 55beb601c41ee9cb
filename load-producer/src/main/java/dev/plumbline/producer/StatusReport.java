package dev.plumbline.producer;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.plumbline.contract.event.FailureKind;
import java.util.Map;

/**
 * What {@code GET /status} answers. Counts are requests since the measured load began.
 *
 * @param epoch of this start, see the contract's origin
 * @param due fell due
 * @param sent were written to a connection
 * @param failed by kind; kinds without any are left out
 * @param acknowledged events that Kafka acknowledged
 * @param lost events that never got to Kafka
 * @param queued requests and markers that wait for the sender
 * @param selfWarmupRequests requests that warmed the producer's own path
 * @param targetWarmupRequests requests to the target before the measured ones
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
        long acknowledged,
        long lost,
        long queued,
        long selfWarmupRequests,
        long targetWarmupRequests) {}
