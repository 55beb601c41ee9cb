package dev.plumbline.cli.measured;

/** A file cannot be used; the message is one line that names the file, the place in it, what is wrong and what to do. */
public final class BadFile extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what comes from the file may be in it: whatever is no letter becomes white space */
    public BadFile(String message) {
        super(message.replaceAll("\\p{Cntrl}+", " "));
    }
}
