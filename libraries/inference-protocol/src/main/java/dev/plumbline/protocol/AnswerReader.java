package dev.plumbline.protocol;

/**
 * Turns the bytes of one body into {@link StreamItem}s, as they arrive, cut anywhere. Items are handed over inside the calls.
 *
 * <p>Never throws for what the bytes are: what cannot be understood is a {@link StreamItem.Malformed}, after which nothing
 * more is taken. One body, one thread.
 */
public interface AnswerReader {

    /** Takes the next bytes; they are not kept beyond the call unless copied. */
    void feed(byte[] bytes, int offset, int length);

    /**
     * No more bytes come.
     *
     * @param cleanly whether the body ended as HTTP says, not by a broken connection
     */
    void end(boolean cleanly);

    /**
     * Whether the body is a stream, so that the moments of its items mean something; what is expected until its first bytes
     * came. A {@link StreamItem.Reframed} tells a change.
     */
    boolean isStream();
}
