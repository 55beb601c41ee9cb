package dev.plumbline.workload;

import java.io.IOException;
import java.util.Arrays;

/** The bytes of a file as they were before somebody compressed them with gzip; of any other the same bytes. */
public final class Unpacked {

    private static final int BUFFER_BYTES = 64 << 10;

    private Unpacked() {}

    /**
     * Looks at the first bytes. What is compressed is unpacked as it is read; what of it is damaged or cut off is an {@link
     * IOException} there.
     */
    public static ByteSource of(ByteSource source) throws IOException {
        byte[] beginning = beginning(source);
        ByteSource whole = behind(beginning, source);
        return Packing.isGzip(beginning) ? new Gunzip(whole) : whole;
    }

    private static byte[] beginning(ByteSource source) throws IOException {
        byte[] all = new byte[0];
        byte[] part = new byte[BUFFER_BYTES];
        for (int read = source.read(part); read > 0; read = source.read(part)) {
            int before = all.length;
            all = Arrays.copyOf(all, before + read);
            System.arraycopy(part, 0, all, before, read);
            if (all.length >= Packing.BEGINNING_BYTES) {
                break;
            }
        }
        return all;
    }

    private static ByteSource behind(byte[] beginning, ByteSource rest) {
        int[] given = {0};
        return into -> {
            int count = Math.min(into.length, beginning.length - given[0]);
            if (count <= 0) {
                return rest.read(into);
            }
            System.arraycopy(beginning, given[0], into, 0, count);
            given[0] += count;
            return count;
        };
    }
}
