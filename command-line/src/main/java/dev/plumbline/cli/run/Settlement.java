package dev.plumbline.cli.run;

import dev.plumbline.cli.time.ElapsedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The wait at the end of a run, until all of its load is counted and the last window is judged. One thread. */
final class Settlement {

    /** How long after the last window could have closed its record is waited for. */
    static final long SETTLE_MILLIS = 12_000;
    /**
     * The same where a part was gone: its successor waits until the membership and the open transaction of the one that was
     * killed have run out, and then catches up.
     */
    static final long SETTLE_AFTER_OUTAGE_MILLIS = 60_000;
    /**
     * The same on a cluster of somebody else, of whose outages nobody hears: a node that was killed is missed after 9 s by
     * Kafka's defaults, and what it led is written and read on after that.
     */
    static final long SETTLE_ON_CLUSTER_MILLIS = 30_000;
    /** How long the verdict on a window that came is waited for. */
    static final long VERDICT_MILLIS = 2_000;
    /** How long is waited where a part of the stack is lost: what is on its way already may still come. */
    static final long LOST_MILLIS = 1_000;

    private final RunFeed feed;
    private final RunProgress progress;
    private final Duration window;
    private final ElapsedClock clock;
    private final long settleMillis;

    /** @param isOnThisMachine whether Kafka is one of a local stack, and not a cluster of somebody else */
    Settlement(RunFeed feed, RunProgress progress, Duration window, ElapsedClock clock, boolean isOnThisMachine) {
        this.settleMillis = isOnThisMachine ? SETTLE_MILLIS : SETTLE_ON_CLUSTER_MILLIS;
        this.feed = feed;
        this.progress = progress;
        this.window = window;
        this.clock = clock;
    }

    /** Reads on as long as something is missing that may still come, and within its limits. */
    void await(boolean partIsLost) {
        long start = clock.elapsedMillis();
        while (feed.unread().isEmpty()
                && clock.elapsedMillis() < start + limitMillis(partIsLost)
                && !progress.isCounted()) {
            feed.poll();
        }
        long verdictDeadline =
                Math.min(start + limitMillis(partIsLost), clock.elapsedMillis() + verdictMillis(partIsLost));
        while (feed.unread().isEmpty() && clock.elapsedMillis() < verdictDeadline && !progress.isJudged()) {
            feed.poll();
        }
    }

    private long limitMillis(boolean partIsLost) {
        if (partIsLost) {
            return LOST_MILLIS;
        }
        return window.toMillis() + (progress.hadOutage() ? SETTLE_AFTER_OUTAGE_MILLIS : settleMillis);
    }

    private long verdictMillis(boolean partIsLost) {
        return progress.hadOutage() && !partIsLost ? SETTLE_MILLIS : VERDICT_MILLIS;
    }

    /**
     * What the run's log says of it.
     *
     * @param undecodable records that could not be read
     */
    List<String> remarks(long undecodable) {
        List<String> remarks = new ArrayList<>();
        if (undecodable > 0) {
            remarks.add(undecodable + " records could not be read and were left out");
        }
        long counted = progress.countedEvents();
        long acknowledged = progress.acknowledged();
        if (counted != acknowledged) {
            remarks.add(counted + " events are in the windows, Kafka acknowledged " + acknowledged
                    + (counted > acknowledged
                            ? ": somebody else measures the same series"
                                    + (progress.strangers().isEmpty()
                                            ? ""
                                            : " (" + String.join(", ", progress.strangers()) + ")")
                            : ": the rest had not been counted when the wait was over"));
        }
        return List.copyOf(remarks);
    }
}
