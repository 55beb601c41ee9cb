package dev.plumbline.judgement.run;

/**
 * Whom a series is held against, in the words of its findings.
 *
 * @param isServedBeside whether it served in the same seconds, so that what changes from day to day is the same for both
 * @param other what it is called
 * @param own what the series is called that is judged
 * @param there where the other's numbers are from
 */
record Opponent(boolean isServedBeside, String other, String own, String there) {

    /** Runs of other days. */
    static final Opponent EARLIER_RUNS = new Opponent(false, "the baseline", "this run", "before");

    /** A variant that serves beside a canary. */
    static Opponent servedBeside(String variant, String canary) {
        return new Opponent(true, variant, canary, "on " + variant);
    }
}
