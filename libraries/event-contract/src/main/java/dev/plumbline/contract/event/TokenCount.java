package dev.plumbline.contract.event;

import java.util.Objects;

/** A number of tokens and who counted them. */
public record TokenCount(long count, TokenSource source) {

    public TokenCount {
        Objects.requireNonNull(source, "source");
        if (count < 0) {
            throw new IllegalArgumentException("token count " + count + " is negative");
        }
    }
}
