package dev.plumbline.contract.verdict;

/** The questions that are asked of one metric side by side. */
public enum Lane {
    /** Has it become worse by about the threshold effect? */
    WORSE,
    /** Has it become worse by about half? Answered in fewer windows. */
    GROSSLY_WORSE,
    /** Has it become better by about the threshold effect? */
    BETTER
}
