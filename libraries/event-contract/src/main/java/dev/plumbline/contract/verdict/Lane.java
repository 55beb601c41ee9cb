package dev.plumbline.contract.verdict;

/** The questions that are asked of one metric side by side. */
public enum Lane {
    /** Has it become worse by about the threshold effect? */
    WORSE,
    /** Has it become worse by about half? Answered in fewer windows. */
    GROSSLY_WORSE,
    /** Has it become better by about the threshold effect? */
    BETTER,
    /** Do twice as many requests lie beyond its quantile? Asked where the others look for more than that: of quiet metrics. */
    HEAVIER_TAIL,
    /** Is what regressed back? The mirror image of {@link #WORSE}; asked of the members of an open alert. */
    BACK,
    /** No question: what the windows before the running episode of {@link #WORSE} held, which a change has to differ from. */
    BEFORE;

    /** Whether an alert can come of it. */
    public boolean asksForWorse() {
        return this == WORSE || this == GROSSLY_WORSE || this == HEAVIER_TAIL;
    }
}
