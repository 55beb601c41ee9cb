package dev.plumbline.producer.emission;

import dev.plumbline.producer.time.ProducerClock;
import org.jboss.logging.Logger;

/** A warning that may come often and is told at once the first time, then at most every 30 s, with a count. One thread. */
final class ThrottledWarning {

    private static final long INTERVAL_NANOS = 30_000_000_000L;

    private final Logger log;
    private final ProducerClock clock;
    private long notBeforeNanos = Long.MIN_VALUE;
    private long untold;

    ThrottledWarning(Logger log, ProducerClock clock) {
        this.log = log;
        this.clock = clock;
    }

    void warn(String line) {
        untold++;
        long now = clock.nanos();
        if (now >= notBeforeNanos) {
            log.warnf("%s%s", line, untold > 1 ? " (" + untold + " times since last told)" : "");
            notBeforeNanos = now + INTERVAL_NANOS;
            untold = 0;
        }
    }
}
