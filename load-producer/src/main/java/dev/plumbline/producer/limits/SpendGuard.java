package dev.plumbline.producer.limits;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Keeps what is sent within {@link SpendLimits}. Each request is booked at its worst case before it is sent, and at what
 * it really took when it ended; so the limit holds although answers are long on their way. What nobody counted stays booked at
 * its worst case: a target that tells no usage, and whatever failed after it was sent, is paid for all the same. It errs on the
 * safe side: the load ends when the next request might break a limit. The worst case of a prompt is the largest that the server ever
 * reported of its kind, at first twice the words that were asked for; only a server that answers longer than it was asked to can
 * break a limit, by that much. Each kind has a worst case of its own: short chats are not booked at the price of long documents.
 */
public final class SpendGuard {

    /** Tokens that a word may be, as long as no server has said more. */
    private static final int TOKENS_PER_WORD = 2;

    /** A word that is longer counts as several. */
    private static final int LONGEST_WORD = 16;

    private final SpendLimits limits;
    /** By their names; as many as the workload has classes. */
    private final Map<String, Kind> kinds = new HashMap<>();

    private long requests;
    private long promptTokens;
    private long outputTokens;
    private long uncounted;
    private Optional<Limit> reached = Optional.empty();

    /** Which limit was reached. */
    public enum Limit {
        MAX_REQUESTS,
        MAX_TOKENS_TOTAL,
        MAX_COST
    }

    /**
     * The most that one request may take, as far as that is known before it is sent.
     *
     * @param kind of which it is; what servers report of prompts is learned for each kind alone
     * @param promptWords of its prompt
     * @param outputTokens longest answer that is asked for
     */
    public record Worst(String kind, long promptWords, long outputTokens) {
        public Worst {
            Objects.requireNonNull(kind, "kind");
            if (promptWords < 0 || outputTokens < 0) {
                throw new IllegalArgumentException(promptWords + " words, " + outputTokens + " tokens");
            }
        }

        /** Of a request whose prompt is known. A character beyond ASCII counts as a word, and a long word as several. */
        public static Worst of(String kind, String prompt, long outputTokens) {
            long words = 0;
            int length = 0;
            for (int i = 0; i < prompt.length(); i++) {
                char c = prompt.charAt(i);
                length = c <= ' ' ? 0 : length + 1;
                words += length % LONGEST_WORD == 1 || c > '~' ? 1 : 0;
            }
            return new Worst(kind, words, outputTokens);
        }
    }

    /** Requests of one kind, those in flight at the worst case of all that were booked. */
    private static final class Kind {
        private long worstPromptTokens;
        private long worstOutputTokens;
        private long inFlight;

        void enter(Worst request) {
            worstPromptTokens = Math.max(worstPromptTokens, TOKENS_PER_WORD * request.promptWords());
            worstOutputTokens = Math.max(worstOutputTokens, request.outputTokens());
            inFlight++;
        }
    }

    public SpendGuard(SpendLimits limits) {
        this.limits = limits;
    }

    /** Books one more request, or refuses it; once it has refused one it refuses all. */
    public boolean book(Worst request) {
        return book(List.of(request));
    }

    /** Books requests that are sent together: all of them or none. */
    public synchronized boolean book(List<Worst> together) {
        if (reached.isPresent()) {
            return false;
        }
        together.forEach(request -> kind(request).enter(request));
        reached = broken(requests + together.size());
        if (reached.isPresent()) {
            together.forEach(request -> kind(request).inFlight--);
            return false;
        }
        requests += together.size();
        return true;
    }

    private Kind kind(Worst request) {
        return kinds.computeIfAbsent(request.kind(), unused -> new Kind());
    }

    private Optional<Limit> broken(long inAll) {
        if (inAll > limits.requests().orElse(Long.MAX_VALUE)) {
            return Optional.of(Limit.MAX_REQUESTS);
        }
        double prompt = promptTokens;
        double output = outputTokens;
        for (Kind kind : kinds.values()) {
            prompt += (double) kind.inFlight * kind.worstPromptTokens;
            output += (double) kind.inFlight * kind.worstOutputTokens;
        }
        if (prompt + output > limits.tokens().orElse(Long.MAX_VALUE)) {
            return Optional.of(Limit.MAX_TOKENS_TOTAL);
        }
        if (limits.cost().isPresent() && costOf(prompt, output) > limits.cost().getAsDouble()) {
            return Optional.of(Limit.MAX_COST);
        }
        return Optional.empty();
    }

    /**
     * A booked request is over that was sent.
     *
     * @param prompt tokens of its prompt; empty where nobody counted
     * @param output tokens of all that was generated for it; empty where nobody counted, or not to the end
     * @param leastOutput tokens that were seen of its answer, which may be more than were asked for
     */
    public synchronized void ended(Worst request, OptionalLong prompt, OptionalLong output, long leastOutput) {
        Kind kind = kind(request);
        kind.inFlight--;
        kind.worstPromptTokens = Math.max(kind.worstPromptTokens, prompt.orElse(0));
        promptTokens += prompt.orElse(kind.worstPromptTokens);
        outputTokens += output.orElse(Math.max(leastOutput, request.outputTokens()));
        if (prompt.isEmpty() || output.isEmpty()) {
            uncounted++;
        }
    }

    /** A booked request is over for which nothing was generated: it was never sent, or was refused. */
    public synchronized void cameToNothing(Worst request) {
        kind(request).inFlight--;
    }

    /** The limit that ended the load; empty while none has. */
    public synchronized Optional<Limit> reached() {
        return reached;
    }

    /** What was spent by requests that are over, and how many were sent. */
    public synchronized Spent spent() {
        return new Spent(requests, promptTokens, outputTokens, costOf(promptTokens, outputTokens), uncounted);
    }

    /** Whether a price was stated. */
    public boolean isPriced() {
        return limits.pricePerPromptToken() > 0 || limits.pricePerOutputToken() > 0;
    }

    /** What tokens cost by the stated prices. */
    public double costOf(double prompt, double output) {
        return prompt * limits.pricePerPromptToken() + output * limits.pricePerOutputToken();
    }

    /**
     * A balance; the cost is 0 without prices.
     *
     * @param uncounted requests whose tokens nobody counted, or not to the end: the sums have them at their worst case
     */
    public record Spent(long requests, long promptTokens, long outputTokens, double cost, long uncounted) {}
}
