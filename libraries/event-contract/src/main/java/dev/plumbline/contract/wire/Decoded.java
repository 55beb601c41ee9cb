package dev.plumbline.contract.wire;

/** What bytes turned out to be: a value, or undecodable with a reason. Decoding never throws. */
public sealed interface Decoded<T> {

    /** The bytes were well formed. */
    record Value<T>(T value) implements Decoded<T> {}

    /** The bytes could not be understood; {@code reason} is one line for people. */
    record Undecodable<T>(String reason) implements Decoded<T> {}
}
