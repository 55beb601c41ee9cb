package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.judgement.compat.ForeignTally;
import dev.plumbline.judgement.compat.ForeignTool;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForeignViewTest {

    @Test
    void namesAndValuesAreThoseOfTheOtherTool() {
        ForeignTally tally = new ForeignTally(ForeignTool.AIPERF, true);
        tally.add(Requests.streamed(10_000, 50, 5));
        tally.add(Requests.streamed(11_000, 60, 5));
        Screen screen = new Screen(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, false);

        List<String> lines = ForeignView.lines(tally.figures(), screen);

        assertThat(lines).contains("    as AIPerf would tell it, over all measured requests");
        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("    time_to_first_token ")
                        .contains("avg 55", "p99 59.9")
                        .endsWith(" ms"));
        assertThat(lines).anySatisfy(line -> assertThat(line).startsWith("    not told: time_to_second_token ("));
    }
}
