package dev.plumbline.target.lockstep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine without time: a step costs 1 ms, 0.1 ms per sequence, 10 µs per prompt token; blocks of 4, unless said. */
class LockstepCoreTest {

    private static final StepCost COST = new StepCost(1_000_000, 100_000, 10_000);
    private static final long STEP_OF_ONE_NANOS = 1_100_000;
    private static final long MEBI = 1L << 20;

    /** A token is a quarter of a MiB, a block one; chunks of 4 MiB, half of what is too much stays; 10 MiB of weights. */
    private static final MemorySettings MEMORY =
            new MemorySettings(MEBI * MEBI, 10 * MEBI, MEBI / 4, 4 * MEBI, 0.5, 0, false);

    private long nowNanos;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 10, 20, 100})
    void givesAsManyTokensAsTheFormulaSays(int concurrency) {
        LockstepCore core = core(1000, 1000, 100_000, false);
        for (int i = 0; i < concurrency; i++) {
            core.add(sequence(1, 1001));
        }
        step(core);
        long tokens = 0;
        long beganNanos = nowNanos;
        for (int i = 0; i < 1000; i++) {
            tokens += step(core).size();
        }

        assertThat(tokens).isEqualTo(1000L * concurrency);
        assertThat(nowNanos - beganNanos).isEqualTo(1000 * (1_000_000 + 100_000L * concurrency));
        assertThat(core.running()).isZero();
    }

    @Test
    void hasHalfOfItsCeilingAtTheKnee() {
        double ceiling = 1e9 / COST.perSequenceNanos();
        long knee = COST.baseNanos() / COST.perSequenceNanos();

        assertThat(knee * 1e9 / COST.nanos((int) knee, 0, 1, 1)).isEqualTo(ceiling / 2);
    }

    @Test
    void admitsFirstComeFirstServedAndNobodyWhoCameLater() {
        LockstepCore core = core(2, 100, 100, false);
        Sequence first = add(core, new Sequence(0, 1, 2, BlockHashes.NONE));
        Sequence second = add(core, new Sequence(5, 1, 2, BlockHashes.NONE));
        Sequence third = add(core, new Sequence(5, 1, 2, BlockHashes.NONE));
        Sequence fourth = add(core, new Sequence(1_110_001, 1, 2, BlockHashes.NONE));

        assertThat(core.begin(0).admitted()).containsExactly(first);
        core.end(1_110_000);
        assertThat(core.begin(1_110_000).admitted()).containsExactly(second);
        assertThat(core.waiting()).isEqualTo(2);
        assertThat(core.end(2_330_000)).containsExactly(first, second);
        Step step = core.begin(2_330_000);
        assertThat(step.sequences()).containsExactly(second, third);
        assertThat(step.admitted()).containsExactly(third);
        core.end(3_550_000);
        assertThat(core.begin(3_550_000).sequences()).containsExactly(third, fourth);
    }

    @Test
    void worksOnALongPromptInSeveralStepsAndSlowsTheOthers() {
        LockstepCore core = core(10, 100, 1000, false);
        Sequence decoding = add(core, sequence(1, 100));
        step(core);
        Sequence longPrompt = add(core, sequence(250, 5));

        List<Long> durations = new ArrayList<>();
        List<Integer> prefills = new ArrayList<>();
        List<List<Sequence>> moved = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Step step = core.begin(nowNanos);
            durations.add(step.durationNanos());
            prefills.add(step.prefillTokens());
            nowNanos += step.durationNanos();
            moved.add(core.end(nowNanos));
        }

        // One token of the budget of 100 is that of the sequence that decodes.
        assertThat(prefills).containsExactly(99, 99, 52, 0);
        assertThat(durations).containsExactly(2_190_000L, 2_190_000L, 1_720_000L, 1_200_000L);
        assertThat(moved)
                .containsExactly(
                        List.of(decoding),
                        List.of(decoding),
                        List.of(decoding, longPrompt),
                        List.of(decoding, longPrompt));
    }

    @Test
    void sharesABudgetThatIsUsedUpWithNobodyElse() {
        LockstepCore core = core(10, 10, 1000, false);
        Sequence longPrompt = add(core, sequence(15, 2));
        Sequence next = add(core, sequence(1, 2));

        assertThat(core.begin(0).sequences()).containsExactly(longPrompt);
        core.end(1);
        assertThat(core.begin(1).sequences()).containsExactly(longPrompt, next);
    }

    @Test
    void findsThePrefixAndComputesOnlyTheRest() {
        LockstepCore core = core(10, 1000, 1000, true);
        Sequence first = add(core, sequence("aaaabbbbccccd", 2));
        Sequence sameStep = add(core, sequence("aaaabbbbccccd", 2));
        assertThat(core.begin(0).prefillTokens()).isEqualTo(26);
        core.end(1);
        Sequence same = add(core, sequence("aaaabbbbccccd", 2));
        Sequence shorter = add(core, sequence("aaaabbbb", 2));
        Sequence branch = add(core, sequence("aaaabbbXcccc", 2));
        Sequence other = add(core, sequence("bbbbcccc", 2));
        int prefill = core.begin(1).prefillTokens();

        assertThat(List.of(first, sameStep, same, shorter, branch, other))
                .extracting(Sequence::cachedTokens)
                // The last token is always computed, so that a prompt of 8 finds 4.
                .containsExactly(0, 0, 12, 4, 4, 0);
        assertThat(prefill).isEqualTo(1 + 4 + 8 + 8);
        assertThat(core.queriedTokens()).isEqualTo(13 + 13 + 13 + 8 + 12 + 8);
        assertThat(core.hitTokens()).isEqualTo(12 + 4 + 4);
    }

    @Test
    void findsNothingWhereTheCacheIsOffOrReset() {
        LockstepCore off = core(10, 1000, 1000, false);
        LockstepCore reset = core(10, 1000, 1000, true);
        for (LockstepCore core : List.of(off, reset)) {
            add(core, sequence("aaaabbbbc", 1));
            step(core);
            core.resetPrefixCache();
            Sequence again = add(core, sequence("aaaabbbbc", 1));
            step(core);
            assertThat(again.cachedTokens()).isZero();
        }
        assertThat(off.queriedTokens()).isZero();
        assertThat(reset.queriedTokens()).isEqualTo(18);
        assertThat(reset.hitTokens()).isZero();
    }

    @Test
    void resettingUnderLoadKeepsTheBooksOfWhatRuns() {
        LockstepCore core = core(10, 1000, 10, true);
        add(core, sequence("aaaabbbbc", 3));
        step(core);
        add(core, sequence("aaaabbbbd", 3));
        step(core);
        assertThat(core.kvUsage()).isEqualTo(0.4);
        core.resetPrefixCache();
        assertThat(core.kvUsage()).isEqualTo(0.4);
        Sequence after = add(core, sequence("aaaabbbbe", 1));
        step(core);
        step(core);

        assertThat(after.cachedTokens()).isZero();
        assertThat(core.running()).isZero();
        assertThat(core.kvUsage()).isZero();
    }

    @Test
    void evictsTheLeastRecentlyUsedPrefixFirst() {
        assertThat(run(afterAnEviction(), sequence("aaaaAAAAa", 1)).cachedTokens())
                .isEqualTo(8);
        assertThat(run(afterAnEviction(), sequence("bbbbBBBBb", 1)).cachedTokens())
                .isEqualTo(4);
    }

    /** Six blocks, four of them named; what comes last needs three, so that the end of b's prompt goes. */
    private LockstepCore afterAnEviction() {
        LockstepCore core = core(10, 1000, 6, true);
        run(core, sequence("aaaaAAAAa", 1));
        run(core, sequence("bbbbBBBBb", 1));
        run(core, sequence("aaaaAAAAa", 1));
        run(core, sequence("cccccccccccc", 1));
        return core;
    }

    @Test
    void preemptsTheYoungestAndComputesItAnew() {
        // Four blocks of four tokens; each sequence grows to 4 + 8.
        LockstepCore core = core(10, 1000, 4, false);
        Sequence elder = add(core, sequence(4, 9));
        Sequence younger = add(core, sequence(4, 9));
        List<Integer> prefills = new ArrayList<>();
        List<Integer> running = new ArrayList<>();
        while (core.running() + core.waiting() > 0) {
            Step step = core.begin(nowNanos);
            prefills.add(step.prefillTokens());
            running.add(core.running());
            nowNanos += step.durationNanos();
            core.end(nowNanos);
        }

        // Both have 8 tokens in 2 blocks after 5 steps. The elder takes the younger's, computes 4 more and ends; then
        // the
        // younger's prompt of 4 and its 5 outputs are computed anew, which brings its sixth.
        assertThat(prefills).containsExactly(8, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0);
        assertThat(running).containsExactly(2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1);
        assertThat(elder.preemptions()).isZero();
        assertThat(younger.preemptions()).isEqualTo(1);
        assertThat(core.preemptions()).isEqualTo(1);
        assertThat(younger.isComplete()).isTrue();
        assertThat(younger.generatedTokens()).isEqualTo(9);
    }

    @Test
    void dropsAnIdlePrefixBeforeItPreempts() {
        LockstepCore core = core(10, 1000, 4, true);
        run(core, sequence("aaaabbbbc", 1));
        Sequence running = add(core, sequence(4, 9));
        while (!running.isComplete()) {
            step(core);
        }

        assertThat(core.preemptions()).isZero();
        assertThat(run(core, sequence("aaaabbbbc", 1)).cachedTokens()).isEqualTo(4);
    }

    @Test
    void findsThePromptOfAPreemptedSequenceButCountsItOnce() {
        LockstepCore core = core(10, 1000, 4, true);
        add(core, sequence("aaaa", 9));
        Sequence younger = add(core, sequence("bbbb", 9));
        while (core.running() + core.waiting() > 0) {
            step(core);
        }

        assertThat(younger.preemptions()).isEqualTo(1);
        assertThat(younger.cachedTokens()).isZero();
        assertThat(core.queriedTokens()).isEqualTo(8);
        assertThat(core.hitTokens()).isZero();
    }

    @Test
    void tellsWhichShareOfTheBlocksIsHeld() {
        LockstepCore core = core(10, 1000, 8, true);
        assertThat(core.kvUsage()).isZero();
        Sequence five = add(core, sequence(5, 2));
        add(core, sequence(4, 2));
        core.begin(0);
        assertThat(core.kvUsage()).isEqualTo(3 / 8.0);
        core.end(1);
        core.begin(1);
        assertThat(core.kvUsage()).isEqualTo(4 / 8.0);
        core.abort(five);
        assertThat(core.kvUsage()).isEqualTo(2 / 8.0);
        assertThat(core.end(2)).hasSize(1);
        assertThat(core.kvUsage()).isZero();
    }

    @Test
    void takesMemoryByTheChunkAndKeepsPartOfThePeak() {
        LockstepCore core = core(10, 1000, 1000, false);
        assertThat(core.usedBytes()).isEqualTo(10 * MEBI);
        Sequence small = add(core, sequence(4, 2));
        core.begin(0);
        // One block of 1 MiB is a chunk of 4.
        assertThat(core.usedBytes()).isEqualTo(14 * MEBI);
        core.end(1);
        Sequence large = add(core, sequence(80, 1));
        core.begin(1);
        // 22 blocks, 24 MiB.
        assertThat(core.usedBytes()).isEqualTo(34 * MEBI);
        assertThat(core.end(2)).containsExactly(small, large);
        // Half of the 24 MiB stay.
        assertThat(core.usedBytes()).isEqualTo(22 * MEBI);
        add(core, sequence(40, 2));
        core.begin(2);
        // 10 blocks, 12 MiB, and half of the 12 above them in whole chunks.
        assertThat(core.usedBytes()).isEqualTo((10 + 12 + 4) * MEBI);
    }

    @Test
    void losesMemoryWithEveryRequestThatEnds() {
        LockstepCore core = core(10, 1000, 1000, new MemorySettings(1000 * MEBI, 10 * MEBI, 0, 1, 0, 3, false));
        run(core, sequence(4, 1));
        run(core, sequence(4, 1));
        Sequence waiting = add(core, sequence(4, 1));
        assertThat(core.usedBytes()).isEqualTo(10 * MEBI + 6);
        core.abort(waiting);
        core.abort(waiting);
        assertThat(core.usedBytes()).isEqualTo(10 * MEBI + 9);
    }

    @Test
    void hasMemoryForAPromptUpToTheLastChunk() {
        LockstepCore core =
                core(10, 1000, 1000, new MemorySettings(18 * MEBI, 10 * MEBI, MEBI / 4, 4 * MEBI, 0.5, 0, false));
        assertThat(core.hasMemoryFor(sequence(32, 1))).isTrue();
        assertThat(core.hasMemoryFor(sequence(33, 1))).isFalse();
        add(core, sequence(20, 10));
        core.begin(0);
        assertThat(core.hasMemoryFor(sequence(12, 1))).isTrue();
        assertThat(core.hasMemoryFor(sequence(13, 1))).isFalse();
    }

    @Test
    void preemptsForWantOfMemoryAndGivesUpWhoIsAlone() {
        LockstepCore core =
                core(10, 1000, 1000, new MemorySettings(14 * MEBI, 10 * MEBI, MEBI / 4, 4 * MEBI, 0.5, 0, false));
        Sequence elder = add(core, sequence(8, 100));
        Sequence younger = add(core, sequence(8, 3));
        List<Sequence> outOfMemory = new ArrayList<>();
        while (core.running() + core.waiting() > 0) {
            Step step = core.begin(nowNanos);
            outOfMemory.addAll(step.outOfMemory());
            if (!step.isIdle()) {
                nowNanos += step.durationNanos();
                core.end(nowNanos);
            }
        }

        // Four blocks: the elder may have 16 tokens in them, the last of which has brought the ninth output.
        assertThat(outOfMemory).containsExactly(elder);
        assertThat(elder.generatedTokens()).isEqualTo(9);
        assertThat(younger.isComplete()).isTrue();
        assertThat(younger.preemptions()).isEqualTo(1);
    }

    @Test
    void givesUpWhoWaitsWhenTheMemoryHasLeakedAway() {
        LockstepCore core =
                core(10, 1000, 1000, new MemorySettings(18 * MEBI, 10 * MEBI, MEBI / 4, 4 * MEBI, 0, 5 * MEBI, false));
        Sequence first = add(core, sequence(4, 1));
        core.begin(0);
        Sequence second = add(core, sequence(4, 1));
        core.end(1);
        Step step = core.begin(1);

        assertThat(first.isComplete()).isTrue();
        assertThat(step.isIdle()).isTrue();
        assertThat(step.outOfMemory()).containsExactly(second);
        assertThat(core.hasMemoryFor(sequence(1, 1))).isFalse();
    }

    @Test
    void givesEverythingBackWhenItDies() {
        LockstepCore core = core(1, 1000, 1000, true);
        add(core, sequence("aaaab", 5));
        add(core, sequence("aaaab", 5));
        core.begin(0);
        core.die();

        assertThat(core.isDead()).isTrue();
        assertThat(core.end(1)).isEmpty();
        assertThat(core.running() + core.waiting()).isZero();
        assertThat(core.usedBytes()).isZero();
        assertThat(core.kvUsage()).isZero();
    }

    @Test
    void showsHowBusyTheLastSecondWas() {
        StepCost slow = new StepCost(100_000_000, 100_000_000, 0);
        LockstepCore core =
                new LockstepCore(new LockstepSettings(slow, 4, 1000, new KvSettings(100, 4, false), MEMORY), () -> 1);
        assertThat(core.gpu(0).busyShare()).isZero();
        add(core, sequence(1, 1));
        core.begin(0);
        core.end(200_000_000);

        GpuState after = core.gpu(1_000_000_000);
        assertThat(after.busyShare()).isEqualTo(0.2);
        // Half of the step is the weights, a quarter of the engine is full.
        assertThat(after.memoryBusShare()).isEqualTo(0.1);
        assertThat(after.powerShare()).isEqualTo((0.2 + 0.2 / 4) / 2);
        assertThat(core.gpu(1_100_000_000).busyShare()).isEqualTo(0.1);
        assertThat(core.gpu(1_200_000_000).busyShare()).isZero();
        add(core, new Sequence(2_000_000_000, 1, 1, BlockHashes.NONE));
        core.begin(2_000_000_000);
        assertThat(core.gpu(2_050_000_000).busyShare()).isEqualTo(0.05);
    }

    @Test
    void takesFactorsAndPlacesFromTheNextStepOn() {
        LockstepCore core = core(2, 1000, 1000, false);
        add(core, sequence(10, 5));
        add(core, sequence(10, 5));
        add(core, sequence(10, 5));
        core.setFactors(2, 3);
        core.setMaxRunning(1);
        assertThat(core.begin(0).durationNanos()).isEqualTo(2 * STEP_OF_ONE_NANOS + 3 * 100_000);
        core.end(1);
        core.setMaxRunning(0);
        core.setFactors(1, 1);
        assertThat(core.begin(1).durationNanos()).isEqualTo(STEP_OF_ONE_NANOS);
        assertThat(core.waiting()).isEqualTo(2);
    }

    @Test
    void refusesToBeDrivenWrongly() {
        LockstepCore core = core(2, 1000, 2, false);
        assertThat(core.begin(0).isIdle()).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> core.end(0));
        Sequence sequence = add(core, sequence(4, 4));
        assertThatIllegalArgumentException().isThrownBy(() -> core.add(sequence));
        assertThatIllegalArgumentException().isThrownBy(() -> core.add(sequence(5, 4)));
        core.begin(0);
        assertThatIllegalStateException().isThrownBy(() -> core.begin(0));
    }

    /** Whatever comes and goes: everybody ends, all blocks come back, never more are held than there are. */
    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
    void keepsItsBooks(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LockstepCore core = core(1 + random.nextInt(6), 6 + random.nextInt(30), 12, random.nextBoolean());
        List<Sequence> all = new ArrayList<>();
        List<Sequence> aborted = new ArrayList<>();
        for (int turn = 0; turn < 2000 || core.running() + core.waiting() > 0; turn++) {
            assertThat(turn).isLessThan(10_000);
            if (turn < 2000 && random.nextInt(3) == 0) {
                String prompt = "aaaabbbbccccddddeeeeffff".substring(0, 1 + random.nextInt(24));
                all.add(add(core, sequence(prompt + (char) ('x' + random.nextInt(3)), 1 + random.nextInt(20))));
            }
            Step step = core.begin(nowNanos);
            if (random.nextInt(20) == 0 && !all.isEmpty()) {
                Sequence gone = all.get(random.nextInt(all.size()));
                core.abort(gone);
                aborted.add(gone);
            }
            if (random.nextInt(200) == 0) {
                core.resetPrefixCache();
            }
            if (!step.isIdle()) {
                nowNanos += step.durationNanos();
                core.end(nowNanos);
            }
            assertThat(core.kvUsage()).isBetween(0.0, 1.0);
        }

        assertThat(core.kvUsage()).isZero();
        assertThat(all)
                .allSatisfy(
                        s -> assertThat(s.isComplete() || aborted.contains(s)).isTrue());
        core.resetPrefixCache();
        assertThat(all).allSatisfy(s -> assertThat(s.heldBlocks()).isZero());
        // With nothing filled, all but the kept share of the peak is back.
        assertThat(core.usedBytes()).isLessThanOrEqualTo((10 + 6) * MEBI);
    }

    private LockstepCore core(int maxRunning, int tokensPerStep, int blocks, boolean prefixCache) {
        return new LockstepCore(
                new LockstepSettings(COST, maxRunning, tokensPerStep, new KvSettings(blocks, 4, prefixCache), MEMORY),
                () -> 1);
    }

    private LockstepCore core(int maxRunning, int tokensPerStep, int blocks, MemorySettings memory) {
        return new LockstepCore(
                new LockstepSettings(COST, maxRunning, tokensPerStep, new KvSettings(blocks, 4, false), memory),
                () -> 1);
    }

    private Sequence sequence(int promptTokens, int totalTokens) {
        return new Sequence(nowNanos, promptTokens, totalTokens, BlockHashes.NONE);
    }

    /** A character is a token. */
    private Sequence sequence(String prompt, int totalTokens) {
        return new Sequence(
                nowNanos,
                prompt.length(),
                totalTokens,
                new BlockHashes.Builder(4).text(prompt).build());
    }

    private static Sequence add(LockstepCore core, Sequence sequence) {
        core.add(sequence);
        return sequence;
    }

    private List<Sequence> step(LockstepCore core) {
        nowNanos += core.begin(nowNanos).durationNanos();
        return core.end(nowNanos);
    }

    private Sequence run(LockstepCore core, Sequence sequence) {
        core.add(sequence);
        while (!sequence.isComplete()) {
            step(core);
        }
        return sequence;
    }
}
