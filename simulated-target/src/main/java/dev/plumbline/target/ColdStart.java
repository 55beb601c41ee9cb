package dev.plumbline.target;

/**
 * The first requests find a target that is not warm yet: prefills take longer, the first the longest, each a little less than the one
 * before.
 *
 * @param requests how many, 0 to 1000000; 0 = it is warm from the start
 * @param factor how many times as long the first takes, 1 to 1000
 */
public record ColdStart(int requests, double factor) {

    /** Warm from the start. */
    public static final ColdStart NONE = new ColdStart(0, 1);

    /** @throws IllegalArgumentException when a component is out of its range */
    public ColdStart {
        Require.within("cold requests", requests, 0, 1_000_000);
        Require.within("cold factor", factor, 1, 1_000);
    }

    /**
     * The factor on the prefill of a request.
     *
     * @param ordinal 0 for the first well-formed request since the start
     */
    double factorOf(long ordinal) {
        return ordinal >= requests ? 1 : factor - (factor - 1) * ordinal / requests;
    }
}
