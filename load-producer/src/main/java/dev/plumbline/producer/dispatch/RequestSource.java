package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Asked;
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
 * @param asked what is told with each request of its place in the plan; empty for a plain load
 * @param retries when a failed request is tried again
 */
public record RequestSource(
        String idPrefix,
        Series series,
        Prompts prompts,
        Protocol protocol,
        Counting counting,
        Optional<Asked> asked,
        RetryPolicy retries,
        ProducerClock clock) {

    /**
     * Who counts tokens.
     *
     * @param choice whose count is taken
     * @param keepsTexts whether a tokenizer counts, so that texts are kept until it has
     */
    public record Counting(TokenChoice choice, boolean keepsTexts) {
        /** Whoever counts first, without a tokenizer. */
        public static final Counting BY_SERVER = new Counting(TokenChoice.AUTO, false);
    }

    /** A source of requests that are tried once and counted by whoever counts first. */
    public static RequestSource of(
            String idPrefix, Series series, Prompts prompts, Protocol protocol, ProducerClock clock) {
        return new RequestSource(
                idPrefix, series, prompts, protocol, Counting.BY_SERVER, Optional.empty(), RetryPolicy.NEVER, clock);
    }

    RequestRecording recording(long ordinal, long dueNanos, long takenNanos) {
        return recording(
                new Attempt(idPrefix + '-' + ordinal, 1, Optional.empty(), asked),
                dueNanos,
                takenNanos,
                counting.keepsTexts() ? Optional.of(prompts.prompt(ordinal)) : Optional.empty());
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
                series, attempt, clock, protocol.streaming(), dueNanos, takenNanos, counting.choice(), promptToCount);
    }

    byte[] bytes(long ordinal) {
        return protocol.body(prompts.prompt(ordinal));
    }
}
