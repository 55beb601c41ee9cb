package dev.plumbline.cli.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What a sweep would run; everything that is wrong ends here, before anything is started. */
class SweepPlanTest {

    @Command(name = "plumb", subcommands = SweepCommand.class)
    private static final class Root {}

    @TempDir
    private Path folder;

    @Test
    void aGridHasEveryCombinationAndTheLastFactorTurnsFastest() {
        SweepPlan plan = plan("--over", "isl=128,1024", "--over", "concurrency=1,8");

        assertThat(plan.points())
                .extracting(Point::label)
                .containsExactly(
                        "isl 128, concurrency 1",
                        "isl 128, concurrency 8",
                        "isl 1024, concurrency 1",
                        "isl 1024, concurrency 8");
    }

    @Test
    void oneAtATimeLeavesTheOthersAtTheirFirst() {
        SweepPlan plan = plan("--design", "one-at-a-time", "--over", "isl=1,2", "--over", "osl=3,4,5");

        assertThat(plan.points())
                .extracting(Point::label)
                .containsExactly("isl 1, osl 3", "isl 2, osl 3", "isl 1, osl 4", "isl 1, osl 5");
    }

    @Test
    void aPointIsARunWithTheSameFlags() {
        SweepPlan plan = plan("--over", "concurrency=1,8", "--no-streaming", "--metadata", "image=a", "--isl", "64");

        assertThat(plan.arguments(plan.points().get(1), 1))
                .contains("--concurrency=8", "--no-streaming", "--metadata=image=a", "--isl=64", "--url=localhost:1")
                .contains("--duration=20s", "--warmup-duration=5s", "--window=2s");
        assertThat(plan.arguments(plan.points().get(0), 4)).contains("--duration=80000ms");
    }

    @Test
    void theGoalsOfASearchAreBudgetsOfEachPoint() {
        SweepPlan plan = plan("--until", "p95(ttft)<500ms, error_rate<1%", "--budget", "p50(e2e)<9s");

        assertThat(plan.arguments(Point.EMPTY.with("concurrency", "4"), 1))
                .contains(
                        "--concurrency=4",
                        "--budget=p50(e2e)<9s",
                        "--budget=p95(ttft)<500ms",
                        "--budget=error_rate<1%");
        assertThat(plan.search().orElseThrow().bounds().isWhole()).isTrue();
    }

    @Test
    void aCountedPointHasNoDuration() {
        assertThat(plan("--over", "concurrency=1,2", "--request-count", "20").flags())
                .doesNotContainKey("duration");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--isl 5; nothing varies: give --over",
                "--over concurency=1,2; a run has no flag --concurency; did you mean concurrency",
                "--over concurrency; is not FLAG=A,B",
                "--over concurrency=1,,2; is not FLAG=A,B",
                "--over concurrency=1,1; has a value twice",
                "--over concurrency=1 --over concurrency=2; is there twice",
                "--over streaming=true,false; cannot vary",
                "--over metadata=a,b; cannot vary",
                "--over concurrency=1,many; concurrency many: ",
                "--over concurrency=1,0; concurrency 0: --concurrency is 0",
                "--over isl=1,0; isl 0: ",
                "--until p95(speed)<5; unknown latency",
                "--until p95(ttft)<500ms --over concurrency=1,2; --until searches the load",
                "--until p95(ttft)<500ms --from 0; the first load is above 0",
                "--until p95(ttft)<500ms --from 10 --to 5; the first load is above 0",
                "--over concurrency=1,2 --duration forever; needs an end",
                "--over concurrency=1,2 --repeat 0; --repeat is 0",
                "--over concurrency=1,2 --bugdet x; Unknown option",
            })
    void whatIsWrongIsSaidBeforeAnyLoad(String flags, String words) {
        StringWriter said = new StringWriter();
        CommandLine line = line(said);
        String[] given = flags == null || flags.isBlank() ? new String[0] : flags.split(" ");
        String[] all = new String[given.length + 3];
        all[0] = "sweep";
        all[1] = "--url";
        all[2] = "localhost:1";
        System.arraycopy(given, 0, all, 3, given.length);

        assertThat(line.execute(all)).isEqualTo(2);
        assertThat(said.toString()).contains(words);
    }

    @Test
    void aScenarioFileNamesTheLineThatIsWrong() throws IOException {
        Path file = Files.writeString(folder.resolve("s.yaml"), "url: localhost:1\nover:\n  - concurency=1,2\n");
        StringWriter said = new StringWriter();

        assertThat(line(said).execute("sweep", file.toString())).isEqualTo(2);
        assertThat(said.toString()).contains("concurency");
    }

    private static SweepPlan plan(String... flags) {
        SweepCommand command = new SweepCommand();
        CommandLine line = new CommandLine(command);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        String[] all = new String[flags.length + 2];
        all[0] = "--url";
        all[1] = "localhost:1";
        System.arraycopy(flags, 0, all, 2, flags.length);
        line.parseArgs(all);
        return command.plan(line);
    }

    private static CommandLine line(StringWriter said) {
        CommandLine line = new CommandLine(new Root());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setErr(new PrintWriter(said, true));
        return line;
    }

    @Test
    void bothLoadsOfAFactorAreKnown() {
        assertThat(Factor.parse(" --request-rate = 1, 2.5 "))
                .isEqualTo(new Factor("request-rate", List.of("1", "2.5")));
    }
}
