package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Generation;
import dev.plumbline.protocol.Generation.Ending;
import dev.plumbline.protocol.Generation.MaxTokensField;
import dev.plumbline.protocol.Generation.Sampling;
import dev.plumbline.protocol.JsonFields;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.protocol.TargetUrl;
import dev.plumbline.target.EmitOutcome;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.Regressions;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.Prompts;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.SyntheticWorkload;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is asked of the generation, and by which names requests go, held against the log of what the target truly did. */
class GenerationOnTargetTest {

    private static final int REQUESTS = 40;
    private static final int LONGEST = 12;

    private static SimulatedTarget target;
    private static Drive drive;

    @BeforeAll
    static void start() throws Exception {
        // Answers of twelve tokens on average: about half of them would end before their longest.
        target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(1_000_000, 0, 200_000, 0.1))
                .withOutput(new OutputSettings(LONGEST, 0.6, 1, false)));
        drive = new Drive();
        drive.workload =
                new SyntheticWorkload(new RequestClass("chat"), new Prompts(1, Length.of(4)), 1, Length.of(LONGEST));
    }

    @AfterAll
    static void stop() {
        drive.close();
        target.close();
    }

    private static Protocol chat(Ending ending) {
        return Protocol.of(
                EndpointType.CHAT,
                new RequestParameters(
                        "simulated", true, 8, new Generation(Sampling.BY_SERVER, ending, JsonFields.NONE)));
    }

    private static List<EmitRecord> emitted(Endpoint endpoint, Protocol protocol, RetryPolicy retries)
            throws Exception {
        int before = target.emitRecords().size();
        List<RequestEvent> events = drive.run(
                endpoint,
                protocol,
                Drive.timeouts(20_000, 20_000, 20_000),
                new LoadPlan.Closed(4, 0),
                REQUESTS,
                retries);
        List<EmitRecord> all = target.emitRecords();
        assertThat(all.size() - before).isEqualTo(events.size());
        return all.subList(before, all.size());
    }

    private static List<EmitRecord> emitted(Protocol protocol) throws Exception {
        return emitted(Drive.at(target.port(), EndpointType.CHAT), protocol, RetryPolicy.NEVER);
    }

    private static Set<Integer> lengths(List<EmitRecord> records) {
        return records.stream().map(EmitRecord::outputTokens).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void answersEndWhereTheyAreToldTo() throws Exception {
        assertThat(lengths(emitted(chat(Ending.BY_SERVER))))
                .as("as the model likes")
                .hasSizeGreaterThan(3)
                .allSatisfy(tokens -> assertThat(tokens).isLessThanOrEqualTo(LONGEST));
        assertThat(lengths(emitted(chat(new Ending(List.of(), OptionalInt.empty(), true, MaxTokensField.AUTO)))))
                .as("ignore_eos")
                .containsExactly(LONGEST);
        assertThat(lengths(emitted(chat(new Ending(List.of(), OptionalInt.of(9), false, MaxTokensField.AUTO)))))
                .as("min_tokens")
                .hasSizeGreaterThan(1)
                .allSatisfy(tokens -> assertThat(tokens).isBetween(9, LONGEST));
        assertThat(lengths(emitted(
                        chat(new Ending(List.of(), OptionalInt.empty(), false, MaxTokensField.MAX_COMPLETION_TOKENS)))))
                .as("max_completion_tokens")
                .allSatisfy(tokens -> assertThat(tokens).isLessThanOrEqualTo(LONGEST));
        assertThat(lengths(emitted(chat(new Ending(List.of(), OptionalInt.empty(), false, MaxTokensField.NONE)))))
                .as("no longest answer is sent")
                .anySatisfy(tokens -> assertThat(tokens).isGreaterThan(LONGEST));
    }

    @Test
    void eachTryIsFoundByItsIdAndByItsTrace() throws Exception {
        target.setRegressions(new Regressions(1, 1, OptionalInt.empty(), 0.4, 0, 0, 0, 1000));
        List<EmitRecord> records;
        try {
            records = emitted(
                    Drive.at(target.port(), EndpointType.CHAT),
                    chat(Ending.BY_SERVER),
                    new RetryPolicy(3, 0, 1_000_000_000L));
        } finally {
            target.setRegressions(Regressions.NONE);
        }
        Map<String, EmitRecord> byId = records.stream().collect(Collectors.toMap(EmitRecord::requestId, r -> r));
        for (RequestEvent event : drive.events()) {
            assertThat(byId).containsKey(event.attempt().requestId());
            assertThat(byId.get(event.attempt().requestId()).traceparent())
                    .contains(traceOf(event.attempt().requestId()));
        }
        assertThat(records).extracting(EmitRecord::outcome).contains(EmitOutcome.HTTP_ERROR);
        assertThat(byId.keySet())
                .as("tries of their own")
                .anySatisfy(id -> assertThat(id).endsWith(".2"));
    }

    /** As anybody can reckon it who has the id. */
    private static String traceOf(String id) throws Exception {
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8)));
        return "00-" + hash.substring(0, 32) + "-" + hash.substring(32, 48) + "-00";
    }

    @Test
    void whoWantsNoIdsSendsNone() throws Exception {
        TargetUrl url = Drive.at(target.port(), EndpointType.CHAT).url();
        assertThat(emitted(
                        new Endpoint(url, Map.of(), Optional.empty(), Optional.empty(), false),
                        chat(Ending.BY_SERVER),
                        RetryPolicy.NEVER))
                .allSatisfy(record -> {
                    assertThat(record.requestId()).startsWith("ordinal-");
                    assertThat(record.traceparent()).isEmpty();
                });
        assertThat(emitted(Endpoint.at(url, Map.of("X-Request-Id", "mine")), chat(Ending.BY_SERVER), RetryPolicy.NEVER))
                .as("stated headers win")
                .extracting(EmitRecord::requestId)
                .containsOnly("mine");
    }
}
