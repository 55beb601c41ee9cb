package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real command, started by its script in a shell that has no locale of UTF-8: names of every alphabet arrive in all parts
 * and come back. What is typed stands in a file, because this JVM may be in such a locale, too.
 */
class LocaleIT {

    private static final String TYPED = """
            "$1/plumb" run --url "$2" --duration 3s --warmup-duration 1s --window 1s --quiet --inconclusive pass \\
              --scenario gr\u00f6\u00dfe --variant \u8a66\u9a13 --metadata besitzer=M\u00fcller --artifact-dir l\u00e4ufe --state zust\u00e4nde \\
              ANY_MACHINE
            echo "code $?"
            cat l\u00e4ufe/latest/summary.json
            echo "
            event"
            head -n 1 l\u00e4ufe/latest/events.jsonl
            """;

    @TempDir
    private Path folder;

    @Test
    void namesOfEveryAlphabetArriveWithoutALocale() throws Exception {
        Installation installation = Installation.ofSystemProperties();
        Path typed = Files.writeString(folder.resolve("typed.sh"), TYPED.replace("ANY_MACHINE", AnyMachine.shell()));
        File told = folder.resolve("told").toFile();
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            ProcessBuilder shell = new ProcessBuilder(
                            "/bin/sh", typed.toString(), installation.home().toString(), target.baseUrl())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(told);
            List.of("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE").forEach(shell.environment()::remove);
            shell.environment().put("LC_ALL", "C");
            shell.environment().put("PLUMB_NO_BUILD", "1");
            shell.environment().put("JAVA_HOME", installation.java().toString());
            assertThat(shell.start().waitFor(Patience.LONGEST.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
        }
        String output = Files.readString(told.toPath(), StandardCharsets.UTF_8);
        assertThat(output).contains("l\u00e4ufe/").contains("code 0");
        JsonNode summary = new ObjectMapper().readTree(output.substring(output.indexOf("\n{") + 1));
        assertThat(summary.at("/run/scenario").asText()).isEqualTo("gr\u00f6\u00dfe");
        assertThat(summary.at("/run/variant").asText()).isEqualTo("\u8a66\u9a13");
        assertThat(summary.at("/environment/subject/besitzer").asText()).isEqualTo("M\u00fcller");
        assertThat(summary.at("/requests/completed").asLong()).isPositive();
        assertThat(output.substring(output.indexOf("\nevent")))
                .contains("\"scenario\":\"gr\u00f6\u00dfe\"", "\"variant\":\"\u8a66\u9a13\"");
    }
}
