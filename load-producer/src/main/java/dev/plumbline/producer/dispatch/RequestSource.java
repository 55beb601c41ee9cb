package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Asked.Role;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.producer.dispatch.Prepared.Half;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.recorder.Twins;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.Ask;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * Makes the requests of a load. Safe for any thread, each session on one at a time.
 *
 * <p>A workload may ask several sessions at once: they fall due as one, each with a request of its own.
 *
 * @param idPrefix request ids are this and the ordinal of the session, separated by a hyphen; of a candidate a
 *     {@code c} and of further turns a {@code t} and the number of the turn behind them
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

    /** First turns that fall due together: of one session, of a pair both halves, or of as many as the workload asks at once. */
    Volley first(long ordinal) {
        int atOnce = workload.atOnce();
        return atOnce == 1
                ? new Volley(ofSession(ordinal))
                : new Volley(LongStream.range(ordinal * atOnce, (ordinal + 1) * atOnce)
                        .boxed()
                        .flatMap(each -> ofSession(each).stream())
                        .toList());
    }

    private List<Prepared> ofSession(long ordinal) {
        Session session = workload.session(ordinal);
        Route route = routing.route(ordinal, session);
        if (route.candidate().isEmpty()) {
            return List.of(first(route.base(), session, ordinal, Optional.empty()));
        }
        Optional<Twins> twins = Optional.of(new Twins());
        // A session of its own for each: they hear different answers.
        Session other = workload.session(ordinal);
        return List.of(
                first(route.base(), session, ordinal, Optional.of(new Half(Role.BASE, twins))),
                first(route.candidate().get(), other, ordinal, Optional.of(new Half(Role.CANDIDATE, twins))));
    }

    private Prepared first(Lane lane, Session session, long ordinal, Optional<Half> half) {
        return prepared(lane, session, ordinal, 1, Optional.empty(), half)
                .orElseThrow(() -> new IllegalStateException("session " + ordinal + " asks nothing"));
    }

    /**
     * A request that was answered.
     *
     * @param answer its text, where it was kept
     */
    record Answered(Prepared request, Optional<String> answer) {}

    /**
     * The turn after others that fell due together; empty when all their sessions are over. The half of a pair goes on alone where
     * the other one does not.
     */
    Optional<Volley> following(List<Answered> answered) {
        Optional<Twins> twins = answered.size() > 1 ? Optional.of(new Twins()) : Optional.empty();
        List<Prepared> requests = answered.stream()
                .flatMap(each -> following(each, twins).stream())
                .toList();
        return requests.isEmpty() ? Optional.empty() : Optional.of(new Volley(requests));
    }

    private Optional<Prepared> following(Answered answered, Optional<Twins> twins) {
        Prepared before = answered.request();
        return prepared(
                before.lane(),
                before.session(),
                before.ordinal(),
                before.turn() + 1,
                answered.answer(),
                before.half().map(half -> new Half(half.role(), twins)));
    }

    private Optional<Prepared> prepared(
            Lane lane, Session session, long ordinal, int turn, Optional<String> lastAnswer, Optional<Half> half) {
        return session.next(lastAnswer).map(next -> {
            int choices = lane.target().protocol().choices(next.ask());
            return new Prepared(
                    lane,
                    attempt(ordinal, turn, session, half),
                    session,
                    ordinal,
                    turn,
                    next.thinkNanos(),
                    lane.target().protocol().body(inTheNameOf(session, lane, next.ask())),
                    counting.keepsTexts() ? Optional.of(next.ask().text()) : Optional.empty(),
                    workload.readsAnswers() && !session.isOver(),
                    SpendGuard.Worst.of(
                            session.requestClass().name(),
                            next.ask().text(),
                            (long) choices * next.ask().maxTokens()),
                    choices,
                    half);
        });
    }

    /** Where the API has a field for who asks. */
    private static Ask inTheNameOf(Session session, Lane lane, Ask ask) {
        return session.tenant()
                .map(tenant -> ask.with(lane.target().protocol().endpointType().user(tenant)))
                .orElse(ask);
    }

    private Attempt attempt(long ordinal, int turn, Session session, Optional<Half> half) {
        String ofTurn = turn == 1 ? "" : "t" + turn;
        String base = idPrefix + '-' + ordinal;
        String first = half.filter(known -> known.role() == Role.CANDIDATE).isPresent() ? base + 'c' : base;
        boolean isConversation = turn > 1 || !session.isOver();
        Optional<Asked.Turn> place = isConversation ? Optional.of(new Asked.Turn(first, turn)) : Optional.empty();
        Optional<Asked.Pair> pair = half.filter(known -> known.twins().isPresent())
                .map(known -> new Asked.Pair(base + ofTurn, known.role(), Optional.empty()));
        return new Attempt(
                first + ofTurn,
                1,
                Optional.empty(),
                place.isEmpty() && pair.isEmpty() && !workload.tellsOrdinals()
                        ? asked
                        : Optional.of(asked(ordinal, place, pair)));
    }

    private Asked asked(long ordinal, Optional<Asked.Turn> turn, Optional<Asked.Pair> pair) {
        return new Asked(
                pair.isPresent() || workload.tellsOrdinals()
                        ? OptionalLong.of(ordinal)
                        : asked.map(Asked::ordinal).orElseGet(OptionalLong::empty),
                asked.flatMap(Asked::phase),
                turn,
                pair,
                asked.flatMap(Asked::slo));
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
                new RequestRecording.Texts(counting.choice(), request.promptToCount(), request.keepsAnswer()),
                request.half().flatMap(Half::twins),
                request.choices());
    }
}
