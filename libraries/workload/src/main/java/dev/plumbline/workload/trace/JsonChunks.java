package dev.plumbline.workload.trace;

import java.util.Optional;

/**
 * The objects of a file, each as a text: one to a line, over several lines, or in an array. What is inside is not understood here but
 * for its brackets and texts.
 */
final class JsonChunks {

    private static final int MOST_CHARACTERS = 64 << 20;
    private static final int SHOWN = 40;

    private final Lines lines;
    private String line;
    private int at;
    private boolean isInArray;
    private boolean isBegun;

    /** @param first line that is not blank, which was taken from them */
    JsonChunks(String first, Lines lines) {
        this.line = first;
        this.lines = lines;
    }

    /**
     * An object.
     *
     * @param line on which it begins
     */
    record Chunk(int line, String text) {}

    /** The next object; empty behind the last one. */
    Optional<Chunk> next() throws BadTrace {
        while (true) {
            while (at < line.length() && isBetween(line.charAt(at))) {
                at++;
            }
            if (at < line.length()) {
                return Optional.of(object());
            }
            Optional<String> more = lines.next();
            if (more.isEmpty()) {
                return Optional.empty();
            }
            line = more.get();
            at = 0;
        }
    }

    private boolean isBetween(char c) {
        if (c == '[' && !isBegun) {
            isBegun = true;
            isInArray = true;
            return true;
        }
        isBegun |= !Character.isWhitespace(c);
        return Character.isWhitespace(c) || (isInArray && (c == ',' || c == ']'));
    }

    private Chunk object() throws BadTrace {
        int begin = lines.number();
        if (line.charAt(at) != '{') {
            String found = line.substring(at, Math.min(line.length(), at + SHOWN));
            throw new BadTrace(begin, "expected a JSON object, one for each row, and found " + found);
        }
        StringBuilder text = new StringBuilder();
        int depth = 0;
        while (true) {
            boolean isText = false;
            int from = at;
            for (; at < line.length(); at++) {
                char c = line.charAt(at);
                if (isText) {
                    if (c == '\\') {
                        at++;
                    } else if (c == '"') {
                        isText = false;
                    }
                } else if (c == '"') {
                    isText = true;
                } else if (c == '{' || c == '[') {
                    depth++;
                } else if ((c == '}' || c == ']') && --depth == 0) {
                    at++;
                    return new Chunk(begin, text.append(line, from, at).toString());
                }
            }
            if (isText) {
                throw new BadTrace(lines.number(), "not JSON: a text has no end in its line");
            }
            text.append(line, from, line.length()).append('\n');
            if (text.length() > MOST_CHARACTERS) {
                throw new BadTrace(
                        begin,
                        "an object of more than " + (MOST_CHARACTERS >> 20)
                                + " MiB: expected one row to a line, or one session to an object");
            }
            Optional<String> more = lines.next();
            if (more.isEmpty()) {
                throw new BadTrace(begin, "not JSON: what begins here has no end");
            }
            line = more.get();
            at = 0;
        }
    }
}
