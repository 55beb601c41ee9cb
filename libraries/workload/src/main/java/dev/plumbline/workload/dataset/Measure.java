package dev.plumbline.workload.dataset;

/** Lengths of texts. */
final class Measure {

    private static final int LATIN_1 = 0xff;

    private Measure() {}

    /** Bytes that a text takes in memory: one for a character, two where one of them is beyond Latin-1. */
    static long heldBytes(String text) {
        return text.chars().allMatch(one -> one <= LATIN_1) ? text.length() : 2L * text.length();
    }

    /** Bytes of a text in UTF-8. */
    static long utf8Bytes(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            if (one < 0x80) {
                bytes++;
            } else if (one < 0x800) {
                bytes += 2;
            } else if (Character.isHighSurrogate(one)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }
}
