package dev.plumbline.target;

import java.util.List;
import java.util.OptionalInt;

/** The spelling of one answer in one API, ASCII. Used on the event loop only. */
interface Wording {

    /** Of a streamed answer. */
    String streamContentType();

    /** What is said before the first content; may be empty. */
    byte[] opening(int promptTokens);

    /** The same, when it is known how many prompt tokens the prefix cache had. */
    default byte[] opening(int promptTokens, OptionalInt cachedTokens) {
        return opening(promptTokens);
    }

    /**
     * A piece of content.
     *
     * @param text may be empty when the answer is
     * @param last whether nothing follows
     * @param finishReason {@code stop} or {@code length}
     */
    byte[] content(byte[] text, boolean last, String finishReason);

    /** What is said after the last content. */
    byte[] closing(Work work, String finishReason);

    /** What ends a stream that fails. */
    byte[] failure(RequestRefused error);

    /** An answer in one piece. */
    String whole(Work work, String finishReason);

    /** One of several answers, at its end. */
    record Finished(Work work, String finishReason) {}

    /**
     * Answers in one piece.
     *
     * @param answers by their index; more than one only where the API has several
     * @param all what they took together
     */
    default String whole(List<Finished> answers, Work all) {
        return whole(answers.getFirst().work(), answers.getFirst().finishReason());
    }

    /** The text of a whole answer. */
    static String text(Work work) {
        return work.outputTokens() == 0 ? "" : Protocol.text(0, work.outputTokens());
    }

    static byte[] joined(byte[] before, byte[] text, byte[] after) {
        byte[] all = new byte[before.length + text.length + after.length];
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(text, 0, all, before.length, text.length);
        System.arraycopy(after, 0, all, before.length + text.length, after.length);
        return all;
    }
}
