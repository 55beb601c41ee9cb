package dev.plumbline.workload.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What of a trace a load was, added up request by request. A request is taken once, by its row; one that is no row of the trace is
 * counted. It holds a bit and a number for each row. One thread at a time.
 */
public final class ReplayProof {

    /** A request that was sent so much later than it was due was late. */
    public static final long LATE_NANOS = 50_000_000;

    /** Beyond this share of late sends, or of rows that were not sent, a load was not the trace. */
    public static final double MOST_OFF = 0.01;

    /** Below this share of the output tokens, answers were not those of the trace. */
    public static final double LEAST_OUTPUT = 0.9;

    /** Above it, too. */
    public static final double MOST_OUTPUT = 1.1;

    /** Prompts may differ by more: servers add a template, and their tokens are not words. */
    public static final double LEAST_PROMPT = 0.75;

    /** The other bound. */
    public static final double MOST_PROMPT = 1.5;

    private final Replay replay;
    private final List<List<Integer>> sessions;
    private final BitSet heard;
    private final BitSet sent;
    private final long[] lagNanos;
    private int sends;
    private long strangers;
    private long promptCounted;
    private long promptOfTrace;
    private long outputCounted;
    private long outputOfTrace;
    private long sameOutput;
    private long completed;
    private long cachedCounted;
    private long promptWithKnownCache;
    private long hitOfTraceWithKnownCache;
    private long[] expectedHits = new long[0];

    public ReplayProof(Replay replay) {
        int rows = replay.trace().rows().size();
        this.replay = replay;
        this.sessions =
                replay.mode() == Replay.Mode.OPEN ? List.of() : replay.trace().sessions();
        this.heard = new BitSet(rows);
        this.sent = new BitSet(rows);
        this.lagNanos = new long[rows];
    }

    /**
     * One request of the load.
     *
     * @param lagNanos from due to sent; empty when it was not sent
     * @param isCompleted whether its answer came to its end
     * @param prompt tokens, as the server counted them
     * @param output tokens, as the server counted them
     * @param cached tokens of the prompt that the server found in its cache
     */
    public record Asked(
            OptionalLong lagNanos,
            boolean isCompleted,
            OptionalLong prompt,
            OptionalLong output,
            OptionalLong cached) {}

    /**
     * Adds a request.
     *
     * @param ordinal of its session, from 0; in a replay by time each row is one
     * @param turn of it, from 1
     */
    public void add(long ordinal, long turn, Asked asked) {
        int row = row(ordinal, turn);
        if (row < 0 || heard.get(row)) {
            strangers++;
            return;
        }
        heard.set(row);
        if (asked.lagNanos().isPresent()) {
            sent.set(row);
            lagNanos[sends++] = asked.lagNanos().getAsLong();
        }
        TraceRow of = replay.trace().rows().get(row);
        asked.prompt().ifPresent(tokens -> {
            promptCounted += tokens;
            promptOfTrace += of.promptTokens();
        });
        asked.cached().ifPresent(tokens -> {
            cachedCounted += tokens;
            promptWithKnownCache += asked.prompt().orElse(of.promptTokens());
            hitOfTraceWithKnownCache += expectedHit(row);
        });
        if (asked.isCompleted() && asked.output().isPresent()) {
            completed++;
            outputCounted += asked.output().getAsLong();
            outputOfTrace += of.outputTokens();
            sameOutput += asked.output().getAsLong() == of.outputTokens() ? 1 : 0;
        }
    }

    /** -1 = none of the trace. */
    private int row(long ordinal, long turn) {
        if (replay.mode() == Replay.Mode.OPEN) {
            return ordinal >= 0 && ordinal < lagNanos.length && turn == 1 ? (int) ordinal : -1;
        }
        if (ordinal < 0 || ordinal >= sessions.size() || turn < 1) {
            return -1;
        }
        List<Integer> turns = sessions.get((int) ordinal);
        return turn > turns.size() ? -1 : turns.get((int) turn - 1);
    }

    private long expectedHit(int row) {
        if (expectedHits.length == 0) {
            InfiniteCache cache = new InfiniteCache(replay.trace().blockTokens());
            expectedHits = replay.trace().rows().stream().mapToLong(cache::ask).toArray();
        }
        return expectedHits[row];
    }

    /** How the load compares with the trace. */
    public Result result() {
        List<TraceRow> rows = replay.trace().rows();
        long[] lags = Arrays.copyOf(lagNanos, sends);
        Arrays.sort(lags);
        InfiniteCache whole = new InfiniteCache(replay.trace().blockTokens());
        InfiniteCache asked = new InfiniteCache(replay.trace().blockTokens());
        long hits = 0;
        long hitsOfSent = 0;
        for (int row = 0; row < rows.size(); row++) {
            hits += whole.ask(rows.get(row));
            hitsOfSent += sent.get(row) ? asked.ask(rows.get(row)) : 0;
        }
        return new Result(
                rows.size(),
                sends,
                strangers,
                lags.length == 0
                        ? Optional.empty()
                        : Optional.of(new Lag(
                                TraceLint.Spread.rank(lags, 0.5),
                                TraceLint.Spread.rank(lags, 0.99),
                                lags[lags.length - 1],
                                Arrays.stream(lags)
                                        .filter(lag -> lag > LATE_NANOS)
                                        .count())),
                share(promptCounted, promptOfTrace),
                share(outputCounted, outputOfTrace),
                share(sameOutput, completed),
                share(hitsOfSent, hits),
                share(hitOfTraceWithKnownCache, promptWithKnownCache),
                share(cachedCounted, promptWithKnownCache));
    }

    private static OptionalDouble share(long part, long whole) {
        return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
    }

    /**
     * From due to sent, over the rows that were sent.
     *
     * @param late how many were sent more than {@value #LATE_NANOS} ns after they were due
     */
    public record Lag(long p50Nanos, long p99Nanos, long maxNanos, long late) {}

    /**
     * What of the trace the load was. Shares are empty where nothing was counted.
     *
     * @param rows of the trace
     * @param sent of them
     * @param strangers requests that were none of them, or one of them again
     * @param lag of the sends
     * @param promptShare prompt tokens that the server counted, over those of the trace
     * @param outputShare output tokens that the server counted, over those of the trace
     * @param sameOutputShare answers with exactly as many tokens as in the trace
     * @param structureShare what an infinite cache finds of what was sent, over what it finds of the whole trace
     * @param expectedHitShare of the prompts whose cached tokens were told: what an infinite cache finds
     * @param realisedHitShare of the same: what the server found
     */
    public record Result(
            int rows,
            int sent,
            long strangers,
            Optional<Lag> lag,
            OptionalDouble promptShare,
            OptionalDouble outputShare,
            OptionalDouble sameOutputShare,
            OptionalDouble structureShare,
            OptionalDouble expectedHitShare,
            OptionalDouble realisedHitShare) {

        /** Why the load was not the trace; empty when it was, within the bounds that are stated here. */
        public Optional<String> invalid() {
            List<String> why = new ArrayList<>();
            if (rows - sent > MOST_OFF * rows) {
                why.add(TraceLint.count(rows - sent) + " of " + TraceLint.count(rows)
                        + " rows were not sent: let it run to its end, or raise --max-in-flight");
            }
            lag.filter(known -> known.late() > MOST_OFF * sent)
                    .ifPresent(known -> why.add(TraceLint.percent((double) known.late() / sent)
                            + " of the requests were sent more than " + LATE_NANOS / 1_000_000
                            + " ms late: give the load generator cores of its own, or a lower --speed"));
            outputShare.ifPresent(share -> {
                if (share < LEAST_OUTPUT || share > MOST_OUTPUT) {
                    why.add("answers had " + TraceLint.percent(share)
                            + " of the trace's tokens: let the server generate them all with --ignore-eos");
                }
            });
            promptShare.ifPresent(share -> {
                if (share < LEAST_PROMPT || share > MOST_PROMPT) {
                    why.add("prompts had " + TraceLint.percent(share) + " of the trace's tokens");
                }
            });
            return why.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", why));
        }

        /** All of it for a person, a line each. */
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            lines.add("sent " + TraceLint.count(sent) + " of " + TraceLint.count(rows) + " rows"
                    + (strangers > 0 ? ", and " + TraceLint.count(strangers) + " requests that are none of them" : ""));
            lag.ifPresent(known -> lines.add("sent after due: p50 " + millis(known.p50Nanos()) + ", p99 "
                    + millis(known.p99Nanos()) + ", largest " + millis(known.maxNanos()) + "; "
                    + TraceLint.count(known.late())
                    + " later than " + LATE_NANOS / 1_000_000 + " ms"));
            if (promptShare.isPresent()) {
                lines.add("prompt tokens " + TraceLint.percent(promptShare.getAsDouble()) + " of the trace's"
                        + (outputShare.isPresent()
                                ? ", output tokens " + TraceLint.percent(outputShare.getAsDouble())
                                        + ", exactly as long " + TraceLint.percent(sameOutputShare.orElse(0))
                                        + " of the answers"
                                : ""));
            }
            structureShare.ifPresent(kept -> lines.add("prefix structure sent " + TraceLint.percent(kept)
                    + (realisedHitShare.isPresent()
                            ? ", found by the server's cache " + TraceLint.percent(realisedHitShare.getAsDouble())
                                    + " of the prompt tokens, by an infinite one "
                                    + TraceLint.percent(expectedHitShare.orElse(0))
                            : "; the server does not tell what its cache found")));
            lines.add(invalid()
                    .map(why -> "INVALID: " + why)
                    .orElse("valid: rows, sends and lengths are within their bounds"));
            return lines;
        }

        private static String millis(long nanos) {
            return TraceLint.decimal(nanos / 1e6) + " ms";
        }
    }
}
