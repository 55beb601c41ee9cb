package dev.plumbline.cli.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.cli.history.BaselineChoice.Candidate;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.run.SimulatedRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A history of soaks: runs of many windows, more of them than fit into the memory of a command. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class HistoryInMemoryTest {

    /** Sparse ones: as much as 500 windows of a service under load. */
    private static final int WINDOWS = 5_000;

    private static final int RUNS = 6;
    private static final int HEAP_MEBIBYTES = 40;

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void name() {
        root = folder.resolve("runs");
    }

    private void store(int runs, int windowsOfEach) throws IOException {
        SimulatedRun simulated = new SimulatedRun(1);
        ObjectNode file = (ObjectNode) RunFile.MAPPER.readTree(
                RunFile.encode(simulated.run(), new RunVerdict(Decision.PASS, "pass", Optional.empty(), List.of())));
        ArrayNode windows = (ArrayNode) file.at("/result/windows");
        long start = windows.get(0).path("startEpochMillis").asLong();
        ArrayNode many = RunFile.MAPPER.createArrayNode();
        for (int i = 0; i < windowsOfEach; i++) {
            ObjectNode window = windows.get(i % windows.size()).deepCopy();
            many.add(window.put("startEpochMillis", start + i * 10_000L));
        }
        ((ObjectNode) file.path("result")).set("windows", many);
        ((ObjectNode) file.at("/result/identity")).put("endEpochMillis", start + windowsOfEach * 10_000L);
        String text = file.toString();
        for (int i = 0; i < runs; i++) {
            String id = String.format("202611%02dT120000Z-soak", i + 1);
            Path run = Files.createDirectories(root.resolve(id));
            Files.writeString(run.resolve(RunFile.NAME), text.replace(simulated.runId(), id));
        }
    }

    private List<String> plumb(String... arguments) throws Exception {
        return inSmallHeap("dev.plumbline.cli.PlumblineMain", arguments);
    }

    private List<String> inSmallHeap(String program, String... arguments) throws Exception {
        Path out = folder.resolve("out.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MEBIBYTES + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(150, TimeUnit.SECONDS)).as("not over").isTrue();
        String said = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(said).isZero();
        return said.lines().filter(line -> !line.startsWith("WARNING")).toList();
    }

    private static final dev.plumbline.contract.control.Decision BY_HAND =
            new dev.plumbline.contract.control.Decision("alice", "by hand", 1, OptionalLong.empty());

    @Test
    void theBeginningOfAFileTellsWhatItsRunCanBeComparedWith() throws Exception {
        store(2, 10);
        RunStore store = new RunStore(root);
        StoredRun newest = store.find("last");
        assertThat(RunFile.head(store.folder(newest.runId()).resolve(RunFile.NAME)))
                .hasValueSatisfying(head -> {
                    assertThat(head.identity()).isEqualTo(newest.result().identity());
                    assertThat(head.environment()).isEqualTo(newest.result().environment());
                });
    }

    @Test
    void aRunUnderWayHoldsNoWindowOfItsBaselines() throws Exception {
        store(RUNS, WINDOWS);
        for (int i = 1; i <= RUNS; i++) {
            String id = String.format("202611%02dT120000Z-soak", i);
            new MarksFile(root).update(before -> before.marked(id, true, BY_HAND));
        }
        assertThat(inSmallHeap(HeldBaselines.class.getName(), root.toString())).containsExactly(RUNS + " are held");
    }

    /** What {@code plumb run --baseline last-green} holds while its load goes on. */
    static final class HeldBaselines {

        private HeldBaselines() {}

        public static void main(String[] arguments) {
            RunStore store = new RunStore(Path.of(arguments[0]));
            StoredRun newest = store.find("last");
            Candidate candidate = new Candidate(
                    "20261130T000000Z-now", newest.group(), newest.result().environment(), Set.of());
            newest = null;
            List<?> held = BaselineChoice.resolve(BaselineChoice.LAST_GREEN, store, candidate);
            System.out.println(held.size() + " are held");
        }
    }

    @Test
    void aListHoldsOneRunAtATime() throws Exception {
        store(RUNS, WINDOWS);
        assertThat(plumb("runs", "list", "--artifact-dir", root.toString()))
                .hasSize(1 + RUNS)
                .noneMatch(line -> line.contains("damaged"));
        assertThat(String.join("", plumb("runs", "list", "--json", "--artifact-dir", root.toString())))
                .contains("20261101T120000Z-soak", "20261106T120000Z-soak");
        assertThat(plumb("baseline", "list", "--artifact-dir", root.toString())).isNotEmpty();
    }
}
