package dev.plumbline.contract.event;

/**
 * The answers to a request that asked for several: to several prompts, or several to one.
 *
 * @param count how many were asked for or came, 2 or more
 * @param decodeNanos last content - first content of each answer, added up; 0 where nothing streamed
 */
public record Choices(int count, long decodeNanos) {

    public Choices {
        if (count < 2 || decodeNanos < 0) {
            throw new IllegalArgumentException(count + " choices, decodeNanos " + decodeNanos);
        }
    }
}
