package dev.plumbline.cli.stack;

import dev.plumbline.judgement.result.Outage;
import java.time.Duration;

/** Hears of parts of a stack that ended and were started again. On the thread that looks after the stack. */
public interface HealingListener {

    /**
     * A part has ended and will be started again. Told once for each end, so more than once in an outage in which it does not
     * come up.
     *
     * @param pause until it is started
     * @param left further starts that it has
     */
    void away(Outage outage, Duration pause, int left);

    /** A part serves again. */
    void back(Outage outage);
}
