package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes the requests of a load. Safe for any thread, each session on one at a time.
 *
 * @param idPrefix request ids are this and the ordinal of the session, separated by a hyphen; of further turns a {@code t} and
 *     the number of the turn behind them
 * @param asked what is told with each request of its place in the plan; empty for a plain load
 * @param retries when a failed request is tried again
 */
public record RequestSource(
        String idPrefix,
        Workload workload,
        Routing routing,
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
    public static RequestSource of(String idPrefix, Workload workload, Lane lane, ProducerClock clock) {
        return new RequestSource(
                idPrefix, workload, Routing.to(lane), Counting.BY_SERVER, Optional.empty(), RetryPolicy.NEVER, clock);
    }

    /** The first turn of a session. */
    Prepared first(long ordinal) {
        Session session = workload.session(ordinal);
        Lane lane = routing.lane(ordinal, session.requestClass());
        return prepared(lane, session, ordinal, 1, Optional.empty())
                .orElseThrow(() -> new IllegalStateException("session " + ordinal + " asks nothing"));
    }

    /**
     * The turn after another; empty when the session is over.
     *
     * @param answer text of the answer to that one, where it was kept
     */
    Optional<Prepared> following(Prepared before, Optional<String> answer) {
        return prepared(before.lane(), before.session(), before.ordinal(), before.turn() + 1, answer);
    }

    private Optional<Prepared> prepared(
            Lane lane, Session session, long ordinal, int turn, Optional<String> lastAnswer) {
        return session.next(lastAnswer)
                .map(next -> new Prepared(
                        lane,
                        attempt(ordinal, turn, session),
                        session,
                        ordinal,
                        turn,
                        next.thinkNanos(),
                        lane.target().protocol().body(next.ask()),
                        counting.keepsTexts() ? Optional.of(next.ask().text()) : Optional.empty(),
                        workload.readsAnswers() && !session.isOver()));
    }

    private Attempt attempt(long ordinal, int turn, Session session) {
        String first = idPrefix + '-' + ordinal;
        boolean isConversation = turn > 1 || !session.isOver();
        Optional<Asked> told = isConversation ? Optional.of(ofTurn(new Asked.Turn(first, turn))) : asked;
        return new Attempt(
                turn == 1 ? first : first + 't' + turn,
                1,
                Optional.empty(),
                workload.tellsOrdinals() ? Optional.of(ofOrdinal(told, ordinal)) : told);
    }

    private static Asked ofOrdinal(Optional<Asked> told, long ordinal) {
        return new Asked(
                OptionalLong.of(ordinal),
                told.flatMap(Asked::phase),
                told.flatMap(Asked::turn),
                told.flatMap(Asked::pair),
                told.flatMap(Asked::slo));
    }

    private Asked ofTurn(Asked.Turn turn) {
        return asked.map(told -> new Asked(told.ordinal(), told.phase(), Optional.of(turn), told.pair(), told.slo()))
                .orElseGet(() -> new Asked(
                        OptionalLong.empty(), Optional.empty(), Optional.of(turn), Optional.empty(), Optional.empty()));
    }

    RequestRecording recording(Prepared request, long dueNanos, long takenNanos) {
        return recording(request, request.attempt(), dueNanos, takenNanos);
    }

    /** The next try of a request that failed; its id is that of the first try, a dot and the number. */
    RequestRecording retry(Prepared request, Attempt last, long dueNanos, long takenNanos) {
        int number = last.number() + 1;
        Attempt next = new Attempt(
                request.attempt().requestId() + '.' + number, number, Optional.of(last.requestId()), last.asked());
        return recording(request, next, dueNanos, takenNanos);
    }

    private RequestRecording recording(Prepared request, Attempt attempt, long dueNanos, long takenNanos) {
        return new RequestRecording(
                request.lane().series(),
                attempt,
                clock,
                request.lane().target().protocol().streaming(),
                dueNanos,
                takenNanos,
                new RequestRecording.Texts(counting.choice(), request.promptToCount(), request.keepsAnswer()));
    }
}
