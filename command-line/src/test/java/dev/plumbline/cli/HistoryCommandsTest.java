package dev.plumbline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.TokenCounting;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.RunJudge;
import dev.plumbline.judgement.run.SimulatedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class HistoryCommandsTest {

    @TempDir
    private Path temporary;

    private Path root;
    private String first = "";
    private String second = "";
    private String out = "";
    private String err = "";

    @BeforeEach
    void twoRuns() throws IOException {
        root = temporary.resolve("runs");
        RunResult baseline = new SimulatedRun(1).run();
        SimulatedRun later = new SimulatedRun(2);
        later.startEpochMillis += 3_600_000;
        RunResult run = later.run();
        first = put(baseline, List.of());
        second = put(run, List.of(baseline));
        Files.createDirectories(root.resolve("20260101T000000Z-soak.partial"));
    }

    private String put(RunResult run, List<RunResult> baselines) throws IOException {
        Path folder = Files.createDirectories(root.resolve(run.identity().runId()));
        RunFile.write(
                folder.resolve(RunFile.NAME),
                run,
                RunJudge.judge(
                        run,
                        baselines.stream().map(RunBaseline::of).toList(),
                        Budget.parseAll(List.of("p95(ttft)<500ms, error_rate<1%")),
                        JudgementSettings.defaults()));
        return run.identity().runId();
    }

    private int execute(String... arguments) {
        CommandLine line = PlumblineMain.commandLine();
        StringWriter standard = new StringWriter();
        StringWriter error = new StringWriter();
        line.setOut(new PrintWriter(standard));
        line.setErr(new PrintWriter(error));
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--artifact-dir", root.toString()));
        int code = line.execute(all.toArray(new String[0]));
        out = standard.toString();
        err = error.toString();
        return code;
    }

    @Test
    void listIsATableWithTheNewestFirst() {
        assertThat(execute("runs", "list")).isEqualTo(ExitCode.PASS);
        assertThat(out.lines().map(line -> line.split(" ")[0]))
                .containsExactly("RUN", second, first, "20260101T000000Z-soak");
        assertThat(out).contains("svc/m/chat/c8").contains("pass, green").contains("unfinished");
    }

    @Test
    void runsAloneListsThem() {
        execute("runs", "list");
        String listed = out;

        assertThat(execute("runs")).isEqualTo(ExitCode.PASS);
        assertThat(out).isEqualTo(listed);
        assertThat(execute("runs", "--limit", "1")).isEqualTo(ExitCode.PASS);
        assertThat(out).contains(second).doesNotContain(first);
        assertThat(execute("runs", "--limit", "0")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void listAsJsonNamesTheUnits() throws IOException {
        assertThat(execute("runs", "list", "--json", "--limit", "1")).isEqualTo(ExitCode.PASS);
        JsonNode runs = new ObjectMapper().readTree(out);
        assertThat(runs).hasSize(1);
        assertThat(runs.get(0).get("runId").asText()).isEqualTo(second);
        assertThat(runs.get(0).get("ttftP95Nanos").asLong()).isBetween(60_000_000L, 120_000_000L);
        assertThat(runs.get(0).get("durationMillis").asLong()).isEqualTo(120_000);
        assertThat(runs.get(0).get("outputTokensPerSecond").asDouble()).isBetween(700.0, 900.0);
    }

    @Test
    void anEmptyStoreIsNoError() {
        root = temporary.resolve("nothing");
        assertThat(execute("runs", "list")).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("no runs in");
        assertThat(execute("baseline", "list")).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("no green run");
        assertThat(root).doesNotExist();
    }

    @Test
    void theGateIsTriedOnItsOwnGreenRuns() throws IOException {
        assertThat(execute("gate", "selftest")).isEqualTo(ExitCode.INCONCLUSIVE);
        assertThat(err.lines())
                .singleElement()
                .asString()
                .contains("2 green runs of svc/m/chat/c8")
                .contains("3 are needed");

        for (int day = 3; day <= 7; day++) {
            SimulatedRun more = new SimulatedRun(day);
            more.startEpochMillis += day * 3_600_000L;
            put(more.run(), List.of());
        }
        assertThat(execute("gate", "selftest")).as(out).isEqualTo(ExitCode.PASS);
        assertThat(out)
                .contains("7 green runs, each against the others; a change of 10 % counts")
                .contains("nothing changed    0 of 7 red")
                .contains("ARMED      it goes red for what it should")
                .doesNotContain("NOT ARMED");
        assertThat(out.lines()).anyMatch(line -> line.matches(" *tpot +[+]\\d+ % .*7 of 7 red +0 of 7 red"));

        assertThat(execute("gate", "selftest", "--runs", "3", "--json")).isEqualTo(ExitCode.REGRESSION);
        JsonNode told = new ObjectMapper().readTree(out);
        assertThat(told.get("armed").asBoolean()).isFalse();
        assertThat(told.at("/series/chat/same/undecided").asInt()).as(out).isEqualTo(2);
        assertThat(told.at("/series/chat/faults/0").asText()).startsWith("it decides nothing");

        assertThat(execute("gate", "selftest", "--runs", "2")).isEqualTo(ExitCode.USAGE);
        assertThat(execute("gate", "selftest", "nothing")).isEqualTo(ExitCode.USAGE);
        assertThat(execute("gate", "selftest", "--threshold", "500%")).isEqualTo(ExitCode.USAGE);
        assertThat(err).contains("--threshold is 500 %");
    }

    @Test
    void showTellsEverythingOfARun() {
        assertThat(execute("runs", "show", "last")).isEqualTo(ExitCode.PASS);
        assertThat(out)
                .contains("run        " + second)
                .contains("conditions gpu=H100")
                .contains("600 completed")
                .contains("ttft")
                .contains("baseline   " + first)
                .contains("p95(ttft)<500ms: kept")
                .contains("p50(tpot) ");
    }

    @Test
    void tokensThatAreChunksAreCalledThatInTheListAndOnThePage() throws IOException {
        SimulatedRun later = new SimulatedRun(3);
        later.startEpochMillis += 7_200_000;
        RunResult run = later.run();
        RunTotals totals = run.totals();
        put(
                new RunResult(
                        run.identity(),
                        run.plan(),
                        run.environment(),
                        run.ending(),
                        new RunTotals(
                                totals.offered(),
                                totals.acknowledgedEvents(),
                                totals.lostEvents(),
                                totals.countedEvents(),
                                totals.goodput(),
                                totals.cost(),
                                Optional.of(new RunTotals.Heard(
                                        List.of(new RunTotals.Cause(FailureKind.EMPTY, 3, Optional.of("a web page"))),
                                        Map.of(),
                                        Optional.of(new TokenCounting(
                                                Map.of(TokenSource.CHUNKS, 600L), 0, Optional.empty()))))),
                        run.windows(),
                        run.alerts()),
                List.of());

        assertThat(execute("runs", "show", "last")).isEqualTo(ExitCode.PASS);
        assertThat(out)
                .contains(" output chunks/s")
                .contains("tokens     chunks, not tokens, in all 600 completed requests: the server told no counts")
                .contains("failed     EMPTY 3 (a web page)");
        assertThat(execute("runs", "list", "--limit", "1")).isEqualTo(ExitCode.PASS);
        assertThat(out).containsPattern("[0-9] chunks ");
        assertThat(execute("runs", "list", "--json", "--limit", "1")).isEqualTo(ExitCode.PASS);
        assertThat(new ObjectMapper().readTree(out).get(0).get("outputUnit").asText())
                .isEqualTo("chunks");
    }

    @Test
    void aNameCanBePinnedListedAndForgotten() {
        assertThat(execute("baseline", "pin", "main", first)).isEqualTo(ExitCode.PASS);
        assertThat(execute("baseline", "list")).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("main ").contains("last-green (").contains("gpu=H100");
        assertThat(execute("baseline", "pin", "main", second)).isEqualTo(ExitCode.USAGE);
        assertThat(err.lines()).singleElement().asString().contains("a pin never moves");
        assertThat(execute("baseline", "pin", "--remove", "main")).isEqualTo(ExitCode.PASS);
        assertThat(execute("baseline", "pin", "main")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void whatFailedOrHoldsNothingIsNoBaselineUnderAnyName() throws IOException {
        SimulatedRun broken = new SimulatedRun(3);
        broken.startEpochMillis += 7_200_000;
        broken.ending = new RunEnding.Broken("the target was lost");
        String failed = put(broken.run(), List.of());
        SimulatedRun left = new SimulatedRun(4);
        left.startEpochMillis += 9_200_000;
        left.covered(0.1);
        String unjudged = put(left.run(), List.of());
        SimulatedRun none = new SimulatedRun(5);
        none.startEpochMillis += 11_200_000;
        String empty = put(none.run().withWindows(List.of()), List.of());
        for (String command : List.of("baseline pin base ", "baseline promote ")) {
            assertRefused(command + failed, failed + " failed: the target was lost");
            assertRefused(command + unjudged, unjudged + " holds no request that can be judged");
            assertRefused(command + empty, empty + " holds no request that can be judged");
        }
        assertThat(execute("baseline", "promote", "--demote", failed)).isEqualTo(ExitCode.PASS);
        assertThat(execute("baseline", "list")).isEqualTo(ExitCode.PASS);
        assertThat(out).doesNotContain("base ", failed, unjudged, empty);
    }

    private void assertRefused(String command, String why) {
        assertThat(execute(command.split(" "))).as(command).isEqualTo(ExitCode.USAGE);
        assertThat(err.lines())
                .singleElement()
                .asString()
                .contains(why)
                .contains("no baseline")
                .contains("plumb runs list");
    }

    @Test
    void promotingByHandMakesGreenAndBack() {
        assertThat(execute("baseline", "promote", "--demote", "last")).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("is not green");
        assertThat(execute("baseline", "promote", "last")).isEqualTo(ExitCode.PASS);
        assertThat(execute("runs", "list")).isEqualTo(ExitCode.PASS);
        assertThat(out.lines().toList().get(1)).endsWith("green");
    }

    @Test
    void aFileThatWasCutOffIsSaidToBeThat() throws IOException {
        Path file = temporary.resolve("cut.json");
        byte[] whole = Files.readAllBytes(root.resolve(first).resolve(RunFile.NAME));
        for (int length : new int[] {whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(execute("baseline", "import", file.toString())).isEqualTo(ExitCode.USAGE);
            assertThat(err)
                    .contains(file
                            + " is damaged, cut off in line 1: it was not copied or written to its end; copy it again")
                    .doesNotContain("REDACTED");
        }
        Files.write(file, Arrays.copyOf(whole, 200));
        whole[100] = '%';
        Files.write(file, whole);
        assertThat(execute("baseline", "import", file.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err).contains(file + " is damaged in line 1").doesNotContain("REDACTED");
    }

    @Test
    void anExportIsWholeOrNotThere() throws IOException {
        Path file = Files.createDirectory(temporary.resolve("out")).resolve("exported.json");
        Path source = root.resolve(first).resolve(RunFile.NAME);
        assertThat(execute("baseline", "export", first, file.toString())).isEqualTo(ExitCode.PASS);
        assertThat(file).hasSameBinaryContentAs(source);
        assertThat(execute("baseline", "export", second, file.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(file).hasSameBinaryContentAs(source);
        assertThat(temporary.resolve("out")).isDirectoryContaining(path -> path.equals(file));
        try (var files = Files.list(temporary.resolve("out"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void exportAndImportCarryARunToAnotherStore() {
        Path file = temporary.resolve("exported.json");
        assertThat(execute("baseline", "export", first, file.toString())).isEqualTo(ExitCode.PASS);
        assertThat(execute("baseline", "export", first, file.toString())).isEqualTo(ExitCode.USAGE);
        root = temporary.resolve("elsewhere");
        assertThat(execute("baseline", "import", file.toString())).isEqualTo(ExitCode.PASS);
        assertThat(out).contains(first);
        assertThat(execute("runs", "show", first)).isEqualTo(ExitCode.PASS);
    }

    @Test
    void whoPinnedOrPromotedAndWhyIsKeptAndListed() {
        assertThat(execute("baseline", "pin", "main", first, "--reason", "release 1.4"))
                .isEqualTo(ExitCode.PASS);
        assertThat(execute("baseline", "promote", second, "--reason", "reviewed by hand"))
                .isEqualTo(ExitCode.PASS);
        assertThat(execute("baseline", "list")).isEqualTo(ExitCode.PASS);
        assertThat(out).contains(System.getProperty("user.name") + " at ", ": release 1.4", ": reviewed by hand");
        assertThat(execute("baseline", "pin", "other", first, "--until", "4h")).isEqualTo(ExitCode.USAGE);
        assertThat(err.lines()).singleElement().asString().contains("--until is for detectors");
    }

    @Test
    void showTellsWhatADetectorWouldMakeOfARun() throws IOException {
        SimulatedRun longer = new SimulatedRun(3);
        longer.windows(62);
        String run = put(longer.run(), List.of());
        assertThat(execute("baseline", "show", run)).isEqualTo(ExitCode.PASS);
        assertThat(out)
                .contains("kind        pinned", "windows     60 of 10 s", "source      run " + run, "p95(ttft)", "ms");
        assertThat(execute("baseline", "show", first)).isEqualTo(ExitCode.USAGE);
        assertThat(err.lines())
                .singleElement()
                .asString()
                .contains("has 10 whole windows of 10 s, 20 are needed", "a run of 11 minutes has them");
    }

    @Test
    void pruneSaysWhatItRemovesAndKeeps() {
        assertThat(execute("runs", "prune", "--older-than", "1d", "--dry-run")).isEqualTo(ExitCode.PASS);
        assertThat(out).contains("older than 1d");
    }

    @ParameterizedTest
    @CsvSource({
        "runs --limit 0, --limit = 0",
        "baseline, what about baselines",
        "runs list --limit 0, --limit = 0",
        "runs show 2030, no run '2030'",
        "runs prune, --older-than",
        "runs prune --older-than 30y, 30d",
        "runs prune --older-than 30s, 30d",
        "runs prune --older-than 1d --keep -1, --keep",
        "baseline import nowhere.json, missing",
        "baseline pin last --kafka, --kafka",
        "baseline pin last --kafka nowhere, is not HOST:PORT",
        "baseline list --stack --kafka localhost:1, --stack and --kafka name two clusters",
        "baseline reset --reason x --kafka localhost:1, which series?",
        "baseline reset chat@stable --all --reason x --kafka localhost:1, says which series already",
        "baseline reset chat --reason x --kafka localhost:1, is no series",
        "baseline reset chat@stable --kafka localhost:1, --reason 'TEXT'",
        "baseline reset chat@stable --reason x --until 4h --kafka localhost:1, a reset has no --until",
        "mute chat@stable --reason x --kafka localhost:1, until when?",
        "mute chat@stable --reason x --until yesterday --kafka localhost:1, --until 'yesterday' is not a time",
        "mute chat@stable --reason x --until 2020-01-01T00:00:00Z --kafka localhost:1, is over already",
        "ack --kafka localhost:1 --reason x, which series?",
        "ack 0123456789abcdef --kafka localhost:1, --reason 'TEXT'"
    })
    void wrongUsageIsOneLine(String command, String part) {
        CommandLine line = PlumblineMain.commandLine();
        StringWriter error = new StringWriter();
        line.setErr(new PrintWriter(error));
        assertThat(line.execute(command.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(error.toString().lines()).singleElement().asString().contains(part);
    }
}
