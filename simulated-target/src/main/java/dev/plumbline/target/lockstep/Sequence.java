package dev.plumbline.target.lockstep;

import java.util.ArrayList;
import java.util.List;

/**
 * One request as the engine sees it: a prompt, and as many output tokens as it will have. Belongs to the thread of its
 * {@link LockstepCore}.
 */
public final class Sequence {

    enum Place {
        NOWHERE,
        WAITING,
        RUNNING,
        ENDED
    }

    private final long arrivedNanos;
    private final int promptTokens;
    private final int totalTokens;
    private final BlockHashes prompt;

    /** Blocks that have a name and may be shared, in the order of the prompt. */
    final List<KvBlocks.Named> named = new ArrayList<>();

    Place place = Place.NOWHERE;
    /** Blocks that are this sequence's alone. */
    int ownBlocks;
    /** Full blocks of the prompt that the prefix cache was told of, or that it knew. */
    int offeredBlocks;
    /** Tokens in the KV cache. */
    int computedTokens;
    /** Tokens that the step in progress computes. */
    int scheduledTokens;

    boolean decodes;
    private boolean wasAdmitted;
    private int generatedTokens;
    private int cachedTokens;
    private int preemptions;

    /**
     * A sequence that has not been handed to an engine.
     *
     * @param arrivedNanos when it came
     * @param promptTokens at least 1
     * @param totalTokens output tokens that it ends with, at least 1
     * @param prompt names of the full blocks of its prompt
     */
    public Sequence(long arrivedNanos, int promptTokens, int totalTokens, BlockHashes prompt) {
        Bounds.check("promptTokens", promptTokens, 1, Integer.MAX_VALUE / 2);
        Bounds.check("totalTokens", totalTokens, 1, Integer.MAX_VALUE / 2);
        this.arrivedNanos = arrivedNanos;
        this.promptTokens = promptTokens;
        this.totalTokens = totalTokens;
        this.prompt = prompt;
    }

    /** When it came, in the nanoseconds of who drives the engine. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** Tokens of the prompt. */
    public int promptTokens() {
        return promptTokens;
    }

    /** Output tokens so far. */
    public int generatedTokens() {
        return generatedTokens;
    }

    /** Whether it has all its output tokens. */
    public boolean isComplete() {
        return generatedTokens == totalTokens;
    }

    /** Prompt tokens that were found in the prefix cache when it was first admitted; 0 before. */
    public int cachedTokens() {
        return cachedTokens;
    }

    /** How often its blocks were taken away. */
    public int preemptions() {
        return preemptions;
    }

    /** Tokens that it has at its end. */
    long mostTokens() {
        return (long) promptTokens + totalTokens;
    }

    BlockHashes prompt() {
        return prompt;
    }

    /** Tokens that are known and not in the KV cache. */
    int uncomputedTokens() {
        return promptTokens + generatedTokens - computedTokens;
    }

    int heldBlocks() {
        return named.size() + ownBlocks;
    }

    /** Goes on from {@code hitTokens} that were found. Returns whether this is the first time. */
    boolean admit(int hitTokens) {
        place = Place.RUNNING;
        computedTokens = hitTokens;
        decodes = false;
        if (wasAdmitted) {
            return false;
        }
        wasAdmitted = true;
        cachedTokens = hitTokens;
        return true;
    }

    void preempt() {
        place = Place.WAITING;
        computedTokens = 0;
        decodes = false;
        preemptions++;
    }

    /** Takes in what the step has computed. Returns whether that brought a token. */
    boolean advance() {
        computedTokens += scheduledTokens;
        scheduledTokens = 0;
        if (uncomputedTokens() > 0) {
            return false;
        }
        generatedTokens++;
        decodes = true;
        return true;
    }
}
