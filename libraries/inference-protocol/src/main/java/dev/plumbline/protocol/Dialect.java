package dev.plumbline.protocol;

import java.util.function.Consumer;

/** What the JSON texts of one body mean. One thread; never throws for what the bytes are. */
@FunctionalInterface
interface Dialect {

    /**
     * Reads one JSON text: a chunk, a whole answer or an error.
     *
     * @param namedError whether the event that it came in was named {@code error}
     */
    void read(byte[] bytes, int offset, int length, boolean namedError, Consumer<StreamItem> sink);
}
