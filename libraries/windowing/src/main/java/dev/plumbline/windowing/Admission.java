package dev.plumbline.windowing;

/** What became of a record of the events topic, or of the partials topic. */
public sealed interface Admission {

    /** The only {@link Taken} that is needed. */
    Admission TAKEN = new Taken();

    /** The only {@link Duplicate} that is needed. */
    Admission DUPLICATE = new Duplicate();

    /** It was taken. */
    record Taken() implements Admission {}

    /** It had been taken before. */
    record Duplicate() implements Admission {}

    /** It was not taken. {@code reason} is one line for people. */
    record Refused(Tally tally, String reason) implements Admission {}
}
