package dev.plumbline.aggregator.topology;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static dev.plumbline.windowing.TestEvents.MS;
import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.UndecodableRecord;
import dev.plumbline.windowing.Tally;
import dev.plumbline.windowing.TestEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AggregationTopologyTest {

    private static final long T0 = 1_000_000_000_000L;

    private final Pipe pipe = new Pipe(T0);
    private final TestEvents producer = new TestEvents("p1", 1);

    @AfterEach
    void close() {
        pipe.close();
    }

    @Test
    void isTheTopologyThatWasReviewed() throws IOException {
        try (var golden = getClass().getResourceAsStream("/topology.txt")) {
            assertThat(golden).isNotNull();
            assertThat(pipe.topology().describe().toString().strip())
                    .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
    }

    @Test
    void saysNothingWhenNothingCame() {
        pipe.advance(5_000);

        assertThat(pipe.windows()).isEmpty();
        assertThat(pipe.undecodable()).isEmpty();
    }

    @Test
    void makesOneWindowOfOneEvent() {
        pipe.send(producer.completed(STABLE, T0 + 4_000, 100));
        pipe.send(producer.heartbeat(T0 + 11_999));
        assertThat(pipe.windows()).isEmpty();

        pipe.send(producer.heartbeat(T0 + 12_000));

        WindowRecord window = single(pipe.windows());
        assertThat(window.revision()).isZero();
        assertThat(window.id().series()).isEqualTo(STABLE);
        assertThat(window.id().startEpochMillis()).isEqualTo(T0);
        assertThat(window.delta().requests().completed()).isEqualTo(1);
        assertThat(window.delta().latency(LatencyMetric.TTFT)).isEqualTo(Histogram.of(100 * MS));
        assertThat(window.delta().latency(LatencyMetric.TPOT)).isEqualTo(Histogram.of(10 * MS));
        assertThat(window.delta().latency(LatencyMetric.E2E)).isEqualTo(Histogram.of(190 * MS));
        assertThat(window.delta().latency(LatencyMetric.RESPONSE)).isEqualTo(Histogram.of(192 * MS));
        assertThat(window.delta().latency(LatencyMetric.ITL)).isEqualTo(Histogram.of(30 * MS, 30 * MS, 30 * MS));
        assertThat(window.delta().latency(LatencyMetric.DISPATCH_LAG)).isEqualTo(Histogram.of(MS));
        assertThat(window.delta().latency(LatencyMetric.GATE_WAIT)).isEqualTo(Histogram.of(MS));
        assertThat(window.delta().tokens().prompt()).isEqualTo(7);
        assertThat(window.delta().tokens().output()).isEqualTo(10);
        assertThat(window.delta().slowest().get(LatencyMetric.TTFT).getFirst().requestId())
                .isEqualTo("p1-1-1");
        assertThat(window.coverage()).isEqualTo(1.0);
    }

    @Test
    void putsAnEventAtTheEndOfAWindowIntoTheNext() {
        pipe.send(producer.completed(STABLE, T0 + 9_999, 100));
        pipe.send(producer.completed(STABLE, T0 + 10_000, 200));
        pipe.send(producer.heartbeat(T0 + 22_000));

        List<WindowRecord> windows = pipe.windows();
        assertThat(windows).hasSize(2);
        assertThat(windows.get(0).delta().latency(LatencyMetric.TTFT)).isEqualTo(Histogram.of(100 * MS));
        assertThat(windows.get(1).delta().latency(LatencyMetric.TTFT)).isEqualTo(Histogram.of(200 * MS));
    }

    @Test
    void keepsFailuresOutOfLatenciesAndCountsThem() {
        pipe.send(producer.failed(STABLE, T0 + 1, FailureKind.CONNECT));
        pipe.send(producer.leaving(T0 + 2));

        WindowRecord window = single(pipe.windows());
        assertThat(window.delta().requests().failed()).isEqualTo(Map.of(FailureKind.CONNECT, 1L));
        assertThat(window.delta().latencies().keySet())
                .isEqualTo(Set.of(LatencyMetric.TIME_TO_FAILURE, LatencyMetric.DISPATCH_LAG, LatencyMetric.GATE_WAIT));
        assertThat(window.delta().latency(LatencyMetric.TIME_TO_FAILURE)).isEqualTo(Histogram.of(50 * MS));
    }

    @Test
    void countsADuplicateOnceAndSaysSo() {
        RequestEvent event = producer.completed(STABLE, T0 + 1, 100);
        Heartbeat heartbeat = producer.heartbeat(T0 + 12_000, offered(T0, 5));
        pipe.send(event);
        pipe.send(event);
        pipe.send(heartbeat);
        pipe.send(heartbeat);
        pipe.send(event);

        WindowRecord window = single(pipe.windows());
        assertThat(window.countedEvents()).isEqualTo(1);
        assertThat(window.delta().offered()).isEqualTo(5);
        assertThat(pipe.tally(Tally.DUPLICATES)).isEqualTo(3);
    }

    @Test
    void countsWhatComesOutOfOrder() {
        RequestEvent first = producer.completed(STABLE, T0 + 1, 100);
        pipe.send(producer.completed(STABLE, T0 + 2, 100));
        pipe.send(first);
        pipe.send(producer.heartbeat(T0 + 12_000));

        assertThat(single(pipe.windows()).countedEvents()).isEqualTo(2);
        assertThat(pipe.tally(Tally.DUPLICATES)).isZero();
    }

    @Test
    void correctsAClosedWindowWithTheNextRevision() {
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(producer.heartbeat(T0 + 12_000));
        pipe.send(producer.completed(STABLE, T0 + 2, 200));
        pipe.send(producer.heartbeat(T0 + 13_000));
        pipe.send(producer.completed(STABLE, T0 + 3, 300));
        pipe.send(producer.completed(STABLE, T0 + 4, 300));
        pipe.send(producer.heartbeat(T0 + 14_000));

        List<WindowRecord> windows = pipe.windows();
        assertThat(windows).extracting(WindowRecord::revision).containsExactly(0, 1, 2);
        assertThat(windows).extracting(WindowRecord::countedEvents).containsExactly(1L, 1L, 2L);
        assertThat(windows)
                .extracting(WindowRecord::id)
                .containsOnly(windows.getFirst().id());
        assertThat(pipe.tally(Tally.EVENTS_LATE)).isEqualTo(3);
        assertThat(pipe.tally(Tally.CORRECTIONS)).isEqualTo(2);
    }

    @Test
    void givesAWindowThatClosedWithNothingACorrectionAndNoFinal() {
        pipe.send(producer.heartbeat(T0 + 12_000));
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(producer.heartbeat(T0 + 13_000));

        assertThat(single(pipe.windows()).revision()).isEqualTo(1);
    }

    @Test
    void sendsWhatItCannotReadToTheUndecodableTopicAndGoesOn() {
        pipe.sendBytes("not an event".getBytes(StandardCharsets.UTF_8));
        pipe.sendBytes(new byte[0]);
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(producer.leaving(T0 + 2));

        List<UndecodableRecord> undecodable = pipe.undecodable();
        assertThat(undecodable).hasSize(2);
        assertThat(undecodable.getFirst().topic()).isEqualTo("plumbline.events.v1");
        assertThat(undecodable.getFirst().offset()).isZero();
        assertThat(new String(undecodable.getFirst().bytes().toArray(), StandardCharsets.UTF_8))
                .isEqualTo("not an event");
        assertThat(undecodable.get(1).reason()).isEqualTo("no bytes");
        assertThat(pipe.tally(Tally.UNDECODABLE)).isEqualTo(2);
        assertThat(single(pipe.windows()).countedEvents()).isEqualTo(1);
    }

    @Test
    void cutsUndecodableBytesToABound() {
        pipe.sendBytes(new byte[100_000]);

        UndecodableRecord record = single(pipe.undecodable());
        assertThat(record.bytes().toArray()).hasSize(AggregationSettings.UNDECODABLE_BYTES_KEPT);
        assertThat(record.reason()).endsWith("(cut from 100000 to 65536 bytes)");
    }

    @Test
    void refusesAnEventFromTooFarInTheFuture() {
        pipe.send(producer.completed(STABLE, T0 + 300_001, 100));
        pipe.send(producer.completed(STABLE, T0 + 300_000, 100));
        pipe.send(producer.leaving(T0 + 2));

        assertThat(single(pipe.undecodable()).reason())
                .isEqualTo("refused: ends 300001 ms after it was written, 300000 ms are allowed: "
                        + "the producer's clock is wrong");
        assertThat(pipe.tally(Tally.REFUSED_FUTURE)).isEqualTo(1);
        assertThat(single(pipe.windows()).countedEvents()).isEqualTo(1);
    }

    @Test
    void doesNotBelieveAWatermarkFromTooFarInTheFuture() {
        pipe.send(producer.completed(STABLE, T0 + 300_000, 100));
        pipe.send(producer.heartbeat(T0 + 10_000_000));

        assertThat(pipe.tally(Tally.WATERMARK_CAPPED)).isEqualTo(1);
        assertThat(pipe.windows()).isEmpty();
    }

    @Test
    void saysThatAWindowWithoutCompletionsExists() {
        pipe.send(producer.heartbeat(T0 + 12_000, offered(T0 + 3_000, 4)));

        WindowRecord window = single(pipe.windows());
        assertThat(window.delta().offered()).isEqualTo(4);
        assertThat(window.delta().inFlightNanos()).isEqualTo(4 * MS);
        assertThat(window.delta().tokens().streamedOutput()).isEqualTo(12);
        assertThat(window.countedEvents()).isZero();
    }

    @Test
    void saysThatAWindowInWhichNothingWasDueExists() {
        pipe.send(producer.heartbeat(T0 + 12_000, offered(T0 + 3_000, 0)));

        WindowRecord window = single(pipe.windows());
        assertThat(window.delta()).isEqualTo(WindowSummary.empty());
        assertThat(window.coverage()).isEqualTo(1);
    }

    @Test
    void excludesASickProducerAndPublishesCoverage() {
        TestEvents sick = new TestEvents("p2", 1);
        pipe.send(producer.heartbeat(T0));
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(sick.completed(STABLE, T0 + 1, 9_000));
        pipe.send(sick.heartbeat(T0 + 12_000, offered(T0, 1, Sickness.DISPATCH_LAG), offered(T0 + 1_000, 2)));
        pipe.send(producer.heartbeat(T0 + 12_000, offered(T0, 1)));

        WindowRecord window = single(pipe.windows());
        assertThat(window.delta().latency(LatencyMetric.TTFT)).isEqualTo(Histogram.of(100 * MS));
        assertThat(window.excluded().requests().completed()).isEqualTo(1);
        assertThat(window.excluded().reasons()).isEqualTo(Map.of("p2", Set.of(Sickness.DISPATCH_LAG)));
        assertThat(window.coverage()).isEqualTo(0.25);
        assertThat(window.countedEvents()).isEqualTo(2);
    }

    @Test
    void waitsForTheSlowerOfTwoProducers() {
        TestEvents slow = new TestEvents("p2", 1);
        pipe.send(slow.completed(STABLE, T0 + 1, 100));
        pipe.send(slow.heartbeat(T0 + 1));
        pipe.send(producer.heartbeat(T0 + 30_000));
        assertThat(pipe.windows()).isEmpty();

        pipe.send(slow.completed(STABLE, T0 + 2, 100));
        pipe.send(slow.heartbeat(T0 + 12_000));

        assertThat(single(pipe.windows()).countedEvents()).isEqualTo(2);
    }

    @Test
    void closesEverythingWhenTheLastProducerLeaves() {
        TestEvents other = new TestEvents("p2", 1);
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(other.completed(STABLE, T0 + 25_000, 100));
        pipe.send(producer.leaving(T0 + 2));
        assertThat(pipe.windows()).isEmpty();

        pipe.send(other.leaving(T0 + 25_000));

        assertThat(pipe.windows())
                .extracting(window -> window.id().startEpochMillis())
                .containsExactly(T0, T0 + 20_000);
    }

    @Test
    void endsTheOldEpochWhenAProducerStartsAnew() {
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        TestEvents restarted = new TestEvents("p1", 2);
        pipe.send(restarted.completed(STABLE, T0 + 2, 100));
        pipe.send(producer.completed(STABLE, T0 + 3, 100));
        pipe.send(restarted.heartbeat(T0 + 12_000));

        assertThat(single(pipe.windows()).countedEvents()).isEqualTo(3);
    }

    @Test
    void expelsASilentProducerByTheLogWhereOthersAreHeard() {
        TestEvents alive = new TestEvents("p2", 1);
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(producer.heartbeat(T0 + 1_000));
        for (int second = 1; second <= 12; second++) {
            pipe.advance(1_000);
            pipe.send(alive.heartbeat(T0 + second * 1_000L));
        }

        assertThat(single(pipe.windows()).countedEvents()).isEqualTo(1);
        assertThat(pipe.tally(Tally.PRODUCERS_EXPELLED)).isEqualTo(1);
        assertThat(pipe.toldEvents()).isEmpty();
    }

    @Test
    void expelsTheLastProducerByARecordOfItsOwn() {
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(producer.heartbeat(T0 + 1_000));
        pipe.advance(15_000);

        assertThat(single(pipe.windows()).cut()).contains(WindowRecord.Cut.SILENT);
        assertThat(single(pipe.toldEvents())).isEqualTo(new ProducerExpelled("p1", 1, GROUP, T0 + 1_000, 10_000));
    }

    @Test
    void letsAnExpelledProducerComeBack() {
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.advance(15_000);
        assertThat(single(pipe.windows()).countedEvents()).isEqualTo(1);

        pipe.send(producer.completed(STABLE, T0 + 11_000, 100));
        pipe.send(producer.heartbeat(T0 + 21_999));
        assertThat(pipe.windows()).isEmpty();
        pipe.send(producer.heartbeat(T0 + 22_000));

        assertThat(single(pipe.windows()).revision()).isZero();
    }

    @Test
    void takesAnExpulsionForVoidWhenTheProducerHasSpoken() {
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(producer.heartbeat(T0 + 5_000));
        pipe.send(new ProducerExpelled("p1", 1, GROUP, T0 + 4_000, 10_000));
        pipe.send(new ProducerExpelled("p1", 7, GROUP, T0 + 5_000, 10_000));
        pipe.send(new ProducerExpelled("nobody", 1, GROUP, T0 + 5_000, 10_000));

        assertThat(pipe.windows()).isEmpty();
        assertThat(pipe.tally(Tally.EXPULSIONS_VOID)).isEqualTo(3);
    }

    @Test
    void takesAnExpulsionOnlyOnceTheProducerIsSilentForSoLong() {
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(producer.heartbeat(T0 + 5_000));
        pipe.advance(9_000, false);
        pipe.send(new ProducerExpelled("p1", 1, GROUP, T0 + 5_000, 10_000));
        assertThat(pipe.windows()).isEmpty();
        pipe.advance(1_000, false);
        pipe.send(new ProducerExpelled("p1", 1, GROUP, T0 + 5_000, 10_000));

        assertThat(single(pipe.windows()).countedEvents()).isEqualTo(1);
    }

    @Test
    void refusesSeriesAboveTheLimit() {
        for (int i = 0; i < Pipe.SERIES_LIMIT + 1; i++) {
            pipe.send(producer.completed(new Series(GROUP, "v" + i), T0 + 1, 100));
        }
        pipe.send(producer.leaving(T0 + 2));

        assertThat(pipe.windows()).hasSize(Pipe.SERIES_LIMIT);
        assertThat(pipe.tally(Tally.REFUSED_SERIES_LIMIT)).isEqualTo(1);
        assertThat(single(pipe.undecodable()).reason()).contains("limit of " + Pipe.SERIES_LIMIT + " series");
    }

    @Test
    void writesOutputsWithTheTimeOfWriting() {
        pipe.advance(60_000);
        pipe.send(producer.completed(STABLE, T0 + 1, 100));
        pipe.send(producer.leaving(T0 + 2));

        assertThat(pipe.windowTimestamps()).containsExactly(T0 + 60_000);
    }

    private static <T> T single(List<T> list) {
        assertThat(list).hasSize(1);
        return list.getFirst();
    }
}
