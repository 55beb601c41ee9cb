package dev.plumbline.reports;

/**
 * How much a run may leave on disk.
 *
 * @param budgetBytes of the whole folder. When it is used up, the oldest parts of the growing files are deleted, and the
 *     summary says what was dropped. At least {@link #MINIMUM_BUDGET_BYTES}
 */
public record ArtifactLimits(long budgetBytes) {

    /** Below this not even the documents at the end would fit. */
    public static final long MINIMUM_BUDGET_BYTES = 4L << 20;

    private static final long DEFAULT_BUDGET_BYTES = 1L << 30;
    private static final long LARGEST_PART_BYTES = 64L << 20;
    private static final long LARGEST_DOCUMENT_BYTES = 48L << 20;

    public ArtifactLimits {
        if (budgetBytes < MINIMUM_BUDGET_BYTES) {
            throw new IllegalArgumentException(
                    "artifact budget of " + budgetBytes + " bytes is below " + MINIMUM_BUDGET_BYTES);
        }
    }

    /** 1 GiB. */
    public static ArtifactLimits defaults() {
        return new ArtifactLimits(DEFAULT_BUDGET_BYTES);
    }

    /** Size at which a growing file rolls over: a sixteenth of the budget, at most 64 MiB. */
    long partBytes() {
        return Math.min(LARGEST_PART_BYTES, budgetBytes / 16);
    }

    /** What the growing files may use together; the rest is kept for the documents at the end. */
    long growingBytes() {
        return budgetBytes / 16 * 11;
    }

    /** The most that {@code windows.json} and {@code run.json} may use, each; larger ones would be refused when read. */
    long documentBytes() {
        return Math.min(LARGEST_DOCUMENT_BYTES, budgetBytes / 8);
    }

    /** The most that is kept of a log that is attached. */
    long attachedLogBytes() {
        return budgetBytes / 256;
    }
}
