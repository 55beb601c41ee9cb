package dev.plumbline.producer.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.protocol.AnswerReader;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What real servers sent becomes the right stamps, tokens and outcome. The clock of these tests counts bytes: the body comes
 * byte by byte, and byte n comes at nanosecond n, so that every stamp names a byte of the capture. The expected values were
 * found with another JSON parser, not with this code.
 */
class CapturedStreamsTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    /** A line of the index of captures. */
    record Captured(String[] row) {

        private String cell(int column) {
            return row[column];
        }

        OptionalLong stamp(int column) {
            return cell(column).isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(cell(column)));
        }

        Protocol protocol() {
            EndpointType type = EndpointType.named(cell(1));
            RequestParameters parameters = RequestParameters.of("m", !cell(0).endsWith(".json"), 8, 0);
            if (type != EndpointType.GENERIC) {
                return Protocol.of(type, parameters);
            }
            return Protocol.generic(
                    new GenericTarget(
                            "POST",
                            "{\"prompt\":\"{{prompt}}\"}",
                            GenericTarget.Framing.SSE,
                            "/content",
                            Optional.empty(),
                            Optional.of("/stop_type"),
                            Optional.of("/tokens_evaluated"),
                            Optional.of("/tokens_predicted"),
                            "/error"),
                    parameters);
        }

        @Override
        public String toString() {
            return cell(0);
        }
    }

    static Stream<Captured> all() {
        return new String(resource("index.csv"), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .map(line -> new Captured(line.split("\\|", -1)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void hasTheRightStampsTokensAndOutcome(Captured captured) {
        RequestEvent event = replayed(captured);
        assertThat(event.stamps().firstContentNanos()).as("first content").isEqualTo(captured.stamp(7));
        assertThat(event.stamps().firstAnswerNanos()).as("first answer").isEqualTo(captured.stamp(8));
        assertThat(event.response().contentChunks()).isEqualTo(Long.parseLong(captured.cell(5)));
        if (event.response().streamed()) {
            assertThat(event.stamps().lastContentNanos()).as("last content").isEqualTo(captured.stamp(9));
        }
        assertThat(told(event.response().tokens().prompt())).as("prompt").isEqualTo(captured.cell(10));
        assertThat(told(event.response().tokens().output())).as("output").isEqualTo(captured.cell(11));
        assertThat(told(event.response().tokens().reasoning())).as("reasoning").isEqualTo(captured.cell(12));
        assertThat(told(event.response().tokens().cached())).as("cached").isEqualTo(captured.cell(13));
        assertThat(new TreeMap<>(event.surroundings().serverNanos())
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .collect(Collectors.joining(" ")))
                .isEqualTo(captured.cell(14));
        assertThat(told(event.outcome())).isEqualTo(captured.cell(15));
    }

    private static RequestEvent replayed(Captured captured) {
        Protocol protocol = captured.protocol();
        RequestRecording recording = new RequestRecording(
                SERIES,
                Attempt.first("r-1"),
                new ManualClock(1_000),
                protocol.streaming(),
                -3,
                -2,
                new RequestRecording.Texts(TokenChoice.AUTO, Optional.empty(), false));
        long[] now = new long[1];
        int status = Integer.parseInt(captured.cell(2));
        AnswerReader reader =
                protocol.answer(status, Optional.of(captured.cell(3)), item -> recording.item(now[0], item));
        recording.sent(-1);
        recording.headers(0, status, reader.isStream(), OptionalLong.empty());
        byte[] bytes = resource(captured.cell(0));
        for (int i = 0; i < bytes.length; i++) {
            now[0] = i + 1L;
            recording.bytes(now[0]);
            reader.feed(bytes, i, 1);
        }
        boolean cleanly = captured.cell(4).equals("clean");
        reader.end(cleanly);
        long end = bytes.length + 1L;
        EndedRequest ended = cleanly ? recording.endedByServer(end) : recording.broken(end, "reset");
        return ended.numbered(new Origin("p", 1, 1));
    }

    private static String told(Optional<TokenCount> count) {
        return count.map(tokens -> tokens.count() + " " + tokens.source()).orElse("");
    }

    private static String told(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed completed -> "COMPLETED " + completed.finishReason();
            case Outcome.Failed failed -> failed.kind().name();
            case Outcome.Dropped unused -> "DROPPED";
            case Outcome.Cancelled unused -> "CANCELLED";
        };
    }

    private static byte[] resource(String name) {
        try (InputStream in = CapturedStreamsTest.class.getResourceAsStream("/streams/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
