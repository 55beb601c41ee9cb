package dev.plumbline.cli.outcome;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A fault of our own: whatever a command threw that is neither a {@link CommandFailure} nor another failure with a line and a
 * code. It is told in one line, its stack trace goes to a file, and it ends with {@link ExitCode#INFRASTRUCTURE}: never with
 * 1, which is a regression.
 */
public final class Crash {

    private static final int LONGEST_MESSAGE = 300;

    private Crash() {}

    /**
     * Writes the stack trace to a new file.
     *
     * @param folder where the file is made
     * @return one line: what happened, and where the stack trace lies
     */
    public static String line(Throwable fault, Path folder) {
        String what = fault instanceof OutOfMemoryError
                ? "this process ran out of memory (" + fault.getMessage() + ")"
                : "this is a fault of plumb, not of what it measures: "
                        + fault.getClass().getSimpleName() + oneLine(fault.getMessage());
        return what + "; " + where(fault, folder);
    }

    private static String where(Throwable fault, Path folder) {
        try {
            Path file = Files.createTempFile(folder, "plumb-crash-", ".log");
            Files.writeString(file, trace(fault), StandardCharsets.UTF_8);
            return "the stack trace is in " + file;
        } catch (IOException | OutOfMemoryError e) {
            StackTraceElement[] frames = fault.getStackTrace();
            return "its stack trace could not be written (" + e.getMessage() + ")"
                    + (frames.length == 0 ? "" : ", it came from " + frames[0]);
        }
    }

    private static String trace(Throwable fault) {
        StringWriter text = new StringWriter();
        fault.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static String oneLine(@org.jspecify.annotations.Nullable String message) {
        if (message == null || message.isBlank()) {
            return "";
        }
        String line = message.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return ": " + (line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE));
    }
}
