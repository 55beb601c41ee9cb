package dev.plumbline.producer.dispatch;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who is asked in one session: one lane, or the two halves of a pair, which are asked the same at the same time.
 *
 * @param base the only one, or what the candidate is held against
 * @param candidate of another variant than the base; empty where there is no pair
 */
public record Route(Lane base, Optional<Lane> candidate) {
    public Route {
        Objects.requireNonNull(base, "base");
        Objects.requireNonNull(candidate, "candidate");
        if (candidate.filter(other -> other.variant().equals(base.variant())).isPresent()) {
            throw new IllegalArgumentException("both halves of a pair are " + base.variant());
        }
    }

    /** One lane. */
    public static Route to(Lane lane) {
        return new Route(lane, Optional.empty());
    }

    /** Both halves. */
    public static Route ofPair(Lane base, Lane candidate) {
        return new Route(base, Optional.of(candidate));
    }

    /** All of them, the base first. */
    List<Lane> lanes() {
        return Stream.concat(Stream.of(base), candidate.stream()).toList();
    }
}
