package dev.plumbline.workload.trace;

import dev.plumbline.workload.ByteSource;
import java.io.IOException;
import java.util.List;

/** The files of a trace, as somebody opens them who closes them, too. */
public interface TraceFiles {

    /** Name of the file that was named, without a folder; of a folder its name. */
    String name();

    /** Whether a folder was named. */
    boolean isFolder();

    /** Names of what lies in the folder, in any order. */
    List<String> names() throws IOException;

    /** The file that was named. */
    ByteSource open() throws IOException;

    /**
     * Another file: one of the folder, or beside the file that was named.
     *
     * @throws IOException where it cannot be opened
     */
    ByteSource open(String name) throws IOException;
}
