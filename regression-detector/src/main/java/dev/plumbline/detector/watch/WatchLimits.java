package dev.plumbline.detector.watch;

/**
 * How much is watched, and for how long what has fallen silent is remembered.
 *
 * @param groups most comparison groups, 1 or more
 * @param stateBytes from about so many bytes of state on no further group or variant is taken up, 1 or more
 * @param forgetAfterMillis a variant whose last window ended so long before the one at hand is forgotten, and a group
 *     with its last variant; by the time of the windows, so that a replay forgets the same
 * @param staleAfterMillis a series whose last window ended so long ago is stale, by the clock
 */
public record WatchLimits(int groups, long stateBytes, long forgetAfterMillis, long staleAfterMillis) {

    /** Most groups that are watched unless something else is said. */
    public static final int MOST_GROUPS = 1_900;

    private static final long HALF_OF_300_MIB = 150L << 20;
    private static final long FORTNIGHT_MILLIS = 14 * 86_400_000L;
    private static final long SHORTEST_STALE_MILLIS = 60_000;

    /** A series begins anew after as many windows without load, so from there on it has stopped. */
    private static final long STALE_WINDOWS = 6;

    public WatchLimits {
        if (groups < 1 || stateBytes < 1 || forgetAfterMillis < 1 || staleAfterMillis < 1) {
            throw new IllegalArgumentException("a limit below 1: " + groups + " groups, " + stateBytes
                    + " bytes, forget after " + forgetAfterMillis + " ms, stale after " + staleAfterMillis + " ms");
        }
    }

    /** For a heap of 300 MiB. */
    public static WatchLimits defaults(long windowLengthMillis) {
        return new WatchLimits(MOST_GROUPS, HALF_OF_300_MIB, FORTNIGHT_MILLIS, staleAfterMillis(windowLengthMillis));
    }

    /** When a series is stale unless something else is said: six windows, a minute or more. */
    public static long staleAfterMillis(long windowLengthMillis) {
        return Math.max(SHORTEST_STALE_MILLIS, STALE_WINDOWS * windowLengthMillis);
    }
}
