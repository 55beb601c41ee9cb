package dev.plumbline.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The last chunk of a stream that had content: engines repeat all of it but the content, byte for byte. Another text with the
 * same bytes up to the quote that opens the content, and the same ones from the quote that closes it on, is to a JSON parser
 * the same but for that string; it is the same chunk, and need not be parsed.
 *
 * <p>That holds where a string lies between, and one that says the same whoever reads it: not empty, without quotes, escapes and
 * control characters, and UTF-8 without doubt. Everything else is left to the parser, whatever comes of it there.
 *
 * <p>Bounded: no text longer than {@value #MOST_BYTES} bytes is kept in mind. Where something besides the content changes with
 * each chunk, as a time does with Ollama, it stops to learn after {@value #MOST_IN_VAIN} texts. One stream, one thread.
 */
final class LastShape {

    static final int MOST_BYTES = 4_096;

    /** More than a stream may begin with before its chunks are alike: a role, a first word with a name. */
    static final int MOST_IN_VAIN = 8;

    private static final Optional<StreamItem.Chunk> ANSWER = Optional.of(StreamItem.Chunk.ANSWER);
    private static final Optional<StreamItem.Chunk> REASONING = Optional.of(StreamItem.Chunk.REASONING);

    private final boolean keepsText;
    private byte[] shape = new byte[0];
    private int length;
    private int contentOffset;
    private int contentEnd;
    private int choice;
    private boolean isAnswer;
    private int inVain;

    /** @param keepsText whether chunks have their text */
    LastShape(boolean keepsText) {
        this.keepsText = keepsText;
    }

    /** The chunk that a text is, where it has this shape; else it is to be parsed. */
    Optional<StreamItem.Chunk> chunkOf(byte[] bytes, int offset, int textLength) {
        int behind = length - contentEnd;
        int from = offset + contentOffset;
        int end = offset + textLength;
        int to = end - behind;
        if (length == 0
                || from >= to
                || textLength > MOST_BYTES
                || !Arrays.equals(shape, 0, contentOffset, bytes, offset, from)
                || !Arrays.equals(shape, contentEnd, length, bytes, to, end)
                || !isPlain(bytes, from, to)) {
            return Optional.empty();
        }
        inVain = 0;
        if (keepsText || choice > 0) {
            String text = keepsText ? new String(bytes, from, to - from, StandardCharsets.UTF_8) : "";
            return Optional.of(content(choice, isAnswer, text));
        }
        return isAnswer ? ANSWER : REASONING;
    }

    private static StreamItem.Chunk content(int choice, boolean isAnswer, String text) {
        return new StreamItem.Chunk(choice, true, isAnswer, text, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Whether it is of use to {@link #learn}. */
    boolean isLearning() {
        return inVain < MOST_IN_VAIN;
    }

    /**
     * Keeps a text in mind that was parsed.
     *
     * @param quoteOffset of the quote that opens its only content, from the beginning of the text
     * @param content as it was parsed
     * @param chunk all that was told of the text
     */
    void learn(byte[] bytes, int offset, int textLength, long quoteOffset, String content, StreamItem.Chunk chunk) {
        byte[] raw = content.getBytes(StandardCharsets.UTF_8);
        long end = quoteOffset + 1 + raw.length;
        if (textLength > MOST_BYTES
                || raw.length == 0
                || quoteOffset < 0
                || end >= textLength
                || !chunk.equals(content(chunk.choice(), chunk.answer(), keepsText ? content : ""))) {
            return;
        }
        int from = offset + (int) quoteOffset + 1;
        int to = offset + (int) end;
        if (bytes[from - 1] != '"' || bytes[to] != '"' || !Arrays.equals(raw, 0, raw.length, bytes, from, to)) {
            // It was written with escapes.
            return;
        }
        inVain++;
        if (shape.length < textLength) {
            shape = new byte[textLength + 64];
        }
        System.arraycopy(bytes, offset, shape, 0, textLength);
        length = textLength;
        contentOffset = from - offset;
        contentEnd = to - offset;
        choice = chunk.choice();
        isAnswer = chunk.answer();
    }

    /** Without what ends a string or begins an escape, what no string may have, and what is not UTF-8 (RFC 3629, section 4). */
    private static boolean isPlain(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int b = bytes[at++];
            if (b >= 0) {
                if (b < ' ' || b == '"' || b == '\\') {
                    return false;
                }
                continue;
            }
            int lead = b & 0xFF;
            int following = lead < 0xC2 ? -1 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : -1;
            if (following < 0 || to - at < following) {
                return false;
            }
            // Neither overlong, nor a surrogate, nor beyond the last character.
            int second = bytes[at] & 0xFF;
            int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
            int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
            if (second < least || second > most) {
                return false;
            }
            for (int i = 1; i < following; i++) {
                if ((bytes[at + i] & 0xC0) != 0x80) {
                    return false;
                }
            }
            at += following;
        }
        return true;
    }
}
