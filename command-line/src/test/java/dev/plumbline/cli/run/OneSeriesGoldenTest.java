package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.history.RunsCommand;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.RunJudge;
import dev.plumbline.judgement.run.SimulatedRun;
import dev.plumbline.reports.ArtifactLimits;
import dev.plumbline.reports.RunFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A run of one series, to the byte: what a run of several adds is nothing here. Text is kept whole, long files as their digest. */
class OneSeriesGoldenTest {

    @TempDir
    private Path root = Path.of("");

    private Path folder = root;
    private RunResult run = new SimulatedRun(7).run();
    private RunVerdict verdict = RunJudge.judge(
            run,
            List.of(RunBaseline.of(new SimulatedRun(8).run())),
            Budget.parseAll(List.of("p95(ttft)<120ms, error_rate<5%, output_token_rate>900")),
            JudgementSettings.defaults());

    @BeforeEach
    void written() {
        folder = RunFolder.open(root, run.identity().runId(), ArtifactLimits.defaults())
                .finish(run, verdict, RunFile::encode);
    }

    @Test
    void theFilesOfARunAreToTheByteWhatTheyWere() throws IOException {
        assertThat(Files.readString(folder.resolve("summary.json"))).isEqualTo(golden("summary.json"));
        assertThat(Files.readString(folder.resolve("summary.md"))).isEqualTo(golden("summary.md"));
        assertThat(Files.readString(folder.resolve("junit.xml"))).isEqualTo(golden("junit.xml"));
        assertThat(digest("run.json") + digest("windows.json") + digest("report.html"))
                .isEqualTo(golden("digests.txt"));
    }

    @Test
    void whatIsShownOfARunIsWhatItWas() throws IOException {
        Screen plain = new Screen(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, false);

        assertThat(String.join("\n", SummaryView.lines(run, verdict, Path.of("runs/1"), plain)))
                .isEqualTo(golden("terminal.txt"));
        assertThat(execute("list") + execute("show", run.identity().runId())).isEqualTo(golden("runs.txt"));
    }

    private String execute(String... arguments) {
        CommandLine line = new CommandLine(new RunsCommand());
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        List<String> all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of("--artifact-dir", root.toString()));
        assertThat(line.execute(all.toArray(new String[0]))).isZero();
        return out.toString();
    }

    private String digest(String name) throws IOException {
        try {
            return name + " "
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256")
                                    .digest(Files.readAllBytes(folder.resolve(name))))
                    + "\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String golden(String name) throws IOException {
        try (InputStream kept = OneSeriesGoldenTest.class.getResourceAsStream("/golden/one-series/" + name)) {
            return new String(Objects.requireNonNull(kept, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
