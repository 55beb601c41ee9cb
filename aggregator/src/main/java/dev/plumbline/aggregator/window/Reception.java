package dev.plumbline.aggregator.window;

/** What became of a record of the events topic. */
public sealed interface Reception {

    /** It was taken. */
    record Taken() implements Reception {}

    /** It had been taken before. */
    record Duplicate() implements Reception {}

    /** It was not taken. {@code reason} is one line for people. */
    record Refused(Tally tally, String reason) implements Reception {}
}
