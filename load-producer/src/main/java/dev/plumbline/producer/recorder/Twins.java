package dev.plumbline.producer.recorder;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Asked.Pair;
import dev.plumbline.contract.event.Asked.Role;
import dev.plumbline.contract.event.Asked.Twin;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import java.util.Optional;

/**
 * What the halves of a pair have in common until both are told: the half that is told last has the latencies of the other one, if
 * both completed. It is asked when a half is told and not when it ends, because its tokens may be counted in between.
 *
 * <p>One thread, that which tells. A half that was lost on the way leaves the other one without a twin.
 */
public final class Twins {

    private record Told(Role role, Twin latencies) {}

    private Optional<Told> first = Optional.empty();

    /** A half as it is told; the same one again is told alike. */
    RequestEvent told(RequestEvent half) {
        Optional<Role> role = half.attempt().asked().flatMap(Asked::pair).map(Pair::role);
        if (role.isEmpty() || !(half.outcome() instanceof Outcome.Completed)) {
            return half;
        }
        Told before = first.orElseGet(
                () -> new Told(role.get(), new Twin(half.ttftNanos(), half.tpotNanos(), half.e2eNanos())));
        first = Optional.of(before);
        return before.role() == role.get() ? half : with(before.latencies(), half);
    }

    private static RequestEvent with(Twin twin, RequestEvent half) {
        Attempt attempt = half.attempt();
        return new RequestEvent(
                half.origin(),
                half.series(),
                new Attempt(
                        attempt.requestId(),
                        attempt.number(),
                        attempt.retryOf(),
                        attempt.asked().map(asked -> with(twin, asked))),
                half.endEpochMillis(),
                half.stamps(),
                half.response(),
                half.outcome(),
                half.surroundings());
    }

    private static Asked with(Twin twin, Asked asked) {
        return new Asked(
                asked.ordinal(),
                asked.phase(),
                asked.turn(),
                asked.pair().map(pair -> new Pair(pair.id(), pair.role(), Optional.of(twin))),
                asked.slo(),
                asked.firstWave());
    }
}
