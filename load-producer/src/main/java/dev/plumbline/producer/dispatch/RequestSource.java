package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.workload.Prompts;
import dev.plumbline.protocol.Protocol;

/**
 * Makes the n-th request of a run.
 *
 * @param idPrefix request ids are this and the ordinal, separated by a hyphen
 */
public record RequestSource(String idPrefix, Series series, Prompts prompts, Protocol protocol, ProducerClock clock) {

    RequestRecording recording(long ordinal, long dueNanos, long takenNanos) {
        return new RequestRecording(
                series, Attempt.first(idPrefix + '-' + ordinal), clock, protocol.streaming(), dueNanos, takenNanos);
    }

    byte[] bytes(long ordinal) {
        return protocol.body(prompts.prompt(ordinal));
    }
}
