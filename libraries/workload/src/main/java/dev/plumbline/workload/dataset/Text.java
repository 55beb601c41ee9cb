package dev.plumbline.workload.dataset;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of one entry that become text: bounded, and UTF-8 or refused. */
final class Text {

    /** Most that one line or entry may be. */
    static final int MOST_BYTES = 16 << 20;

    private static final int FIRST_BYTES = 1 << 10;
    private static final char REPLACEMENT = '\ufffd';

    private final Place place;
    private byte[] bytes = new byte[FIRST_BYTES];
    private int count;

    Text(Place place) {
        this.place = place;
    }

    void add(int one) {
        if (count == MOST_BYTES) {
            throw place.unusable(
                    "is longer than " + (MOST_BYTES >> 20) + " MiB: shorten it, or look whether its end is missing");
        }
        if (count == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(MOST_BYTES, 2 * count));
        }
        bytes[count++] = (byte) one;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** What was added. */
    String text() {
        String text = new String(bytes, 0, count, StandardCharsets.UTF_8);
        // That stands for bytes that are no UTF-8, or for itself.
        if (text.indexOf(REPLACEMENT) >= 0) {
            requireUtf8();
        }
        return text;
    }

    private void requireUtf8() {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, count));
        } catch (CharacterCodingException e) {
            throw place.unusable("is not UTF-8: convert the file, for example with iconv -f LATIN1 -t UTF-8");
        }
    }

    /** Without halves of surrogate pairs, which no UTF-8 can hold: as every encoder has them, replaced. */
    static String wellFormed(String text) {
        int broken = brokenAt(text, 0);
        if (broken < 0) {
            return text;
        }
        StringBuilder mended = new StringBuilder(text);
        while (broken >= 0) {
            mended.setCharAt(broken, REPLACEMENT);
            broken = brokenAt(mended, broken + 1);
        }
        return mended.toString();
    }

    private static int brokenAt(CharSequence text, int from) {
        for (int i = from; i < text.length(); i++) {
            char one = text.charAt(i);
            if (Character.isHighSurrogate(one)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(one)) {
                return i;
            }
        }
        return -1;
    }
}
