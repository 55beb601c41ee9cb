package dev.plumbline.producer.emission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.protocol.StreamItem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka that never comes, in the heap that a producer of the local stack has. */
class QueueMemoryTest {

    private static final int EVENTS = 70_000;

    @TempDir
    private Path folder;

    @Test
    void whatWaitsForKafkaIsBoundedInBytesAndTheRestIsACountedLoss() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Filling.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("collecting garbage without end").isTrue();
        String said = Files.readString(folder.resolve("said"));
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).containsPattern("waiting [1-9][0-9]* lost [1-9][0-9]*");
    }

    /** The process. */
    static final class Filling {
        public static void main(String[] arguments) {
            // What else there is: Kafka's buffer, classes and their code.
            byte[] others = new byte[64 << 20];
            MarkedQueue queue = FILLED;
            int lost = 0;
            for (int i = 0; i < EVENTS; i++) {
                lost += queue.ended(large(i)) ? 0 : 1;
            }
            System.out.println("waiting " + queue.size() + " lost " + lost + " beside " + others.length);
        }

        /** One of its own, with nothing but the series in common with the others. */
        private static EndedRequest large(int number) {
            Response response = SAMPLE.response();
            return new EndedRequest(
                    SAMPLE.series(),
                    Attempt.first("request-" + number),
                    SAMPLE.endEpochMillis(),
                    SAMPLE.stamps(),
                    new Response(
                            true,
                            response.contentChunks() + 1,
                            response.chunkGaps().plus(Histogram.of(1_000_000)),
                            response.tokens()),
                    new Outcome.Failed(
                            FailureKind.TRUNCATED,
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            Optional.of("x".repeat(200) + number)),
                    SAMPLE.surroundings(),
                    EndedRequest.Untold.NOTHING);
        }

        /** A long answer whose gaps are all different. */
        private static EndedRequest sample() {
            RequestRecording recording = new RequestRecording(
                    new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable"),
                    Attempt.first("r"),
                    new ManualClock(1_000),
                    true,
                    0,
                    0,
                    new RequestRecording.Texts(TokenChoice.AUTO, Optional.empty(), false));
            long at = 1_000_000;
            long gap = 3_000;
            recording.sent(at);
            for (int chunk = 0; chunk < 1_200; chunk++) {
                recording.item(at, CONTENT);
                at += gap;
                gap += gap / 100 + 1;
            }
            return recording.failed(at, FailureKind.TRUNCATED, "cut");
        }
    }

    private static final StreamItem CONTENT = content();
    private static final EndedRequest SAMPLE = Filling.sample();
    private static final MarkedQueue FILLED = new MarkedQueue(65_536, 1);

    private static StreamItem content() {
        List<StreamItem> items = new java.util.ArrayList<>();
        var reader = dev.plumbline.protocol.Protocol.of(
                        dev.plumbline.protocol.EndpointType.CHAT,
                        dev.plumbline.protocol.RequestParameters.of("m", true, 8, 0))
                .answer(200, Optional.of("text/event-stream"), items::add);
        byte[] chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n".getBytes(StandardCharsets.UTF_8);
        reader.feed(chunk, 0, chunk.length);
        return items.getFirst();
    }
}
