package dev.plumbline.judgement.result;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.window.LatencyMetric;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Counts and sums over all measured requests of a run, healthy producer or not.
 *
 * @param offered requests that fell due
 * @param acknowledgedEvents request events that Kafka acknowledged
 * @param lostEvents request events that were lost on the way to Kafka, and named in a heartbeat
 * @param countedEvents request events that the windows hold; equal to the acknowledged ones when all is well
 * @param goodput requests that met every stated goal; empty when none was stated
 * @param cost of prompt and output tokens, or of the time of GPUs, at the stated prices, in the currency of the prices; empty without prices
 * @param heard what the events themselves told; empty in files of versions that did not keep it
 */
public record RunTotals(
        long offered,
        long acknowledgedEvents,
        long lostEvents,
        long countedEvents,
        Optional<Goodput> goodput,
        OptionalDouble cost,
        Optional<Heard> heard) {

    public RunTotals {
        Objects.requireNonNull(goodput, "goodput");
        Objects.requireNonNull(cost, "cost");
        Objects.requireNonNull(heard, "heard");
        if (offered < 0 || acknowledgedEvents < 0 || lostEvents < 0 || countedEvents < 0) {
            throw new IllegalArgumentException("negative count among " + offered + " offered, " + acknowledgedEvents
                    + " acknowledged, " + lostEvents + " lost, " + countedEvents + " counted");
        }
    }

    /** Who counted the output tokens, where that is known. */
    public Optional<TokenCounting> counting() {
        return heard.flatMap(Heard::counting);
    }

    /** What a number of output tokens is a number of: tokens, unless all are known to be chunks. */
    public String outputUnit() {
        return counting().map(TokenCounting::unit).orElse("tokens");
    }

    /** Totals of a run of whose events nothing was kept. */
    public RunTotals(
            long offered,
            long acknowledgedEvents,
            long lostEvents,
            long countedEvents,
            Optional<Goodput> goodput,
            OptionalDouble cost) {
        this(offered, acknowledgedEvents, lostEvents, countedEvents, goodput, cost, Optional.empty());
    }

    /**
     * What the events told that no window holds.
     *
     * @param causes why requests failed, most frequent kind first
     * @param unvouched latencies of all completed requests, where too few of them lie in windows that can be judged: shown as
     *     numbers that nobody vouches for, never judged; empty otherwise
     * @param counting who counted the output tokens; empty in files of versions that did not keep it
     * @param replayed what of a trace the load was; empty where it was none
     * @param absentShares parts of a shared load that nobody was heard to offer, for example {@code 1/3, 3/3}; empty where all were,
     *     and where nobody else could be heard
     */
    public record Heard(
            List<Cause> causes,
            Map<LatencyMetric, Histogram> unvouched,
            Optional<TokenCounting> counting,
            Optional<Replayed> replayed,
            Optional<String> absentShares) {
        public Heard {
            Objects.requireNonNull(absentShares, "absentShares");
            Objects.requireNonNull(replayed, "replayed");
            Objects.requireNonNull(counting, "counting");
            causes = List.copyOf(causes);
            EnumMap<LatencyMetric, Histogram> copy = new EnumMap<>(LatencyMetric.class);
            copy.putAll(unvouched);
            unvouched = Collections.unmodifiableMap(copy);
        }

        /** What is told of a run that shares its load with nobody. */
        public Heard(
                List<Cause> causes,
                Map<LatencyMetric, Histogram> unvouched,
                Optional<TokenCounting> counting,
                Optional<Replayed> replayed) {
            this(causes, unvouched, counting, replayed, Optional.empty());
        }

        /** What is told of a run that asked no trace again. */
        public Heard(List<Cause> causes, Map<LatencyMetric, Histogram> unvouched, Optional<TokenCounting> counting) {
            this(causes, unvouched, counting, Optional.empty());
        }

        /** What is told of a run of which nobody knows who counted. */
        public Heard(List<Cause> causes, Map<LatencyMetric, Histogram> unvouched) {
            this(causes, unvouched, Optional.empty());
        }
    }

    /**
     * Requests that failed in one way.
     *
     * @param words with which most of them failed, the server's own where it had any
     */
    public record Cause(FailureKind kind, long count, Optional<String> words) {
        public Cause {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(words, "words");
            if (count < 1) {
                throw new IllegalArgumentException(count + " failures of kind " + kind);
            }
        }

        /** For example {@code HTTP_5XX 120 (status 500: out of memory)}. */
        public String text() {
            return kind + " " + count + words.map(said -> " (" + said + ")").orElse("");
        }
    }

    /**
     * How many requests were good.
     *
     * @param goals as they were stated, for example {@code ttft:200 tpot:50}, in milliseconds
     * @param good completed and met every goal; a missing metric is not good
     * @param ended all that ended, failed and dropped ones included, cancelled ones not
     */
    public record Goodput(String goals, long good, long ended) {
        public Goodput {
            Objects.requireNonNull(goals, "goals");
            if (good < 0 || ended < good) {
                throw new IllegalArgumentException(good + " good of " + ended);
            }
        }
    }
}
