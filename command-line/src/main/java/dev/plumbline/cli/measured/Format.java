package dev.plumbline.cli.measured;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/** A kind of file that is known. */
interface Format {

    /** Whether a file is of this kind, by the fields at its beginning ({@link Source#head}). */
    boolean isOne(Set<String> head);

    /**
     * Reads all of it; a file may hold several runs.
     *
     * @throws BadFile where it is not what it began as
     */
    List<Measurement> read(Source source) throws IOException;
}
