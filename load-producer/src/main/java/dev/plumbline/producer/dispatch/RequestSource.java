package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.workload.Prompts;
import dev.plumbline.protocol.Protocol;
import java.util.Optional;

/**
 * Makes the n-th request of a run.
 *
 * @param idPrefix request ids are this and the ordinal, separated by a hyphen
 * @param tokenChoice whose count of tokens is taken
 * @param keepsTexts whether a tokenizer counts, so that texts are kept until it has
 * @param retries when a failed request is tried again
 */
public record RequestSource(
        String idPrefix,
        Series series,
        Prompts prompts,
        Protocol protocol,
        TokenChoice tokenChoice,
        boolean keepsTexts,
        RetryPolicy retries,
        ProducerClock clock) {

    /** A source of requests that are tried once and counted by whoever counts first. */
    public static RequestSource of(
            String idPrefix, Series series, Prompts prompts, Protocol protocol, ProducerClock clock) {
        return new RequestSource(
                idPrefix, series, prompts, protocol, TokenChoice.AUTO, false, RetryPolicy.NEVER, clock);
    }

    RequestRecording recording(long ordinal, long dueNanos, long takenNanos) {
        return recording(
                Attempt.first(idPrefix + '-' + ordinal),
                dueNanos,
                takenNanos,
                keepsTexts ? Optional.of(prompts.prompt(ordinal)) : Optional.empty());
    }

    /** The next try of a request that failed; its id is that of the first try, a dot and the number. */
    RequestRecording retry(RequestRecording failed, long dueNanos, long takenNanos) {
        Attempt last = failed.attempt();
        int number = last.number() + 1;
        String first = last.number() == 1
                ? last.requestId()
                : last.requestId().substring(0, last.requestId().lastIndexOf('.'));
        return recording(
                new Attempt(first + '.' + number, number, Optional.of(last.requestId()), last.asked()),
                dueNanos,
                takenNanos,
                failed.promptToCount());
    }

    private RequestRecording recording(
            Attempt attempt, long dueNanos, long takenNanos, Optional<String> promptToCount) {
        return new RequestRecording(
                series, attempt, clock, protocol.streaming(), dueNanos, takenNanos, tokenChoice, promptToCount);
    }

    byte[] bytes(long ordinal) {
        return protocol.body(prompts.prompt(ordinal));
    }
}
