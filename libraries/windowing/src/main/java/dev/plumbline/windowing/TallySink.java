package dev.plumbline.windowing;

/** Where counts go. */
@FunctionalInterface
public interface TallySink {

    /**
     * Something happened.
     *
     * @param times how often, 0 or more
     */
    void add(Tally tally, long times);

    /** It happened once. */
    default void add(Tally tally) {
        add(tally, 1);
    }
}
