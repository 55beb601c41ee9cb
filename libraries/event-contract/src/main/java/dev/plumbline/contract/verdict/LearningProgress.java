package dev.plumbline.contract.verdict;

/**
 * How far a baseline has been learned.
 *
 * @param windows valid windows held so far; stays at {@code needed} while the series is too unstable to freeze
 * @param needed windows that a baseline needs
 */
public record LearningProgress(long windows, long needed) {

    public LearningProgress {
        if (windows < 0 || needed < 1) {
            throw new IllegalArgumentException(windows + " of " + needed + " windows");
        }
    }
}
