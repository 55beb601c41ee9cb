package dev.plumbline.protocol;

/**
 * How much of an answer is taken, in bytes; what is longer is malformed.
 *
 * @param maxEventBytes longest line and longest event of a stream
 * @param maxBodyBytes longest answer in one piece, and longest error body
 * @param maxStreamBytes longest stream
 */
public record AnswerLimits(int maxEventBytes, int maxBodyBytes, long maxStreamBytes) {

    /** 1 MiB an event, 4 MiB a body, 256 MiB a stream. */
    public static final AnswerLimits DEFAULT = new AnswerLimits(1 << 20, 4 << 20, 1L << 28);

    public AnswerLimits {
        if (maxEventBytes < 1 || maxBodyBytes < 1 || maxStreamBytes < 1) {
            throw new IllegalArgumentException(
                    "limits must be positive: " + maxEventBytes + ", " + maxBodyBytes + ", " + maxStreamBytes);
        }
    }
}
