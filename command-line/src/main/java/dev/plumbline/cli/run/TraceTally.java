package dev.plumbline.cli.run;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.judgement.result.Replayed;
import dev.plumbline.workload.trace.Replay;
import dev.plumbline.workload.trace.ReplayProof;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Holds the requests of a run against the trace that it asks again. One thread. */
final class TraceTally {

    private final ReplayProof proof;

    TraceTally(Replay replay) {
        this.proof = new ReplayProof(replay);
    }

    /** Adds a request; a further try of one adds nothing. */
    void add(RequestEvent event) {
        if (event.attempt().number() > 1) {
            return;
        }
        Optional<Asked> asked = event.attempt().asked();
        long ordinal = asked.map(told -> told.ordinal().orElse(-1)).orElse(-1L);
        long turn = asked.flatMap(Asked::turn).map(Asked.Turn::number).orElse(1L);
        var tokens = event.response().tokens();
        proof.add(
                ordinal,
                turn,
                new ReplayProof.Asked(
                        event.stamps().sentNanos().isPresent()
                                ? OptionalLong.of(event.stamps().sentNanos().getAsLong()
                                        - event.stamps().dueNanos())
                                : OptionalLong.empty(),
                        event.outcome() instanceof Outcome.Completed,
                        counted(tokens.prompt()),
                        counted(tokens.output()),
                        counted(tokens.cached())));
    }

    private static OptionalLong counted(Optional<TokenCount> tokens) {
        return tokens.filter(count -> count.source() != TokenSource.CHUNKS)
                .map(count -> OptionalLong.of(count.count()))
                .orElse(OptionalLong.empty());
    }

    /** What of the trace the load was. */
    Replayed replayed() {
        ReplayProof.Result result = proof.result();
        return new Replayed(
                result.rows(),
                result.sent(),
                result.strangers(),
                result.lag().map(ReplayProof.Lag::late).orElse(0L),
                of(result.lag().map(ReplayProof.Lag::p50Nanos)),
                of(result.lag().map(ReplayProof.Lag::p99Nanos)),
                of(result.lag().map(ReplayProof.Lag::maxNanos)),
                result.promptShare(),
                result.outputShare(),
                result.sameOutputShare(),
                result.structureShare(),
                result.expectedHitShare(),
                result.realisedHitShare(),
                result.invalid());
    }

    private static OptionalLong of(Optional<Long> nanos) {
        return nanos.map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    /** The same for a person, a line each. */
    static List<String> lines(Replayed replayed) {
        Optional<ReplayProof.Lag> lag = replayed.lagMaxNanos().isEmpty()
                ? Optional.empty()
                : Optional.of(new ReplayProof.Lag(
                        replayed.lagP50Nanos().orElse(0),
                        replayed.lagP99Nanos().orElse(0),
                        replayed.lagMaxNanos().getAsLong(),
                        replayed.late()));
        return new ReplayProof.Result(
                        (int) replayed.rows(),
                        (int) replayed.sent(),
                        replayed.strangers(),
                        lag,
                        replayed.promptShare(),
                        replayed.outputShare(),
                        replayed.sameOutputShare(),
                        replayed.structureShare(),
                        replayed.expectedHitShare(),
                        replayed.realisedHitShare())
                .lines();
    }
}
