package dev.plumbline.contract.verdict;

/** The state of a series as a whole. */
public enum SeriesState {
    LEARNING,
    /** The last window was judged, and nothing speaks against it. */
    OK,
    /** Some gating metric's evidence is above half its threshold. */
    PENDING,
    /** Something grows steadily and will be too much in some hours ({@link LeakFinding}); nothing has regressed yet. */
    LEAKING,
    /** An alert is open. */
    FIRING,
    /** Windows come without data although the producers live. */
    NO_DATA,
    /**
     * The last window could not be judged, or not what latencies and rates it had: producers were sick, other work was done, the
     * series warms up. Nothing is known of the service now, and nothing is open.
     */
    NOT_JUDGED,
    /** No window comes any more and nobody said goodbye. Told by whoever has a clock; no verdict is in this state. */
    STALE,
    /** The last producer said goodbye. The next window begins the series anew. */
    ENDED
}
