package dev.plumbline.producer;

import dev.plumbline.producer.phases.FirstWave;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@code GET /status} says of the phases of a load.
 *
 * @param refused why no load was offered: what was wrong with the answer to the one request before it
 * @param warmUp how the warm-up ended that goes on until the target is steady; empty for another, and until it has ended
 * @param coldWave the first requests, where they met a cold target
 * @param level of a load that is changed by hand, requests per second or at a time; empty for others
 */
record PhaseReport(
        Optional<String> refused, Optional<WarmUp> warmUp, Optional<FirstWave.Cold> coldWave, OptionalDouble level) {

    /**
     * How a warm-up ended.
     *
     * @param steady whether it was steady, or had taken as long as it may
     * @param millis how long it took
     * @param requests that were looked at
     */
    record WarmUp(boolean steady, long millis, long requests) {}
}
