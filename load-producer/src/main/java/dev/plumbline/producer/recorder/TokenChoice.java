package dev.plumbline.producer.recorder;

import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whose count of the output tokens is taken when several counted; another one is kept for comparison. */
public enum TokenChoice {
    /** The server's usage, else its timings, else a tokenizer if there is one, else the chunks. */
    AUTO(
            TokenSource.SERVER_USAGE,
            TokenSource.SERVER_TIMINGS,
            TokenSource.LOCAL_TOKENIZER,
            TokenSource.TARGET_TOKENIZER,
            TokenSource.CHUNKS),
    /** The server's usage, else its timings, else none. */
    SERVER(TokenSource.SERVER_USAGE, TokenSource.SERVER_TIMINGS),
    /** The target's own {@code /tokenize}, which costs it a call per answer; else as AUTO. */
    TOKENIZE(TokenSource.TARGET_TOKENIZER, TokenSource.SERVER_USAGE, TokenSource.SERVER_TIMINGS, TokenSource.CHUNKS),
    /** The tokenizer here; else as AUTO. */
    LOCAL(TokenSource.LOCAL_TOKENIZER, TokenSource.SERVER_USAGE, TokenSource.SERVER_TIMINGS, TokenSource.CHUNKS),
    /** The chunks, of streamed answers only. */
    CHUNKS(TokenSource.CHUNKS);

    private static final List<TokenSource> FOR_COMPARISON = List.of(
            TokenSource.SERVER_USAGE,
            TokenSource.SERVER_TIMINGS,
            TokenSource.TARGET_TOKENIZER,
            TokenSource.LOCAL_TOKENIZER);

    private final List<TokenSource> preferred;

    TokenChoice(TokenSource... preferred) {
        this.preferred = List.of(preferred);
    }

    /** The count that is reckoned with. */
    Optional<TokenCount> first(Map<TokenSource, Long> counts) {
        return among(preferred, counts);
    }

    /** A count of another source than that of {@code first}; chunks are none, every event has their number. */
    Optional<TokenCount> other(Map<TokenSource, Long> counts, Optional<TokenCount> first) {
        return first.flatMap(taken -> among(
                FOR_COMPARISON.stream()
                        .filter(source -> source != taken.source())
                        .toList(),
                counts));
    }

    private static Optional<TokenCount> among(List<TokenSource> sources, Map<TokenSource, Long> counts) {
        for (TokenSource source : sources) {
            Long count = counts.get(source);
            if (count != null) {
                return Optional.of(new TokenCount(count, source));
            }
        }
        return Optional.empty();
    }
}
