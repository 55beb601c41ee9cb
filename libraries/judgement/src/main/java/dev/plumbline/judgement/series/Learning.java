package dev.plumbline.judgement.series;

import dev.plumbline.contract.window.WindowRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A baseline in the making.
 *
 * <p>Distributions are merged into blocks of windows: two thousand groups learn at the same time after a Kafka volume was
 * lost, and three distributions for each of 180 windows would be nine tenths of the memory. What the spread of a rate or of
 * errors is read from is kept for each window, a few numbers.
 *
 * <p>No variance is lost by it. The long-run variance is that of the means of batches of a twelfth of the windows, and
 * {@value #BLOCKS_OF_A_LONG_SPAN} blocks are three for each batch; its lower bound, the plain variance, is read from blocks
 * instead of windows, which is more where neighbours resemble each other. Up to {@value #WINDOWS_OF_A_SHORT_SPAN} windows,
 * each is a block of its own.
 *
 * @param variant the variant that it is learned from: the first that was seen
 * @param blocks valid windows, oldest first; the newest block may still be filling
 */
record Learning(Optional<String> variant, List<LearnedBlock> blocks) {

    /** A span of so many windows is kept window by window. */
    static final int WINDOWS_OF_A_SHORT_SPAN = 60;

    /** Most blocks of a longer one. */
    static final int BLOCKS_OF_A_LONG_SPAN = 36;

    private static final Learning NOTHING = new Learning(Optional.empty(), List.of());

    Learning {
        blocks = List.copyOf(blocks);
    }

    static Learning nothing() {
        return NOTHING;
    }

    /** Nothing learned yet, from this variant. */
    static Learning from(String variant) {
        return new Learning(Optional.of(variant), List.of());
    }

    /** With one window more; a span that was full lets go of its oldest block. */
    Learning plus(WindowRecord window, JudgementSettings settings) {
        List<LearnedBlock> longer = new ArrayList<>(blocks);
        LearnedBlock newest = LearnedBlock.of(window);
        if (!longer.isEmpty() && longer.getLast().windows().size() < settings.learnedBlockWindows()) {
            longer.add(longer.removeLast().plus(newest));
        } else {
            longer.add(newest);
        }
        int most = settings.learnedBlocks();
        return new Learning(
                variant, longer.size() <= most ? longer : longer.subList(longer.size() - most, longer.size()));
    }

    /** Whether there are as many blocks as are needed, and all of them full. */
    boolean isComplete(JudgementSettings settings) {
        return blocks.size() == settings.learnedBlocks()
                && blocks.getLast().windows().size() == settings.learnedBlockWindows();
    }

    long windows() {
        return blocks.stream().mapToLong(block -> block.windows().size()).sum();
    }
}
