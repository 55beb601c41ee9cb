package dev.plumbline.producer.dispatch;

import java.util.List;

/**
 * What is sent at one moment: the turn of a session, the same turn to both halves of a pair, or the turns of sessions that are asked at
 * once.
 *
 * @param requests one or more; of each pair the base and then the candidate
 */
record Volley(List<Prepared> requests) {

    Volley {
        requests = List.copyOf(requests);
        if (requests.isEmpty()) {
            throw new IllegalArgumentException("no request");
        }
    }

    /** Those in the order in which they are written: whoever is second waits for the first, so they take turns. */
    List<Prepared> inOrder(boolean isReversed) {
        return isReversed ? requests.reversed() : requests;
    }

    /** How many of them go to the target of a lane. */
    long countOf(Lane lane) {
        return requests.stream()
                .filter(request -> request.lane().variant().equals(lane.variant()))
                .count();
    }

    /** How long after the answers before it is due; of first turns 0. */
    long thinkNanos() {
        return requests.stream().mapToLong(Prepared::thinkNanos).max().orElse(0);
    }

    /** What is kept of it until it is sent. */
    long bytes() {
        return requests.stream().mapToLong(request -> request.body().length).sum();
    }
}
