package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.dataset.Dataset;
import dev.plumbline.workload.dataset.DatasetChoice;
import dev.plumbline.workload.dataset.DatasetWorkload;
import dev.plumbline.workload.dataset.Order;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Datasets that are really asked, against what the target saw: exactly these prompts, in this order, with these limits. */
class OwnPromptsOnTargetTest {

    private static final long MILLI = 1_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of answers to questions that state no limit. */
    private static final int OTHERWISE = 20;

    private static Workload workload(String text, Order order) throws IOException {
        Dataset dataset = Dataset.read(
                "x", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))::read, DatasetChoice.RECOGNIZED);
        return new DatasetWorkload(new RequestClass("chat"), dataset, order, 7, Length.of(OTHERWISE));
    }

    /** Has more to say than any limit here allows, so that each answer is as long as its limit. */
    private static SimulatedTarget talkative() throws IOException {
        return SimulatedTarget.start(SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(MILLI, 0, MILLI / 20, 0))
                .withOutput(new OutputSettings(1_000, 0, 1, false)));
    }

    private static List<RequestEvent> drive(Drive drive, int port, Workload workload, int slots, int count)
            throws Exception {
        drive.workload = workload;
        return drive.run(
                Drive.at(port, EndpointType.CHAT),
                workload.readsAnswers() ? Drive.chat().keepingText() : Drive.chat(),
                Drive.timeouts(30_000, 30_000, 60_000),
                new LoadPlan.Closed(slots, 0),
                count,
                RetryPolicy.NEVER);
    }

    private static List<EmitRecord> seen(SimulatedTarget target) {
        return target.emitRecords().stream()
                .sorted(Comparator.comparingLong(EmitRecord::ordinal))
                .toList();
    }

    /** Sixty prompts of sixty lengths and thirty limits, twice over: the log of the target has these lengths in this order. */
    @Test
    void theTargetSeesThesePromptsInThisOrderWithTheseLimits() throws Exception {
        StringBuilder file = new StringBuilder();
        List<Integer> promptTokens = new ArrayList<>();
        List<Integer> limits = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int tokens = 1 + i * 37 % 60;
            String limit = i % 2 == 0 ? "" : ",\"max_tokens\":" + (i + 2);
            file.append("{\"prompt\":\"")
                    .append("abcd".repeat(tokens))
                    .append('"')
                    .append(limit)
                    .append("}\n");
            promptTokens.add(tokens);
            limits.add(i % 2 == 0 ? OTHERWISE : i + 2);
        }
        try (SimulatedTarget target = talkative();
                Drive drive = new Drive()) {
            drive(drive, target.port(), workload(file.toString(), Order.FILE), 1, 120);
            List<EmitRecord> seen = seen(target);
            assertThat(seen.stream().map(EmitRecord::promptTokens)).isEqualTo(twice(promptTokens));
            assertThat(seen.stream().map(EmitRecord::outputTokens)).isEqualTo(twice(limits));
            assertThat(seen.stream().map(EmitRecord::requestId))
                    .isEqualTo(IntStream.range(0, 120).mapToObj(i -> "p-1-" + i).toList());
        }
    }

    /** Four at a time arrive in any order, and still each as often as it should. */
    @Test
    void shuffledTheTargetSeesEachOnceBeforeAnyTwice() throws Exception {
        StringBuilder file = new StringBuilder("prompt\n");
        List<Integer> tokens = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            file.append("abcd".repeat(i)).append('\n');
            tokens.add(i);
        }
        try (SimulatedTarget target = talkative();
                Drive drive = new Drive()) {
            drive(drive, target.port(), workload(file.toString(), Order.SHUFFLED), 4, 80);
            List<Integer> byOrdinal = seen(target).stream()
                    .sorted(Comparator.comparingInt(
                            record -> Integer.parseInt(record.requestId().substring("p-1-".length()))))
                    .map(EmitRecord::promptTokens)
                    .toList();
            assertThat(byOrdinal).hasSize(80);
            assertThat(byOrdinal.subList(0, 40))
                    .containsExactlyInAnyOrderElementsOf(tokens)
                    .isNotEqualTo(tokens);
            assertThat(byOrdinal.subList(40, 80))
                    .containsExactlyInAnyOrderElementsOf(tokens)
                    .isNotEqualTo(byOrdinal.subList(0, 40));
        }
    }

    /** The second turn has the first, its true answer and the pause between in it. */
    @Test
    void conversationsGrowByTheirAnswersAndPause() throws Exception {
        String file = "{\"session_id\":\"a\",\"turns\":[{\"text\":\"abcdabcd\",\"output_length\":5},"
                + "{\"text\":\"abcd\",\"delay\":60,\"output_length\":7}]}\n";
        try (SimulatedTarget target = talkative();
                Drive drive = new Drive()) {
            List<RequestEvent> events = drive(drive, target.port(), workload(file, Order.FILE), 1, 2);
            assertThat(events).allMatch(event -> event.outcome() instanceof Outcome.Completed);
            List<EmitRecord> seen = seen(target);
            assertThat(seen.stream().map(EmitRecord::requestId)).containsExactly("p-1-0", "p-1-0t2");
            assertThat(seen.stream().map(EmitRecord::outputTokens)).containsExactly(5, 7);
            assertThat(seen.get(0).promptTokens()).isEqualTo(2);
            assertThat(seen.get(1).promptTokens())
                    .as("both questions and an answer of five tokens")
                    .isGreaterThan(3);
            assertThat(seen.get(1).stamps().receivedNanos()
                            - seen.get(0).stamps().lastContentNanos().orElseThrow())
                    .isGreaterThanOrEqualTo(60 * MILLI);
        }
    }

    /** To the letter, the run's model and streaming aside. */
    @Test
    void bodiesAreSentAsTheyAre() throws Exception {
        String first = "{\"model\":\"theirs\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":5,"
                + "\"temperature\":0.20,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"stream\":false}";
        String second = "{\"model\":\"theirs\",\"messages\":[{\"role\":\"user\",\"content\":\"ho\"}]}";
        String file = "{\"custom_id\":\"1\",\"body\":" + first + "}\n{\"custom_id\":\"2\",\"body\":" + second + "}\n";
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer);
                Drive drive = new Drive()) {
            drive(drive, server.port(), workload(file, Order.FILE), 1, 3);
            List<JsonNode> bodies = new ArrayList<>();
            for (ScriptedServer.Request request : server.requests()) {
                bodies.add(JSON.readTree(request.body()));
            }
            String common = "\"stream_options\":{\"include_usage\":true},\"stream\":true}";
            JsonNode one = JSON.readTree(first.replace("theirs", "simulated").replace("\"stream\":false}", common));
            JsonNode two = JSON.readTree(second.replace("theirs", "simulated").replaceFirst("}$", "," + common));
            assertThat(bodies).containsExactly(one, two, one);
            assertThat(server.requests().iterator().next().body()).contains("\"temperature\":0.20");
        }
    }

    /** What a warm-up asks, and a run with --cache avoid, shares no beginning with what is asked otherwise. */
    @Test
    void saltedTheTargetSeesTheSameBehindAnotherLine() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer);
                Drive drive = new Drive()) {
            Workload own = workload(
                    "{\"messages\":[{\"role\":\"system\",\"content\":\"Be short.\"},"
                            + "{\"role\":\"user\",\"content\":\"hi\"}]}",
                    Order.FILE);
            drive(drive, server.port(), own.salted(3), 1, 2);
            List<String> systems = new ArrayList<>();
            for (ScriptedServer.Request request : server.requests()) {
                JsonNode messages = JSON.readTree(request.body()).path("messages");
                assertThat(messages.path(1).path("content").asText()).isEqualTo("hi");
                systems.add(messages.path(0).path("content").asText());
            }
            assertThat(systems)
                    .hasSize(2)
                    .doesNotHaveDuplicates()
                    .allMatch(text -> text.matches("([a-z]+ ){7}[a-z]+\nBe short\\."));
        }
    }

    private static List<Integer> twice(List<Integer> once) {
        List<Integer> twice = new ArrayList<>(once);
        twice.addAll(once);
        return twice;
    }
}
