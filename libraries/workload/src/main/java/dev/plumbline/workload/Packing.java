package dev.plumbline.workload;

import java.util.Optional;

/** What the first bytes of a file say of how its text is packed. */
public final class Packing {

    /** So many bytes are enough. */
    public static final int BEGINNING_BYTES = 4;

    private Packing() {}

    /** Whether it is compressed with gzip. */
    public static boolean isGzip(byte[] beginning) {
        return begins(beginning, 0x1f, 0x8b);
    }

    /** Whether it begins with the mark of UTF-8, three bytes that are no text. */
    public static boolean hasMark(byte[] beginning) {
        return begins(beginning, 0xef, 0xbb, 0xbf);
    }

    /** What it is instead of text in UTF-8, and what makes that of it; empty where it may be text. */
    public static Optional<String> problem(byte[] beginning) {
        if (begins(beginning, 0x28, 0xb5, 0x2f, 0xfd)) {
            return Optional.of("is compressed with zstd: unpack it with unzstd");
        }
        if (begins(beginning, 'P', 'K', 3, 4)) {
            return Optional.of("is a zip archive: unpack it");
        }
        if (begins(beginning, 'P', 'A', 'R', '1')) {
            return Optional.of("is a Parquet file, which is not read: convert it to JSONL or CSV");
        }
        if (begins(beginning, 0xff, 0xfe) || begins(beginning, 0xfe, 0xff)) {
            return Optional.of("is UTF-16: convert it, for example with iconv -f UTF-16 -t UTF-8");
        }
        for (byte one : beginning) {
            if (one == 0) {
                return Optional.of("is no text (it has a byte 0): is it the right file?");
            }
        }
        return Optional.empty();
    }

    private static boolean begins(byte[] bytes, int... with) {
        for (int i = 0; i < with.length; i++) {
            if (bytes.length <= i || (bytes[i] & 0xff) != with[i]) {
                return false;
            }
        }
        return true;
    }
}
