package dev.plumbline.producer.limits;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Keeps what is sent within {@link SpendLimits}. Each request is booked at its worst case before it is sent, and at what
 * it really took when it ended; so the limit holds although answers are long on their way. What nobody counted stays booked at
 * its worst case: a target that tells no usage, and whatever failed after it was sent, is paid for all the same. It errs on the
 * safe side: the load ends when the next request might break a limit. The worst case of a prompt is the largest that the server ever
 * reported, at first twice the words that were asked for; only a server that answers longer than it was asked to can break
 * a limit, by that much.
 */
public final class SpendGuard {

    private final SpendLimits limits;
    private final long worstOutputTokens;
    private long worstPromptTokens;
    private long requests;
    private long inFlight;
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
     * @param promptWords longest prompt, in words
     * @param outputTokens longest answer that is asked for, in tokens
     */
    public SpendGuard(SpendLimits limits, long promptWords, long outputTokens) {
        this.limits = limits;
        this.worstPromptTokens = 2 * promptWords;
        this.worstOutputTokens = outputTokens;
    }

    /** Books one more request, or refuses it; once it has refused one it refuses all. */
    public synchronized boolean book() {
        if (reached.isPresent()) {
            return false;
        }
        reached = wouldBreak();
        if (reached.isPresent()) {
            return false;
        }
        requests++;
        inFlight++;
        return true;
    }

    private Optional<Limit> wouldBreak() {
        if (requests + 1 > limits.requests().orElse(Long.MAX_VALUE)) {
            return Optional.of(Limit.MAX_REQUESTS);
        }
        double prompt = promptTokens + (inFlight + 1.0) * worstPromptTokens;
        double output = outputTokens + (inFlight + 1.0) * worstOutputTokens;
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
    public synchronized void ended(OptionalLong prompt, OptionalLong output, long leastOutput) {
        inFlight--;
        worstPromptTokens = Math.max(worstPromptTokens, prompt.orElse(0));
        promptTokens += prompt.orElse(worstPromptTokens);
        outputTokens += output.orElse(Math.max(leastOutput, worstOutputTokens));
        if (prompt.isEmpty() || output.isEmpty()) {
            uncounted++;
        }
    }

    /** A booked request is over for which nothing was generated: it was never sent, or was refused. */
    public synchronized void cameToNothing() {
        inFlight--;
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
