package dev.plumbline.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void withoutATerminalThereAreOnlyPlainLines() {
        Screen screen = new Screen(out, false, false);
        screen.block(List.of("moving"));
        screen.line(screen.alarming("stays"));
        assertThat(written()).isEqualTo("stays\n");
    }

    @Test
    void onATerminalABlockIsRewrittenInPlace() {
        Screen screen = new Screen(out, true, false);
        screen.block(List.of("a", "b"));
        screen.block(List.of("c"));
        screen.line("stays");
        assertThat(written()).isEqualTo(cut("a\nb\n") + "\u001b[2A\u001b[J" + cut("c\n") + "\u001b[1A\u001b[Jstays\n");
    }

    /** A line that wraps makes the block higher than what is taken away before the next one. */
    @Test
    void whatIsInABlockIsOneLineEachAndTheTerminalCutsItAtItsEdge() {
        Screen screen = new Screen(out, true, true);
        screen.block(List.of(
                "failed  HTTP_5XX 12 (" + "\u932f\u8aa4".repeat(200) + ")",
                "said\r\nin\tlines\u2028and " + screen.bold("bold")));
        screen.clearBlock();
        assertThat(written())
                .isEqualTo(cut("failed  HTTP_5XX 12 (" + "\u932f\u8aa4".repeat(200)
                                + ")\nsaid in lines and \u001b[1mbold\u001b[0m\n")
                        + "\u001b[2A\u001b[J");
    }

    @Test
    void whatStaysIsWholeAndMayWrap() {
        Screen screen = new Screen(out, true, false);
        screen.line("x".repeat(500));
        assertThat(written()).isEqualTo("x".repeat(500) + "\n");
    }

    private static String cut(String lines) {
        return "\u001b[?7l" + lines + "\u001b[?7h";
    }

    @Test
    void coloursAreLeftOutWhenTheyAreNotWanted() {
        assertThat(new Screen(out, true, false).bold("x")).isEqualTo("x");
        assertThat(new Screen(out, true, true).bold("x")).isEqualTo("\u001b[1mx\u001b[0m");
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
