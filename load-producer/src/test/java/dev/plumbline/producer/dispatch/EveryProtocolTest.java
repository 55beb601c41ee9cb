package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.Regressions;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every protocol against the simulated target, held against the log of what it truly did. */
class EveryProtocolTest {

    private static final int REQUESTS = 12;

    private static SimulatedTarget target;
    private static Drive drive;

    @BeforeAll
    static void start() throws IOException {
        target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(4_000_000, 0, 3_000_000, 0.1))
                .withOutput(new OutputSettings(8, 0, 1, false)));
        drive = new Drive();
    }

    @AfterAll
    static void stop() {
        drive.close();
        target.close();
    }

    static Stream<Arguments> protocols() {
        return Arrays.stream(EndpointType.values())
                .filter(type -> type != EndpointType.GENERIC)
                .flatMap(type -> Stream.of(Arguments.of(type, true), Arguments.of(type, false)));
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void isUnderstoodToTheTokenAndToTheMoment(EndpointType type, boolean streaming) throws Exception {
        check(type, Drive.protocol(type, streaming));
    }

    /** The chat of this target, described instead of known. */
    @Test
    void aTargetThatIsDescribedIsUnderstoodAsWell() throws Exception {
        GenericTarget described = new GenericTarget(
                "POST",
                "{\"model\":\"{{model}}\",\"max_tokens\":{{max_tokens}},\"stream\":true,\"stream_options\":"
                        + "{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"{{prompt}}\"}]}",
                GenericTarget.Framing.SSE,
                "/choices/0/delta/content",
                Optional.empty(),
                Optional.of("/choices/0/finish_reason"),
                Optional.of("/usage/prompt_tokens"),
                Optional.of("/usage/completion_tokens"),
                "/error");
        check(EndpointType.CHAT, Protocol.generic(described, RequestParameters.of("simulated", true, 8, 0)));
    }

    private static void check(EndpointType path, Protocol protocol) throws Exception {
        List<RequestEvent> events = drive.run(
                Drive.at(target.port(), path),
                protocol,
                Drive.timeouts(20_000, 20_000, 20_000),
                new LoadPlan.Closed(2, 0),
                REQUESTS,
                RetryPolicy.NEVER);
        List<EmitRecord> emitted = latest();
        Map<String, EmitRecord> byId =
                emitted.stream().collect(Collectors.toMap(EmitRecord::requestId, Function.identity()));
        assertThat(events).hasSize(REQUESTS);
        for (RequestEvent event : events) {
            EmitRecord truth = byId.get(event.attempt().requestId());
            assertThat(event.outcome()).isInstanceOf(Outcome.Completed.class);
            assertThat(event.response().streamed()).isEqualTo(protocol.streaming());
            assertThat(event.response().tokens().output().orElseThrow().count()).isEqualTo(truth.outputTokens());
            assertThat(event.response().tokens().prompt().orElseThrow().count()).isEqualTo(truth.promptTokens());
            assertThat(event.response().tokens().output().orElseThrow().source())
                    .isEqualTo(
                            path.shortName().startsWith("ollama")
                                    ? TokenSource.SERVER_TIMINGS
                                    : TokenSource.SERVER_USAGE);
            if (protocol.streaming()) {
                assertThat(event.response().contentChunks()).isEqualTo(truth.contentChunks());
                assertThat(event.stamps().firstContentNanos().getAsLong())
                        .as("nobody sees a chunk before it was written")
                        .isGreaterThanOrEqualTo(
                                truth.stamps().firstContentNanos().getAsLong());
            }
            assertThat(event.stamps().lastContentNanos().getAsLong())
                    .isGreaterThanOrEqualTo(truth.stamps().lastContentNanos().getAsLong());
        }
        // A wrong definition is late each time, a busy machine only most of the time.
        long leastLateNanos = events.stream()
                .mapToLong(event -> event.stamps().lastContentNanos().getAsLong()
                        - byId.get(event.attempt().requestId())
                                .stamps()
                                .lastContentNanos()
                                .getAsLong())
                .min()
                .orElseThrow();
        assertThat(leastLateNanos).as("and soon after").isLessThan(20 * Drive.MILLI);
        if (path.shortName().startsWith("ollama")) {
            assertThat(events)
                    .allSatisfy(event -> assertThat(event.surroundings().serverNanos())
                            .containsOnlyKeys("total", "promptEval", "eval"));
        }
    }

    /** The log lags behind the last byte by a hop of the event loop. */
    private static List<EmitRecord> latest() {
        List<EmitRecord> all = target.emitRecords();
        return all.subList(Math.max(0, all.size() - REQUESTS), all.size());
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void failuresAreToldApartInEachOfThem(EndpointType type, boolean streaming) throws Exception {
        if (streaming) {
            assertKind(type, new Regressions(1, 1, OptionalInt.empty(), 0, 1, 0, 0, 1000), FailureKind.STREAM_ERROR);
            assertKind(type, new Regressions(1, 1, OptionalInt.empty(), 0, 0, 1, 0, 1000), FailureKind.EMPTY);
        }
        assertKind(type, new Regressions(1, 1, OptionalInt.empty(), 1, 0, 0, 0, 1000), FailureKind.HTTP_5XX);
    }

    private static void assertKind(EndpointType type, Regressions regressions, FailureKind kind) throws Exception {
        target.setRegressions(regressions);
        try {
            RequestEvent event = drive.one(
                    Drive.at(target.port(), type), Drive.protocol(type, true), Drive.timeouts(20_000, 20_000, 20_000));
            assertThat(event.outcome()).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.kind()).isEqualTo(kind);
                if (kind != FailureKind.EMPTY) {
                    assertThat(failed.detail().orElse("")).contains("EngineCore");
                }
            });
        } finally {
            target.setRegressions(Regressions.NONE);
        }
    }
}
