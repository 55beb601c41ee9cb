package dev.plumbline.cli.terminal;

import java.io.PrintStream;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a command shows its progress. On a terminal a block of lines is kept at the bottom and rewritten in place;
 * elsewhere the block is left out and only lasting lines appear.
 *
 * <p>One thread.
 */
public final class Screen {

    private static final char ESCAPE = 27;

    /** DECAWM, which every terminal has that can move its cursor up. */
    private static final String CUT_AT_THE_EDGE = ESCAPE + "[?7l";

    private static final String WRAP = ESCAPE + "[?7h";

    /** Whatever moves the cursor; an escape, of which styles are made, is none. */
    private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\x{85}\\x{2028}\\x{2029}&&[^\\x{1b}]]+");

    private final PrintStream out;
    private final boolean live;
    private final boolean coloured;
    private int blockLines;

    /**
     * @param live whether lines can be rewritten: standard output is a terminal
     * @param coloured whether colours are wanted
     */
    public Screen(PrintStream out, boolean live, boolean coloured) {
        this.out = out;
        this.live = live;
        this.coloured = coloured;
    }

    /** The screen of this process: the script says whether standard output is a terminal; NO_COLOR is honoured. */
    public static Screen ofProcess(PrintStream out) {
        boolean terminal = Boolean.getBoolean("plumbline.terminal");
        String noColour = System.getenv("NO_COLOR");
        String kind = System.getenv("TERM");
        boolean live = terminal && !"dumb".equals(kind);
        return new Screen(out, live, live && (noColour == null || noColour.isEmpty()));
    }

    /** Whether blocks are shown. */
    public boolean isLive() {
        return live;
    }

    /** Writes a line that stays. */
    public void line(String text) {
        clearBlock();
        out.println(text);
        out.flush();
    }

    /**
     * Replaces the block at the bottom; does nothing where lines cannot be rewritten. A line is one line, whatever it holds and
     * however narrow the terminal is: the terminal itself cuts it at its right edge, because nobody else knows how wide it is at
     * this moment and how wide its letters are. A wrapped line would make the block higher than what is taken away before the
     * next one.
     */
    public void block(List<String> lines) {
        if (!live) {
            return;
        }
        clearBlock();
        out.print(CUT_AT_THE_EDGE);
        lines.forEach(line -> out.println(BREAKS.matcher(line).replaceAll(" ")));
        out.print(WRAP);
        blockLines = lines.size();
        out.flush();
    }

    /** Removes the block. */
    public void clearBlock() {
        if (blockLines > 0) {
            out.print(ESCAPE + "[" + blockLines + "A" + ESCAPE + "[J");
            blockLines = 0;
            out.flush();
        }
    }

    /** The text in bold, where colours are wanted. */
    public String bold(String text) {
        return styled("1", text);
    }

    /** The text as a warning. */
    public String alarming(String text) {
        return styled("1;31", text);
    }

    /** The text as good news. */
    public String reassuring(String text) {
        return styled("32", text);
    }

    /** The text as something of less weight. */
    public String quiet(String text) {
        return styled("2", text);
    }

    private String styled(String code, String text) {
        return coloured ? ESCAPE + "[" + code + "m" + text + ESCAPE + "[0m" : text;
    }
}
