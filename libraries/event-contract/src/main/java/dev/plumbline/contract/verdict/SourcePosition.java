package dev.plumbline.contract.verdict;

/** Where a window record lies in its topic. */
public record SourcePosition(int partition, long offset) {

    public SourcePosition {
        if (partition < 0 || offset < 0) {
            throw new IllegalArgumentException("partition " + partition + ", offset " + offset + " is negative");
        }
    }
}
