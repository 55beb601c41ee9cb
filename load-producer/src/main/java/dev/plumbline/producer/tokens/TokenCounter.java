package dev.plumbline.producer.tokens;

import dev.plumbline.contract.event.TokenSource;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Counts the tokens of a text. Called on one thread; may complete on any. */
public interface TokenCounter extends AutoCloseable {

    /** Who counts. */
    TokenSource source();

    /** The number of tokens; empty when it could not be had. Never completes exceptionally. */
    CompletableFuture<OptionalLong> count(String text);

    @Override
    void close();
}
