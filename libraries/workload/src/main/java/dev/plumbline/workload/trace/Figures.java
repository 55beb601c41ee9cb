package dev.plumbline.workload.trace;

/** Numbers of rows, checked. */
final class Figures {

    static final String NO_PROMPT = "no prompt tokens: sent with one";
    static final String NO_OUTPUT = "no output tokens: one is asked for";

    private Figures() {}

    /** A number of tokens; whole, 0 or more. */
    static int tokens(double value, String name, int line) throws BadTrace {
        if (!(value >= 0 && value <= TraceRow.MOST_TOKENS) || Math.rint(value) < value || Math.rint(value) > value) {
            throw new BadTrace(
                    line,
                    name + " is " + Figures.text(value) + ", allowed is a whole number of 0 to "
                            + TraceRow.MOST_TOKENS);
        }
        return (int) value;
    }

    /** One where there is none, which is told. */
    static int atLeastOne(int tokens, String otherwise, RowSink sink) {
        if (tokens == 0) {
            sink.changed(otherwise);
            return 1;
        }
        return tokens;
    }

    static String text(double value) {
        return Math.abs(value) < 1e15 && value == Math.rint(value)
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
