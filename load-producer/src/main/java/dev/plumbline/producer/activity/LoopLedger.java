package dev.plumbline.producer.activity;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.series.Series;

/** What is said of an event loop, and so of all that it drives. */
public interface LoopLedger {

    /** So late was the loop at a stamp; of the measured span only. */
    void delayed(long atNanos, long delayNanos);

    /** The producer does not vouch for the slots from one stamp to another, both included. */
    void sick(long fromNanos, long toNanos, Activity.Sickness sickness);

    /** The same for the requests of one series only. */
    void sick(Series series, long fromNanos, long toNanos, Activity.Sickness sickness);
}
