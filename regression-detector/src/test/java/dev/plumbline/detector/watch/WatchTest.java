package dev.plumbline.detector.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.detector.judgement.JudgementSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchTest {

    private final Watch watch = new Watch("plumbline.windows.10s.v1", 10_000, JudgementSettings.defaults());

    @BeforeEach
    void assign() {
        watch.assign(0, 1, 1_000);
    }

    private static byte[] window(int revision, long start, long length) {
        Series series = new Series(new ComparisonGroup("svc", "m", "chat", LoadPoint.parse("c8"), "default"), "stable");
        WindowSummary delta = new WindowSummary(
                new RequestCounts(3, Map.of(FailureKind.REJECTED, 1L), 0, 0, 0),
                Map.of(),
                TokenTotals.none(),
                4,
                1,
                Map.of());
        ExcludedPart excluded = new ExcludedPart(new RequestCounts(2, Map.of(), 0, 0, 0), 0, Map.of());
        return Codec.WINDOWS.encode(new WindowRecord(new WindowId(series, start, length), revision, delta, excluded));
    }

    @Test
    void countsEveryRevisionOnceAndExcludedRequestsToo() {
        watch.take(0, 5, window(0, 10_000, 10_000));
        watch.take(0, 6, window(1, 10_000, 10_000));
        watch.take(0, 6, window(1, 10_000, 10_000));
        watch.take(0, 5, window(0, 10_000, 10_000));
        RequestCounts counted = watch.series().getFirst().totals().requests();
        assertThat(counted.completed()).isEqualTo(10);
        assertThat(counted.failedTotal()).isEqualTo(2);
        assertThat(watch.counted(Tally.REDELIVERED)).isEqualTo(2);
        assertThat(watch.counted(Tally.CORRECTIONS)).isEqualTo(1);
        assertThat(watch.counted(Tally.VERDICTS)).isEqualTo(1);
    }

    @Test
    void badBytesGoOutWithTheirReasonAndStopNothing() {
        byte[] bad = "{".getBytes(StandardCharsets.UTF_8);
        Outgoing outgoing = watch.take(0, 5, bad);
        assertThat(outgoing.undecodable()).singleElement().satisfies(record -> {
            assertThat(record.offset()).isEqualTo(5);
            assertThat(record.bytes().toArray()).isEqualTo(bad);
            assertThat(record.reason()).isNotBlank();
        });
        assertThat(watch.take(0, 6, null).undecodable()).hasSize(1);
        assertThat(watch.take(0, 7, window(0, 10_000, 10_000)).verdicts()).hasSize(1);
        assertThat(watch.counted(Tally.UNDECODABLE)).isEqualTo(2);
    }

    @Test
    void badBytesThatAnEarlierStartReportedAreNotReportedAgain() {
        assertThat(watch.take(0, 0, new byte[0]).undecodable()).isEmpty();
        assertThat(watch.counted(Tally.UNDECODABLE)).isEqualTo(1);
    }

    @Test
    void otherWindowLengthsAreCountedAndLeftOut() {
        assertThat(watch.take(0, 5, window(0, 60_000, 60_000))).isEqualTo(Outgoing.NOTHING);
        assertThat(watch.counted(Tally.OTHER_LENGTH)).isEqualTo(1);
        assertThat(watch.series()).isEmpty();
    }

    @Test
    void aPartitionThatMovedAwayIsLeftToItsNewReader() {
        watch.take(0, 5, window(0, 10_000, 10_000));
        watch.revoke(List.of(0));
        assertThat(watch.take(0, 6, window(0, 20_000, 10_000))).isEqualTo(Outgoing.NOTHING);
        assertThat(watch.counted(Tally.NOT_ASSIGNED)).isEqualTo(1);
        assertThat(watch.series()).isEmpty();
        assertThat(watch.partitions()).isEmpty();
    }
}
