package dev.plumbline.workload;

import java.io.IOException;

/** Bytes that somebody has opened, such as {@code stream::read}. */
@FunctionalInterface
public interface ByteSource {

    /**
     * Reads some.
     *
     * @return how many, 1 or more; -1 at the end
     */
    int read(byte[] into) throws IOException;
}
