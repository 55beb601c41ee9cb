package dev.plumbline.pipeline;

import static dev.plumbline.protocol.scripted.ScriptedAnswer.body;
import static dev.plumbline.protocol.scripted.ScriptedAnswer.inOnePiece;
import static dev.plumbline.protocol.scripted.ScriptedAnswer.streamed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.run.FoldedRun;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.dispatch.Drive;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.scripted.ScriptedAnswer;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.protocol.scripted.Wire;
import dev.plumbline.reports.ArtifactLimits;
import dev.plumbline.reports.RunFolder;
import dev.plumbline.windowing.IntakeLimits;
import dev.plumbline.windowing.PartitionIntake;
import dev.plumbline.windowing.Placement;
import dev.plumbline.windowing.WindowMerger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What odd servers do, and what the event, the terminal and {@code summary.json} of a run of three requests say of it: the
 * producer's own loop on a real socket, the aggregator's windows, the run's own adding up, without Kafka between them. The
 * page {@code docs/odd-servers.md} is what is expected.
 */
class OddServersTest {

    private static final long WINDOW = 1_000;
    private static final int REQUESTS = 3;
    private static final Path PAGE = DashboardFiles.HOME.resolve("docs/odd-servers.md");

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path temporary;

    private record Odd(Wire wire, ScriptedAnswer answer) {}

    private static Map<String, Odd> servers() {
        Map<String, Odd> odd = new LinkedHashMap<>();
        odd.put("as it should be", chat(chat().says("x", "y").usage(4, 7).finish("stop")));
        odd.put(
                "thinks in content parts",
                chat(chat().piece(
                                "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"}]}}]}")
                        .says("x")
                        .usage(4, 7)
                        .finish("stop")));
        odd.put("ends for a reason that is an error", chat(chat().says("x").finish("error")));
        odd.put("ends for a reason that nobody knows", chat(chat().says("x").finish("gremlins")));
        odd.put("ends without a reason", chat(chat().says("x")));
        odd.put("is cut", chat(chat().says("x").cut()));
        odd.put("says nothing", chat(chat().usage(4, 0).finish("stop")));
        odd.put(
                "an error inside a 200",
                chat(body("application/json", "{\"object\":\"error\",\"message\":\"CUDA out of memory\"}")));
        odd.put("an error after the first token", chat(chat().says("x").fails("the engine is gone")));
        odd.put("a web page", chat(body("text/html", "<html><title>502 Bad Gateway</title></html>")));
        odd.put("plain words", chat(chat().piece("Internal Server Error")));
        odd.put(
                "plain words with an error status",
                chat(body("text/plain", "no healthy upstream").status("500 Oops")));
        odd.put(
                "says the key again",
                chat(body("application/json", "{\"error\":\"key s3cret-key is not known\"}")
                        .status("401 No")));
        odd.put(
                "counts 0 tokens beside its chunks",
                chat(chat().says("x", "y").usage(0, 0).finish("stop")));
        odd.put(
                "counts that are no sum",
                chat(chat().says("x", "y")
                        .usage("{\"prompt_tokens\":4,\"completion_tokens\":900,\"total_tokens\":11}")
                        .finish("stop")));
        odd.put("tells no counts", chat(chat().says("x", "y").finish("stop")));
        odd.put(
                "tells no counts, in one piece",
                chat(inOnePiece(Wire.CHAT).says("x").finish("stop")));
        odd.put(
                "events that say they are JSON",
                chat(chat().labelled("application/json").says("x").usage(4, 2).finish("stop")));
        odd.put(
                "answers before the answer",
                chat(chat().interim("102 Processing").says("x").usage(4, 2).finish("stop")));
        odd.put(
                "redirects",
                chat(body("text/plain", "")
                        .status("307 Temporary Redirect")
                        .header("Location", "/v1/chat/completions/")));
        odd.put(
                "loads its model",
                chat(body("application/json", "{\"error\":{\"code\":503,\"message\":\"Loading model\"}}")
                        .status("503 Service Unavailable")));
        odd.put(
                "is busy, as a status",
                chat(body("application/json", "{\"error\":{\"message\":\"slow down\"}}")
                        .status("429 Too Many Requests")));
        odd.put(
                "is busy, inside a 200",
                chat(chat().piece("{\"error\":{\"message\":\"The engine is currently busy\",\"code\":503}}")));
        odd.put(
                "Anthropic's is overloaded",
                new Odd(
                        Wire.MESSAGES,
                        streamed(Wire.MESSAGES)
                                .piece(
                                        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}")));
        odd.put(
                "Ollama's runner is gone",
                new Odd(
                        Wire.OLLAMA_CHAT,
                        streamed(Wire.OLLAMA_CHAT).says("x").fails("llama runner process no longer running: -1")));
        return odd;
    }

    private static ScriptedAnswer chat() {
        return streamed(Wire.CHAT);
    }

    private static Odd chat(ScriptedAnswer answer) {
        return new Odd(Wire.CHAT, answer);
    }

    private String row(String name, Odd odd, Drive drive, Path root) throws Exception {
        EndpointType type = EndpointType.valueOf(odd.wire().name());
        List<RequestEvent> events;
        try (ScriptedServer server = new ScriptedServer(odd.answer())) {
            events = drive.run(
                    Endpoint.below(server.url(), type, Map.of("Authorization", "Bearer s3cret-key")), type, REQUESTS);
        }
        long start = events.getFirst().endEpochMillis() / WINDOW * WINDOW;
        long end = events.getLast().endEpochMillis() + WINDOW;
        FoldedRun run = new FoldedRun("odd", Drive.PRODUCER, Drive.SERIES, WINDOW, start);
        run.acknowledged(events.size());
        List<Event> told = new ArrayList<>(events);
        told.add(new Heartbeat(
                new Origin(Drive.PRODUCER, 1, events.size() + 1L),
                Drive.SERIES.group(),
                end,
                List.of(),
                List.of(),
                true));
        windows(told).forEach(window -> run.window(new byte[0], window));
        events.forEach(event -> run.event(new byte[0], event));
        RunResult result = run.result(end);
        RunVerdict verdict = run.judge(end);
        String screen = String.join("\n", FoldedRun.screen(result, verdict, root));
        JsonNode summary;
        try (RunFolder folder = RunFolder.open(root, name.replaceAll("[^a-zA-Z0-9]", "-"), ArtifactLimits.defaults())) {
            Path written = folder.finish(result, verdict, (ofResult, ofVerdict) -> new byte[] {'{', '}'});
            summary = json.readTree(written.resolve("summary.json").toFile());
        }
        assertThat(screen + summary).doesNotContain("s3cret-key");
        return "| " + name + " | " + told(events) + " | " + read(screen) + " | " + read(summary) + " |";
    }

    /** What the aggregator makes of them, by way of their bytes. */
    private static List<WindowRecord> windows(List<Event> events) {
        PartitionIntake intake = new PartitionIntake(
                new Placement(0, 1, 1),
                new IntakeLimits(WINDOW, 0, 60_000, 60_000, 60_000, 10, 10, 1 << 20),
                group -> 0,
                (tally, times) -> {});
        WindowMerger merger = new WindowMerger(WINDOW, 1, 10, 1 << 20, 0, (tally, times) -> {});
        for (int offset = 0; offset < events.size(); offset++) {
            byte[] bytes = Codec.EVENTS.encode(events.get(offset));
            Event event = ((Decoded.Value<Event>) Codec.EVENTS.decode(bytes)).value();
            intake.accept(offset, event, events.getLast() instanceof Heartbeat last ? last.untilEpochMillis() : 0);
        }
        List<WindowRecord> windows = new ArrayList<>();
        List<Partial> partials = intake.drain();
        for (int offset = 0; offset < partials.size(); offset++) {
            merger.accept(offset, partials.get(offset));
            windows.addAll(merger.drain());
        }
        return windows;
    }

    /** The three are alike. */
    private static String told(List<RequestEvent> events) {
        assertThat(events).hasSize(REQUESTS);
        List<String> told = events.stream().map(OddServersTest::told).distinct().toList();
        assertThat(told).hasSize(1);
        return told.getFirst();
    }

    private static String told(RequestEvent event) {
        String outcome = switch (event.outcome()) {
            case Outcome.Completed completed -> "COMPLETED " + completed.finishReason();
            case Outcome.Failed failed ->
                failed.kind() + failed.detail().map(words -> ": " + words).orElse("");
            case Outcome.Dropped unused -> "DROPPED";
            case Outcome.Cancelled unused -> "CANCELLED";
        };
        String tokens = event.response()
                .tokens()
                .output()
                .map(count -> count.count() + " by " + count.source())
                .orElse("nobody's count");
        String first = (event.ttftNanos().isPresent() ? " TTFT" : "")
                + (event.ttfaNanos().isPresent() ? " TTFA" : "");
        return outcome + "; " + tokens + ";" + (first.isEmpty() ? " no first token" : first);
    }

    /** Requests, failures and what is said of tokens: what is not a time of this machine. */
    private static String read(String screen) {
        List<String> told = new ArrayList<>();
        screen.lines().map(String::strip).forEach(line -> {
            if (line.startsWith("measured")) {
                told.add(line.replaceFirst(".*requests: ", ""));
            } else if (line.startsWith("failed ") || line.startsWith("tokens ")) {
                told.add(line.replaceFirst(" +", " "));
            }
        });
        return String.join("<br>", told);
    }

    private static String read(JsonNode summary) {
        List<String> told = new ArrayList<>();
        told.add("requests.completed " + summary.at("/requests/completed"));
        for (String pointer : List.of("/requests/failedByKind", "/totals/failures", "/tokens")) {
            JsonNode node = summary.at(pointer);
            if (!node.isEmpty()) {
                told.add(pointer.substring(1).replace('/', '.') + " `" + node + "`");
            }
        }
        return String.join("<br>", told);
    }

    @Test
    void everySurfaceTellsWhatHappened() throws Exception {
        List<String> table =
                new ArrayList<>(List.of("| the server | event | terminal | summary.json |", "|---|---|---|---|"));
        try (Drive drive = new Drive()) {
            for (Map.Entry<String, Odd> odd : servers().entrySet()) {
                table.add(row(odd.getKey(), odd.getValue(), drive, temporary));
            }
        }
        List<String> page = Files.readAllLines(PAGE);
        Path written = DashboardFiles.HOME.resolve("pipeline-tests/target/odd-servers.md");
        Files.write(written, table);
        assertThat(page.stream().filter(line -> line.startsWith("|")))
                .as("the table of %s, as it is in %s", PAGE, written)
                .containsExactlyElementsOf(table);
    }
}
