package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.reports.SampleRuns.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

    private static final RunFileEncoding RUN_FILE =
            (result, verdict) -> ("{\"windows\":" + result.windows().size() + "}").getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path root;

    @Test
    void theFolderIsCompleteWhenItHasLostItsSuffix() throws IOException {
        Sample sample = SampleRuns.regression();
        RunFolder folder = RunFolder.open(root.resolve("runs"), "run-1", ArtifactLimits.defaults());
        assertThat(folder.path()).hasFileName("run-1.partial").isDirectory();
        RequestEvent event = SampleEvents.completed(1, SampleRuns.START);
        byte[] json = Codec.EVENTS.encode(event);
        folder.event(json, event);
        WindowRecord window = new WindowRecord(
                SampleRuns.id(0), 0, SampleRuns.streamed(new SplittableRandom(1), 0, 3, 2e8, 2e7), ExcludedPart.none());
        folder.window(Codec.WINDOWS.encode(window), window);
        folder.alert(
                Codec.ALERTS.encode(sample.result().alerts().get(0)),
                sample.result().alerts().get(0));
        folder.log(SampleRuns.START, "the load begins");

        Path complete = folder.finish(sample.result(), sample.verdict(), RUN_FILE);

        assertThat(complete).isEqualTo(root.resolve("runs").resolve("run-1")).isDirectory();
        assertThat(names(complete))
                .containsExactlyInAnyOrder(
                        "events.jsonl",
                        "requests.csv",
                        "windows.jsonl",
                        "alerts.jsonl",
                        "run.log",
                        "windows.json",
                        "summary.json",
                        "summary.md",
                        "junit.xml",
                        "report.html",
                        "run.json");
        assertThat(Files.readAllBytes(complete.resolve("events.jsonl")))
                .startsWith(json)
                .hasSize(json.length + 1);
        assertThat(Files.readAllLines(complete.resolve("requests.csv")))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("request_id,attempt,");
        assertThat(Codec.WINDOWS.decode(Files.readAllLines(complete.resolve("windows.jsonl"))
                        .get(0)
                        .getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new Decoded.Value<>(window));
        assertThat(complete.resolve("run.log")).content().isEqualTo("2026-11-25T20:00:00Z the load begins\n");
        assertThat(names(root.resolve("runs"))).containsExactlyInAnyOrder("run-1", "latest");
        assertThat(Files.readSymbolicLink(root.resolve("runs/latest"))).isEqualTo(Path.of("run-1"));
    }

    @Test
    void aDocumentThatCannotBeMadeIsNamedAsMissingAndTheRunIsComplete() throws IOException {
        Sample sample = SampleRuns.regression();
        RunFolder folder = RunFolder.open(
                root,
                "run-1",
                ArtifactLimits.defaults(),
                RunFolder.DOCUMENTS.stream()
                        .map(document -> document.name().equals("report.html")
                                ? new RunFolder.Document("report.html", story -> {
                                    throw new IllegalArgumentException("an axis from 1 to NaN");
                                })
                                : document)
                        .toList());

        Path complete = folder.finish(sample.result(), sample.verdict(), RUN_FILE);

        assertThat(names(root)).containsExactlyInAnyOrder("run-1", "latest");
        assertThat(names(complete))
                .contains("run.json", "summary.json", "summary.md")
                .doesNotContain("report.html");
        assertThat(folder.missing()).singleElement().asString().contains("report.html", "an axis from 1 to NaN");
        assertThat(complete.resolve("run.log")).content().contains("report.html is missing", "RunFolderTest");
    }

    @Test
    void latestMovesOnAndNeverReplacesAFolderOfTheUser() throws IOException {
        finishEmpty(root, "run-1");
        finishEmpty(root, "run-2");
        assertThat(Files.readSymbolicLink(root.resolve("latest"))).isEqualTo(Path.of("run-2"));

        Path other = Files.createDirectories(root.resolve("other"));
        Files.createDirectory(other.resolve("latest"));
        finishEmpty(other, "run-1");
        assertThat(other.resolve("latest"))
                .isDirectory()
                .satisfies(path -> assertThat(Files.isSymbolicLink(path)).isFalse());
    }

    @Test
    void whatWasTickedSurvivesWithoutAnEnd() throws IOException {
        RunFolder folder = RunFolder.open(root, "run-1", ArtifactLimits.defaults());
        for (int i = 0; i < 10; i++) {
            RequestEvent event = SampleEvents.completed(i, SampleRuns.START + i);
            folder.event(Codec.EVENTS.encode(event), event);
        }
        assertThat(folder.path().resolve("events.jsonl")).isEmptyFile();
        folder.tick();

        assertThat(Files.readAllLines(folder.path().resolve("events.jsonl"))).hasSize(10);
        assertThat(Files.readAllLines(folder.path().resolve("requests.csv"))).hasSize(11);
        folder.close();
        assertThat(names(root)).containsExactly("run-1.partial");
    }

    @Test
    void aLongRunStaysInItsBudgetAndSaysWhatItDropped() throws IOException {
        ArtifactLimits limits = new ArtifactLimits(ArtifactLimits.MINIMUM_BUDGET_BYTES);
        Sample sample = SampleRuns.longGood();
        RunFolder folder = RunFolder.open(root, "run-1", limits);
        int events = 6_000;
        for (int i = 0; i < events; i++) {
            RequestEvent event = SampleEvents.completed(i, SampleRuns.START + i);
            folder.event(Codec.EVENTS.encode(event), event);
            if (i % 500 == 0) {
                assertThat(bytes(folder.path())).isLessThan(limits.budgetBytes());
            }
        }

        Path complete = folder.finish(sample.result(), sample.verdict(), RUN_FILE);

        assertThat(bytes(complete)).isLessThan(limits.budgetBytes());
        List<String> kept = lines(complete, "events");
        assertThat(kept).last().asString().contains("\"requestId\":\"r-" + (events - 1) + "\"");
        JsonNode summary =
                ArtifactJson.MAPPER.readTree(complete.resolve("summary.json").toFile());
        JsonNode dropped = summary.get("dropped").get(0);
        assertThat(dropped.get("file").asText()).isEqualTo("events.jsonl");
        assertThat(dropped.get("lines").asInt() + kept.size()).isEqualTo(events);
        assertThat(dropped.get("fromEpochMillis").asLong()).isEqualTo(SampleRuns.START);
        assertThat(dropped.get("untilEpochMillis").asLong())
                .isEqualTo(SampleRuns.START + dropped.get("lines").asLong() - 1);
        assertThat(kept)
                .first()
                .asString()
                .contains("\"requestId\":\"r-" + dropped.get("lines").asInt() + "\"");
        assertThat(complete.resolve("report.html")).content().contains("events.jsonl lost its oldest");
        JsonNode windows =
                ArtifactJson.MAPPER.readTree(complete.resolve("windows.json").toFile());
        assertThat(windows.size()).isBetween(2, sample.result().windows().size() - 1);
    }

    @Test
    void everyPartOfTheTableHasItsHeader() throws IOException {
        RunFolder folder = RunFolder.open(root, "run-1", new ArtifactLimits(ArtifactLimits.MINIMUM_BUDGET_BYTES));
        for (int i = 0; i < 3_000; i++) {
            RequestEvent event = SampleEvents.completed(i, SampleRuns.START + i);
            folder.event(new byte[] {'{', '}'}, event);
        }
        folder.close();

        List<String> parts = names(folder.path()).stream()
                .filter(name -> name.startsWith("requests"))
                .toList();
        assertThat(parts).contains("requests.00001.csv", "requests.csv");
        int rows = 0;
        for (String part : parts) {
            List<String> lines = Files.readAllLines(folder.path().resolve(part));
            assertThat(lines.get(0)).startsWith("request_id,");
            rows += lines.size() - 1;
        }
        assertThat(rows).isEqualTo(3_000);
    }

    @Test
    void aRecordWithLineEndsIsOneLine() throws IOException {
        RunFolder folder = RunFolder.open(root, "run-1", ArtifactLimits.defaults());
        folder.event(
                "{\r\n  \"a\": 1\n}".getBytes(StandardCharsets.UTF_8), SampleEvents.completed(1, SampleRuns.START));
        folder.close();

        assertThat(folder.path().resolve("events.jsonl")).content().isEqualTo("{    \"a\": 1 }\n");
    }

    @Test
    void aRunThatExistsIsNotTouched() throws IOException {
        finishEmpty(root, "run-1");
        assertThatThrownBy(() -> RunFolder.open(root, "run-1", ArtifactLimits.defaults()))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("run-1 exists already");
        RunFolder.open(root, "run-2", ArtifactLimits.defaults()).close();
        assertThatThrownBy(() -> RunFolder.open(root, "run-2", ArtifactLimits.defaults()))
                .hasMessageContaining("run-2.partial exists already");
    }

    @Test
    void aRootThatCannotBeWrittenIsRefusedAtOpen() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        assertThatThrownBy(() -> RunFolder.open(file.resolve("runs"), "run-1", ArtifactLimits.defaults()))
                .isInstanceOf(ArtifactException.class)
                .hasMessageStartingWith("cannot write the files of the run to " + file.resolve("runs"))
                .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> RunFolder.open(root, "../run", ArtifactLimits.defaults()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFailedDocumentLeavesThePartialFolderReadable() throws IOException {
        Sample sample = SampleRuns.empty();
        RunFolder folder = RunFolder.open(root, "run-1", ArtifactLimits.defaults());
        folder.event("{}".getBytes(StandardCharsets.UTF_8), SampleEvents.completed(1, SampleRuns.START));
        Files.createDirectories(folder.path().resolve("junit.xml").resolve("in-the-way"));

        assertThatThrownBy(() -> folder.finish(sample.result(), sample.verdict(), RUN_FILE))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("run-1.partial");

        assertThat(names(root)).containsExactly("run-1.partial");
        assertThat(folder.path().resolve("events.jsonl")).content().isEqualTo("{}\n");
        assertThat(names(folder.path())).noneMatch(name -> name.endsWith(".tmp"));
    }

    @Test
    void theEndOfAnAttachedLogIsKept() throws IOException {
        ArtifactLimits limits = new ArtifactLimits(ArtifactLimits.MINIMUM_BUDGET_BYTES);
        Path log = Files.writeString(root.resolve("big.log"), "x".repeat(100_000) + "the end");
        RunFolder folder = RunFolder.open(root, "run-1", limits);
        folder.attachLog("producer.log", log);
        folder.attachLog("missing.log", root.resolve("nowhere.log"));
        folder.close();

        assertThat(folder.path().resolve("producer.log"))
                .content()
                .hasSize(16_384)
                .endsWith("the end");
        assertThat(folder.path().resolve("missing.log")).doesNotExist();
    }

    private static void finishEmpty(Path root, String runId) {
        Sample sample = SampleRuns.empty();
        RunFolder.open(root, runId, ArtifactLimits.defaults()).finish(sample.result(), sample.verdict(), RUN_FILE);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> lines(Path folder, String stem) throws IOException {
        return names(folder).stream()
                .filter(name -> name.startsWith(stem))
                .flatMap(name -> {
                    try {
                        return Files.readAllLines(folder.resolve(name)).stream();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private static long bytes(Path folder) throws IOException {
        long sum = 0;
        for (String name : names(folder)) {
            sum += Files.size(folder.resolve(name));
        }
        return sum;
    }
}
