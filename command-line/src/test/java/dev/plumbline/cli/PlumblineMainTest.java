package dev.plumbline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PlumblineMainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        CommandLine line = PlumblineMain.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    @Test
    void anUnknownFlagIsOneLineThatNamesItAndTheHelp() {
        assertThat(execute("demo", "--bogus")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("--bogus")
                .contains("plumb demo --help");
    }

    @Test
    void aSettingOutsideItsRangeIsOneLineThatNamesIt() {
        assertThat(execute("demo", "--concurrency", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("--concurrency")
                .contains("1..64");
    }

    @Test
    void anUnknownCommandIsWrongUsage() {
        assertThat(execute("dmeo")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("dmeo");
    }

    @Test
    void aPartThatIsNotBuiltIsNamed() {
        String home = System.setProperty("plumbline.home", "/nonexistent");
        try {
            assertThat(execute("demo")).isEqualTo(ExitCode.INFRASTRUCTURE);
        } finally {
            if (home == null) {
                System.clearProperty("plumbline.home");
            } else {
                System.setProperty("plumbline.home", home);
            }
        }
        assertThat(err.toString()).contains("the broker is not built");
    }

    @Test
    void everyCommandHasHelpOfUsefulLength() {
        for (Map.Entry<String, CommandLine> command :
                PlumblineMain.commandLine().getSubcommands().entrySet()) {
            assertThat(command.getValue().getUsageMessage())
                    .as(command.getKey())
                    .contains("Usage: plumb " + command.getKey());
            assertThat(command.getValue()
                            .getUsageMessage()
                            .lines()
                            .mapToInt(String::length)
                            .max()
                            .orElse(0))
                    .isLessThanOrEqualTo(100);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "version"})
    void helpAndVersionPass(String argument) {
        assertThat(execute(argument)).isEqualTo(ExitCode.PASS);
        assertThat(out.toString()).isNotBlank();
    }
}
