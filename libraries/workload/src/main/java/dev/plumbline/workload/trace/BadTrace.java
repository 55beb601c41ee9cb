package dev.plumbline.workload.trace;

/** A trace cannot be read. The message is one line: what is wrong, and what to do. */
public final class BadTrace extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 1_000;

    private final int line;

    /** @param line from 1; 0 = the file as a whole */
    BadTrace(int line, String problem) {
        super(oneLine(problem));
        this.line = line;
    }

    /** Where, and what: {@code trace.csv:17: ...}. */
    public String in(String file) {
        return file + (line > 0 ? ":" + line : "") + ": " + getMessage();
    }

    static String oneLine(String text) {
        String flat = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
        return flat.length() <= LONGEST ? flat : flat.substring(0, LONGEST) + "...";
    }
}
