package dev.plumbline.detector.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.detector.messaging.MemoryKafka.Stored;
import dev.plumbline.detector.watch.Watch;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The state of a detector whose partitions do not all come at once, as with incremental rebalances. */
class PartitionsComeAndGoTest {

    private static final String WINDOWS = Topics.windows(Duration.ofMillis(SimulatedSeries.LENGTH_MILLIS));
    private static final int TOLD = 20;

    private final MemoryKafka kafka = new MemoryKafka();
    private final SimulatedDetector detector;

    PartitionsComeAndGoTest() {
        kafka.create(WINDOWS, 2);
        // Its clock stands still: snapshots are written with the first batch of a life, and with no other.
        detector = new SimulatedDetector(
                kafka,
                () -> Instant.EPOCH,
                WINDOWS,
                2,
                SimulatedSeries.LENGTH_MILLIS,
                () -> new Watch(WINDOWS, SimulatedSeries.LENGTH_MILLIS, JudgementSettings.defaults()),
                new Random(1));
    }

    /** The snapshot of a partition that has nothing to catch up with lies behind verdicts that another still has to know. */
    @Test
    void aPartitionThatComesWhileAnotherIsReadAgainMakesNobodyTellTwice() {
        SimulatedSeries series = new SimulatedSeries(1, "c8");
        for (int window = 0; window < TOLD; window++) {
            var unused = kafka.append(WINDOWS, 1, new Stored("", Optional.of(Codec.WINDOWS.encode(series.window()))));
        }
        detector.start();
        detector.poll(1);
        detector.poll(TOLD);
        assertThat(kafka.records(Topics.VERDICTS)).hasSize(TOLD);
        detector.kill();

        detector.start();
        detector.poll(5);
        detector.rebalance(0, 1);
        detector.poll(TOLD);

        assertThat(kafka.records(Topics.VERDICTS)).hasSize(TOLD);
    }
}
