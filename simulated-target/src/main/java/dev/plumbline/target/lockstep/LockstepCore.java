package dev.plumbline.target.lockstep;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;

/**
 * The engine itself: who waits, who runs, what a step does. It neither knows what time it is nor waits for anything; equal
 * calls give equal results. Not thread safe.
 */
public final class LockstepCore {

    private final LockstepSettings settings;
    private final DoubleSupplier jitter;
    private final GpuMemory memory;
    private final KvBlocks blocks;
    private final Busyness busyness = new Busyness();
    private final ArrayDeque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();
    private Optional<Step> inProgress = Optional.empty();
    private int maxRunning;
    private double decodeFactor = 1;
    private double prefillFactor = 1;
    private long preemptions;
    private long queriedTokens;
    private long hitTokens;
    private boolean dead;

    /** @param jitter the factor on the duration of a step; asked once per step */
    public LockstepCore(LockstepSettings settings, DoubleSupplier jitter) {
        this.settings = settings;
        this.jitter = jitter;
        this.maxRunning = settings.maxRunning();
        this.memory = new GpuMemory(settings.memory(), settings.kv().blockTokens());
        this.blocks = new KvBlocks(settings.kv(), memory::fits);
    }

    /**
     * Whether the memory has room for the prompt of a sequence beside all that run. Where not, {@link #add} would only let it
     * wait for what may never come.
     */
    public boolean hasMemoryFor(Sequence sequence) {
        return memory.fits(Math.min(settings.kv().blocks(), blocks.inUseWith(sequence)));
    }

    /**
     * Puts a sequence at the end of the queue.
     *
     * @throws IllegalArgumentException when it was added before, or would not fit into the KV cache alone
     */
    public void add(Sequence sequence) {
        if (sequence.place != Sequence.Place.NOWHERE) {
            throw new IllegalArgumentException("the sequence was added before");
        }
        if (sequence.mostTokens() > settings.kv().tokens()) {
            throw new IllegalArgumentException("a sequence of " + sequence.mostTokens() + " tokens is larger than the "
                    + settings.kv().tokens() + " of the KV cache");
        }
        sequence.place = Sequence.Place.WAITING;
        waiting.addLast(sequence);
    }

    /** Takes a sequence out, wherever it is; does nothing after its end. */
    public void abort(Sequence sequence) {
        switch (sequence.place) {
            case WAITING -> {
                waiting.remove(sequence);
                ended(sequence);
            }
            case RUNNING -> {
                running.remove(sequence);
                ended(sequence);
            }
            case NOWHERE, ENDED -> {}
        }
    }

    private void ended(Sequence sequence) {
        sequence.place = Sequence.Place.ENDED;
        blocks.release(sequence);
        memory.leak();
    }

    /**
     * Begins a step with those that had arrived by then.
     *
     * @throws IllegalStateException when one is in progress
     */
    public Step begin(long nowNanos) {
        if (inProgress.isPresent()) {
            throw new IllegalStateException("a step is in progress");
        }
        Plan plan = new Plan();
        goOn(plan);
        if (!plan.preempted || running.isEmpty()) {
            admit(plan, nowNanos);
        }
        memory.note(blocks.filled());
        long nanos = plan.work.isEmpty()
                ? 0
                : Math.round(jitter.getAsDouble()
                        * settings.cost().nanos(plan.work.size(), plan.prefillTokens, decodeFactor, prefillFactor));
        Step step = new Step(nowNanos, nanos, plan.work, plan.prefillTokens, plan.admitted, plan.outOfMemory);
        if (!step.isIdle()) {
            inProgress = Optional.of(step);
            busyness.begin(nowNanos, useOf(step));
        }
        return step;
    }

    private void goOn(Plan plan) {
        int index = 0;
        while (index < running.size() && plan.tokensLeft > 0) {
            Sequence sequence = running.get(index);
            int tokens = Math.min(sequence.uncomputedTokens(), plan.tokensLeft);
            if (makeRoom(sequence, sequence.computedTokens + tokens, plan)) {
                plan.add(sequence, tokens);
                index++;
            }
        }
    }

    /** Where there is no room, it is that of the youngest. Returns false when that was the sequence itself. */
    @SuppressWarnings("ReferenceEquality")
    private boolean makeRoom(Sequence sequence, int tokens, Plan plan) {
        while (!blocks.grow(sequence, tokens)) {
            Sequence youngest = running.removeLast();
            if (running.isEmpty()) {
                giveUp(youngest, plan);
                return false;
            }
            blocks.release(youngest);
            youngest.preempt();
            waiting.addFirst(youngest);
            plan.preempted = true;
            preemptions++;
            if (youngest == sequence) {
                return false;
            }
        }
        return true;
    }

    private void giveUp(Sequence sequence, Plan plan) {
        ended(sequence);
        plan.outOfMemory.add(sequence);
    }

    private void admit(Plan plan, long nowNanos) {
        while (running.size() < maxRunning && plan.tokensLeft > 0 && hasArrived(nowNanos)) {
            Sequence head = waiting.getFirst();
            int found = blocks.hits(head) * settings.kv().blockTokens();
            int tokens = Math.min(head.promptTokens() + head.generatedTokens() - found, plan.tokensLeft);
            if (blocks.admit(head, found / settings.kv().blockTokens(), found + tokens)) {
                waiting.removeFirst();
                running.add(head);
                start(head, found, plan);
                plan.add(head, tokens);
            } else if (running.isEmpty()) {
                waiting.removeFirst();
                giveUp(head, plan);
            } else {
                return;
            }
        }
    }

    private boolean hasArrived(long nowNanos) {
        return !waiting.isEmpty() && waiting.getFirst().arrivedNanos() - nowNanos <= 0;
    }

    private void start(Sequence sequence, int foundTokens, Plan plan) {
        if (sequence.admit(foundTokens)) {
            plan.admitted.add(sequence);
            if (settings.kv().prefixCache()) {
                queriedTokens += sequence.promptTokens();
                hitTokens += foundTokens;
            }
        }
    }

    /**
     * Ends the step in progress.
     *
     * @return those that have one token more, the eldest first; those that are complete have left the engine
     * @throws IllegalStateException when none is in progress
     */
    public List<Sequence> end(long nowNanos) {
        Step step = inProgress.orElseThrow(() -> new IllegalStateException("no step is in progress"));
        inProgress = Optional.empty();
        busyness.end(nowNanos);
        List<Sequence> moved = new ArrayList<>(step.sequences().size());
        for (Sequence sequence : step.sequences()) {
            if (sequence.place == Sequence.Place.RUNNING) {
                if (sequence.advance()) {
                    moved.add(sequence);
                }
                blocks.offer(sequence);
            }
        }
        running.removeIf(Sequence::isComplete);
        moved.stream().filter(Sequence::isComplete).forEach(this::ended);
        return moved;
    }

    private Busyness.Use useOf(Step step) {
        double nanos = settings.cost().nanos(step.sequences().size(), step.prefillTokens(), 1, 1);
        return new Busyness.Use(
                Math.min(1, (double) step.sequences().size() / settings.maxRunning()),
                settings.cost().baseNanos() / nanos);
    }

    /** From the next step on. */
    public void setMaxRunning(int sequences) {
        maxRunning = sequences;
    }

    /**
     * From the next step on.
     *
     * @param decode on what a step and its sequences cost
     * @param prefill on what its prompt tokens cost
     */
    public void setFactors(double decode, double prefill) {
        decodeFactor = decode;
        prefillFactor = prefill;
    }

    /** Forgets all prompts that were computed. What runs goes on. */
    public void resetPrefixCache() {
        blocks.forgetNames();
    }

    /** Ends every sequence and gives all memory back, as an engine's process does that dies. */
    public void die() {
        dead = true;
        List.copyOf(waiting).forEach(this::abort);
        List.copyOf(running).forEach(this::abort);
        blocks.forgetNames();
        memory.release();
    }

    /** Whether {@link #die} was called. */
    public boolean isDead() {
        return dead;
    }

    /** Sequences that hold blocks. */
    public int running() {
        return running.size();
    }

    /** Sequences in the queue, preempted ones included. */
    public int waiting() {
        return waiting.size();
    }

    /** When the head of the queue came; empty when nobody waits. */
    public OptionalLong headArrivedNanos() {
        return waiting.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(waiting.getFirst().arrivedNanos());
    }

    /** Sequences that may run at one time now. */
    public int maxRunning() {
        return maxRunning;
    }

    /** Share of the KV blocks that sequences hold, 0 to 1. */
    public double kvUsage() {
        return (double) blocks.inUse() / settings.kv().blocks();
    }

    /** Preemptions since the start. */
    public long preemptions() {
        return preemptions;
    }

    /** Prompt tokens that were looked up in the prefix cache since the start: of each prompt once, all of them. */
    public long queriedTokens() {
        return queriedTokens;
    }

    /** How many of these were found. */
    public long hitTokens() {
        return hitTokens;
    }

    /** Bytes of the GPU's memory that are taken; never more than there are, however much has leaked. */
    public long usedBytes() {
        return Math.min(settings.memory().totalBytes(), memory.bytes(blocks.filled()));
    }

    /** Bytes that a sequence's prompt would take in new chunks, for the words of an error. */
    public long bytesOf(Sequence sequence) {
        return memory.kvBytes(settings.kv().blocksOf(sequence.promptTokens()));
    }

    /** What the GPU shows; a step in progress counts as busy. */
    public GpuState gpu(long nowNanos) {
        Busyness.Shares shares = busyness.lastSecond(nowNanos);
        return new GpuState(
                usedBytes(),
                settings.memory().totalBytes(),
                shares.busy(),
                shares.weights(),
                (shares.busy() + shares.fullness()) / 2);
    }

    /** What a step that is being put together does. */
    private final class Plan {
        private final List<Sequence> work = new ArrayList<>();
        private final List<Sequence> admitted = new ArrayList<>();
        private final List<Sequence> outOfMemory = new ArrayList<>();
        private int tokensLeft = settings.tokensPerStep();
        private int prefillTokens;
        private boolean preempted;

        void add(Sequence sequence, int tokens) {
            sequence.scheduledTokens = tokens;
            work.add(sequence);
            tokensLeft -= tokens;
            if (!sequence.decodes) {
                prefillTokens += tokens;
            }
        }
    }
}
