package dev.plumbline.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sessions from begin to end. */
final class Walk {

    private Walk() {}

    /** Where each answer is {@code answer N}, N from 1. */
    static List<Session.Turn> of(Session session) {
        List<Session.Turn> turns = new ArrayList<>();
        Optional<Session.Turn> next = session.next(Optional.empty());
        while (next.isPresent()) {
            turns.add(next.get());
            next = session.next(Optional.of("answer " + turns.size()));
        }
        return turns;
    }
}
