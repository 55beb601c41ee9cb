package dev.plumbline.contract.verdict;

/** The state of a series as a whole. */
public enum SeriesState {
    LEARNING,
    OK,
    /** Some gating metric's evidence is above half its threshold. */
    PENDING,
    /** An alert is open. */
    FIRING,
    /** Windows come without data although the producers live, or do not come at all. */
    NO_DATA
}
