package dev.plumbline.workload.trace;

import java.io.IOException;
import java.util.Iterator;

/**
 * Makes of a trace or of a log of chats a trace without a text, a name or a moment of a day: JSONL as Mooncake's, times in
 * milliseconds from the first row on. What remains is when, how long, which prompts began alike, and which rows were one session.
 *
 * <p>Of texts, every {@value #CHARACTERS_PER_TOKEN} characters count as a token; a block is named by a SHA-256 over the salt, what is
 * before it and itself, and the names are then replaced by numbers in the order in which they are met. So nobody who does not have
 * the salt can try whether a text was there; whoever calls this forgets it.
 */
public final class Anonymizer {

    /** Tokens of a block that is made of a text. */
    public static final int BLOCK_TOKENS = 64;

    /** As many are taken for one. */
    public static final int CHARACTERS_PER_TOKEN = 4;

    private static final int LEAST_SALT_BYTES = 16;

    private Anonymizer() {}

    /**
     * What was written.
     *
     * @param rows one line each
     * @param leftOut rows that are no request
     * @param blocks different ones
     * @param sessions different ones
     */
    public record Written(TraceFormat from, int rows, int leftOut, int blocks, int sessions) {}

    /**
     * Reads a trace of any format and writes what is left of it.
     *
     * @param salt random, 16 bytes or more
     * @throws IOException where one of them cannot be read or written; {@link java.io.UncheckedIOException} behind its beginning
     */
    public static Written anonymize(TraceFiles files, byte[] salt, Appendable out) throws BadTrace, IOException {
        AnonymousRows rows = rows(salt);
        return rows.write(TraceReader.each(files, rows, new ClassField.Own()), out);
    }

    /** The same of the lines of a file, without their ends. */
    static Written anonymize(Iterator<String> lines, byte[] salt, Appendable out) throws BadTrace, IOException {
        AnonymousRows rows = rows(salt);
        return rows.write(TraceReader.each(lines, rows, new ClassField.Own()), out);
    }

    private static AnonymousRows rows(byte[] salt) {
        if (salt.length < LEAST_SALT_BYTES) {
            throw new IllegalArgumentException("a salt of " + salt.length + " bytes");
        }
        return new AnonymousRows(salt);
    }
}
