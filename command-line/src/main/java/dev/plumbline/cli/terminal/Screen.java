package dev.plumbline.cli.terminal;

import java.io.PrintStream;
import java.util.List;

/**
 * Where a command shows its progress. On a terminal a block of lines is kept at the bottom and rewritten in place;
 * elsewhere the block is left out and only lasting lines appear.
 *
 * <p>One thread.
 */
public final class Screen {

    private static final char ESCAPE = 27;

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

    /** Replaces the block at the bottom; does nothing where lines cannot be rewritten. */
    public void block(List<String> lines) {
        if (!live) {
            return;
        }
        clearBlock();
        lines.forEach(out::println);
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
