package dev.plumbline.judgement.result;

import dev.plumbline.contract.event.TokenSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Who counted the output tokens of the requests that completed. A chunk may hold several tokens, so where the chunks were
 * counted every number of tokens is one of chunks, and everything that shows one says so.
 *
 * @param requests completed ones by who counted their output; those that nobody counted are in none
 * @param uncounted completed ones whose output nobody counted
 * @param refused why the server's own counts were not believed, of the first request whose were not
 */
public record TokenCounting(Map<TokenSource, Long> requests, long uncounted, Optional<String> refused) {

    public TokenCounting {
        EnumMap<TokenSource, Long> copy = new EnumMap<>(TokenSource.class);
        copy.putAll(requests);
        requests = Collections.unmodifiableMap(copy);
        Objects.requireNonNull(refused, "refused");
        if (uncounted < 0) {
            throw new IllegalArgumentException(uncounted + " uncounted requests");
        }
    }

    /** What a number of output tokens of this run is a number of: {@code tokens}, or {@code chunks} when it is that of all. */
    public String unit() {
        return requests.keySet().equals(Collections.singleton(TokenSource.CHUNKS)) ? "chunks" : "tokens";
    }

    /** One line for people; empty when the output of every request was counted in tokens. */
    public Optional<String> note() {
        long chunks = requests.getOrDefault(TokenSource.CHUNKS, 0L);
        if (chunks == 0 && uncounted == 0) {
            return Optional.empty();
        }
        long completed = requests.values().stream().mapToLong(Long::longValue).sum() + uncounted;
        String why = refused.map(reason -> "the server's counts cannot be true (" + reason + ")")
                .orElse("the server told no counts");
        return Optional.of(
                chunks == 0
                        ? "unknown of " + share(uncounted, completed) + ": " + why
                        : "chunks, not tokens, in " + share(chunks, completed) + ": " + why
                                + "; a chunk may hold several tokens, so rates and TPOT are per chunk");
    }

    private static String share(long part, long of) {
        return part == of ? "all " + of + " completed requests" : part + " of " + of + " completed requests";
    }
}
