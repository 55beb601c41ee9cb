package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Choices;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Generation;
import dev.plumbline.protocol.JsonFields;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.target.EmitOutcome;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.workload.Batch;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.Prompts;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.SyntheticWorkload;
import dev.plumbline.workload.Workload;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts that are asked together, held against the log of what the target truly did. */
class BatchesOnTargetTest {

    private static final int SIZE = 4;
    private static final int BATCHES = 12;
    private static final Workload SINGLE =
            new SyntheticWorkload(new RequestClass("chat"), new Prompts(1, new Length(12, 4)), 1, new Length(9, 2));

    private static SimulatedTarget target;
    private static Drive drive;

    @BeforeAll
    static void start() throws Exception {
        target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(3_000_000, 0, 2_000_000, 0.2))
                .withOutput(new OutputSettings(9, 0.5, 1, false)));
        drive = new Drive();
    }

    @AfterAll
    static void stop() {
        drive.close();
        target.close();
    }

    private static List<EmitRecord> emitted(Protocol protocol, long count) throws Exception {
        int before = target.emitRecords().size();
        drive.run(
                Drive.at(target.port(), protocol.endpointType()),
                protocol,
                Drive.timeouts(20_000, 20_000, 20_000),
                new LoadPlan.Closed(1, 0),
                count,
                RetryPolicy.NEVER);
        List<EmitRecord> all = target.emitRecords();
        return all.subList(before, all.size());
    }

    private static Map<String, List<EmitRecord>> byRequest(List<EmitRecord> records) {
        return records.stream()
                .collect(Collectors.groupingBy(
                        each -> each.requestId().replaceFirst(":.*", ""), TreeMap::new, Collectors.toList()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void severalPromptsAreOneRequestWhoseNumbersAreThoseOfAllItsAnswers(boolean streaming) throws Exception {
        drive.workload = Batch.of(SIZE, EndpointType.COMPLETIONS).of(SINGLE);
        Map<String, List<EmitRecord>> truth =
                byRequest(emitted(Drive.protocol(EndpointType.COMPLETIONS, streaming), BATCHES));

        assertThat(drive.events()).hasSize(BATCHES).allSatisfy(event -> {
            assertThat(event.outcome()).isInstanceOf(Outcome.Completed.class);
            List<EmitRecord> answers = truth.get(event.attempt().requestId());
            assertThat(answers).hasSize(SIZE);
            assertThat(event.response().choices().map(Choices::count)).contains(SIZE);
            assertThat(event.response().tokens().output()).contains(sum(answers, EmitRecord::outputTokens));
            assertThat(event.response().tokens().prompt()).contains(sum(answers, EmitRecord::promptTokens));
            if (streaming) {
                assertThat(event.response().contentChunks())
                        .isEqualTo(answers.stream()
                                .mapToLong(EmitRecord::contentChunks)
                                .sum());
                assertThat(event.response().chunkGaps().count())
                        .isEqualTo(event.response().contentChunks() - SIZE);
                long tokens =
                        answers.stream().mapToLong(EmitRecord::outputTokens).sum();
                // How near the stamps are to the log is a matter of the machine.
                long decodeNanos = event.response().choices().orElseThrow().decodeNanos();
                assertThat(event.tpotNanos()).hasValue(Math.round((double) decodeNanos / (tokens - SIZE)));
            } else {
                assertThat(event.tpotNanos()).isEmpty();
                assertThat(event.ttftNanos()).isEmpty();
            }
        });
        // What each prompt asks is what it would ask alone: batch i has the prompts from i * SIZE on.
        for (RequestEvent event : drive.events()) {
            int batch = Integer.parseInt(event.attempt().requestId().replaceFirst(".*-", ""));
            List<EmitRecord> answers = truth.get(event.attempt().requestId()).stream()
                    .sorted(Comparator.comparing(EmitRecord::requestId))
                    .toList();
            for (int i = 0; i < SIZE; i++) {
                assertThat(answers.get(i).promptTokens()).isEqualTo(promptTokens((long) batch * SIZE + i));
            }
        }
    }

    private static int promptTokens(long ordinal) {
        return (SINGLE.session(ordinal)
                                .next(java.util.Optional.empty())
                                .orElseThrow()
                                .ask()
                                .text()
                                .length()
                        + 3)
                / 4;
    }

    private static TokenCount sum(List<EmitRecord> answers, java.util.function.ToIntFunction<EmitRecord> of) {
        return new TokenCount(answers.stream().mapToInt(of).sum(), TokenSource.SERVER_USAGE);
    }

    @Test
    void whereAnApiTakesOnePromptABatchIsAsManyRequestsAtOnceAndTheNextWaitsForAll() throws Exception {
        drive.workload = Batch.of(SIZE, EndpointType.CHAT).of(SINGLE);
        List<EmitRecord> truth = emitted(Drive.chat(), BATCHES);

        assertThat(drive.events()).hasSize(BATCHES * SIZE).allSatisfy(event -> {
            assertThat(event.response().choices()).isEmpty();
            assertThat(event.outcome()).isInstanceOf(Outcome.Completed.class);
        });
        Map<Long, List<EmitRecord>> batches = truth.stream()
                .collect(Collectors.groupingBy(
                        each -> Long.parseLong(each.requestId().replaceFirst(".*-", "")) / SIZE,
                        TreeMap::new,
                        Collectors.toList()));
        assertThat(batches).hasSize(BATCHES);
        long endNanos = Long.MIN_VALUE;
        for (List<EmitRecord> batch : batches.values()) {
            assertThat(batch).hasSize(SIZE);
            long begin = endNanos;
            assertThat(batch)
                    .allSatisfy(
                            each -> assertThat(each.stamps().receivedNanos()).isGreaterThan(begin));
            assertThat(batch.stream()
                            .mapToLong(each -> each.stamps().receivedNanos())
                            .max()
                            .getAsLong())
                    .as("all are there before the first has ended")
                    .isLessThan(batch.stream()
                            .mapToLong(each -> each.stamps().lastContentNanos().orElseThrow())
                            .max()
                            .getAsLong());
            endNanos = batch.stream()
                    .mapToLong(each -> each.stamps().lastContentNanos().orElseThrow())
                    .max()
                    .getAsLong();
        }
    }

    @Test
    void severalAnswersToOnePromptAreOneRequestWhosePromptCountsOnce() throws Exception {
        drive.workload = SINGLE;
        Protocol protocol = Protocol.of(
                EndpointType.CHAT,
                new RequestParameters(
                        "simulated",
                        true,
                        8,
                        new Generation(
                                Generation.Sampling.BY_SERVER, Generation.Ending.BY_SERVER, JsonFields.of("n", "3"))));
        Map<String, List<EmitRecord>> truth = byRequest(emitted(protocol, BATCHES));

        assertThat(drive.events()).hasSize(BATCHES).allSatisfy(event -> {
            List<EmitRecord> answers = truth.get(event.attempt().requestId());
            assertThat(answers)
                    .hasSize(3)
                    .extracting(EmitRecord::outcome)
                    .isSubsetOf(EmitOutcome.STOP, EmitOutcome.LENGTH);
            assertThat(event.outcome()).isInstanceOf(Outcome.Completed.class);
            assertThat(event.response().choices().map(Choices::count)).contains(3);
            assertThat(event.response().tokens().output()).contains(sum(answers, EmitRecord::outputTokens));
            assertThat(event.response().tokens().prompt())
                    .contains(new TokenCount(answers.getFirst().promptTokens(), TokenSource.SERVER_USAGE));
        });
    }
}
