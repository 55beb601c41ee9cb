package dev.plumbline.workload.trace;

import java.util.function.Supplier;

/** Takes the rows of a file one by one, in the order of the file. */
interface RowSink {

    /**
     * One row.
     *
     * @param row its time as the format has it: since 1970, or since whatever the format counts from
     * @param text of its prompt; empty where the file has none
     * @return whether more are wanted
     */
    boolean row(TraceRow row, Supplier<String> text) throws BadTrace;

    /** A row that is no request to be replayed. */
    void leftOut(String reason);

    /** A row is replayed otherwise than it was. */
    void changed(String reason);

    /** Blocks are of so many tokens, as the file itself says. */
    void blockTokens(int line, int tokens) throws BadTrace;
}
