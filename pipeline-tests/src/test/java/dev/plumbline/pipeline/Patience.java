package dev.plumbline.pipeline;

import java.time.Duration;

/**
 * How long a test of whole pipes waits for what must come. It is a bound against a hang and says nothing of speed: four
 * pipes that start at once on two slow cores have taken minutes for what takes one of them seconds.
 */
final class Patience {

    /** For each single step. */
    static final Duration LONGEST = Duration.ofMinutes(6);

    private Patience() {}
}
