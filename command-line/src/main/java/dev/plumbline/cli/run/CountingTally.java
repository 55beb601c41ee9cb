package dev.plumbline.cli.run;

import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.judgement.result.TokenCounting;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Who counted the output of completed requests, added up. One thread. */
final class CountingTally {

    private final Map<TokenSource, Long> requests = new EnumMap<>(TokenSource.class);
    private long uncounted;
    private Optional<String> refused = Optional.empty();

    /** Adds the tokens of a request that completed. */
    void add(Tokens tokens) {
        Optional<TokenSource> source = tokens.output().map(TokenCount::source);
        if (source.isPresent()) {
            requests.merge(source.get(), 1L, Long::sum);
        } else {
            uncounted++;
        }
        refused = refused.or(tokens::refused);
    }

    TokenCounting counting() {
        return new TokenCounting(requests, uncounted, refused);
    }
}
