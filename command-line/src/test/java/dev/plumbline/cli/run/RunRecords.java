package dev.plumbline.cli.run;

import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What the pipe and the producer tell of the series of {@link Requests}, for tests. */
final class RunRecords {

    /** The producer of {@link Requests}. */
    static final String PRODUCER = "p";

    static final Series OTHER_SERIES = new Series(Requests.SERIES.group(), "canary");

    static final long WINDOW_MILLIS = 10_000;

    private RunRecords() {}

    static RequestEvent of(String producerId, RequestEvent event) {
        return new RequestEvent(
                new Origin(producerId, 1, 1),
                event.series(),
                event.attempt(),
                event.endEpochMillis(),
                event.stamps(),
                event.response(),
                event.outcome(),
                event.surroundings());
    }

    /** The event of another start of its producer. */
    static RequestEvent ofEpoch(long epoch, RequestEvent event) {
        return new RequestEvent(
                new Origin(PRODUCER, epoch, 1),
                event.series(),
                event.attempt(),
                event.endEpochMillis(),
                event.stamps(),
                event.response(),
                event.outcome(),
                event.surroundings());
    }

    static Heartbeat heartbeat(String producerId, long untilEpochMillis) {
        return new Heartbeat(
                new Origin(producerId, 1, 1), Requests.SERIES.group(), untilEpochMillis, List.of(), List.of(), false);
    }

    /** The window that ends at that time, with so many completed requests. */
    static WindowRecord window(Series series, long endEpochMillis, long completed) {
        return new WindowRecord(
                new WindowId(series, endEpochMillis - WINDOW_MILLIS, WINDOW_MILLIS),
                0,
                new WindowSummary(
                        new RequestCounts(completed, Map.of(), 0, 0, 0),
                        Map.of(),
                        TokenTotals.none(),
                        completed,
                        0,
                        Map.of()),
                ExcludedPart.none());
    }

    /** The window behind the end of a load that ends at that time: so many requests completed in it. */
    static WindowRecord windowAfterLoad(long endEpochMillis, long completed) {
        WindowRecord window = window(Requests.SERIES, endEpochMillis, completed);
        WindowSummary summary = window.delta();
        return new WindowRecord(
                window.id(),
                0,
                new WindowSummary(summary.requests(), summary.latencies(), summary.tokens(), 0, 0, Map.of()),
                ExcludedPart.none());
    }

    /** The window that ends at that time, in which a load began or ended. */
    static WindowRecord windowOfAnEdge(long endEpochMillis, long completed, LoadEdges edges) {
        WindowRecord window = window(Requests.SERIES, endEpochMillis, completed);
        WindowSummary summary = window.delta();
        return new WindowRecord(
                window.id(),
                0,
                new WindowSummary(
                        summary.requests(),
                        summary.latencies(),
                        summary.tokens(),
                        summary.offered(),
                        summary.inFlightNanos(),
                        summary.slowest(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(edges)),
                ExcludedPart.none());
    }

    /** A window of which no healthy producer offered anything, with so many completed requests. */
    static WindowRecord excludedWindow(long endEpochMillis, long completed) {
        return new WindowRecord(
                new WindowId(Requests.SERIES, endEpochMillis - WINDOW_MILLIS, WINDOW_MILLIS),
                0,
                WindowSummary.empty(),
                new ExcludedPart(new RequestCounts(completed, Map.of(), 0, 0, 0), completed, Map.of()));
    }

    /** The verdict on the window that ends at that time; it was held against a baseline. */
    static VerdictRecord verdict(Series series, long endEpochMillis) {
        return new VerdictRecord(
                new WindowId(series, endEpochMillis - WINDOW_MILLIS, WINDOW_MILLIS),
                new SourcePosition(0, 1),
                SeriesState.OK,
                Optional.of("b"),
                Optional.empty(),
                1,
                List.of(new MetricVerdict(
                        JudgedMetric.TTFT_P50, new Verdict.Steady(), Optional.empty(), Optional.empty())),
                SeriesSnapshot.ofNewSeries());
    }

    static AlertRecord alert(Series series, long atEpochMillis) {
        return new AlertRecord(
                "a",
                series,
                AlertRecord.Transition.FIRED,
                atEpochMillis,
                atEpochMillis,
                new AlertRecord.Reasons("b", List.of(), List.of(), OptionalLong.empty()),
                "slower");
    }

    static Status status(State state, long acknowledged, long measuredFromEpochMillis) {
        return status(1, state, acknowledged, measuredFromEpochMillis);
    }

    static Status status(long epoch, State state, long acknowledged, long measuredFromEpochMillis) {
        return status(epoch, state, acknowledged, measuredFromEpochMillis, OptionalLong.empty());
    }

    /** Of a producer that has stopped, and told until when it measured. */
    static Status stopped(long acknowledged, long measuredFromEpochMillis, long measuredUntilEpochMillis) {
        return status(
                1, State.STOPPED, acknowledged, measuredFromEpochMillis, OptionalLong.of(measuredUntilEpochMillis));
    }

    /** Of a producer whose load is over, and that waits for so many requests. */
    static Status draining(
            long acknowledged, long inFlight, long measuredFromEpochMillis, long measuredUntilEpochMillis) {
        Status status = status(
                1, State.RUNNING, acknowledged, measuredFromEpochMillis, OptionalLong.of(measuredUntilEpochMillis));
        return new Status(
                status.state(),
                status.epoch(),
                acknowledged + inFlight,
                acknowledged + inFlight,
                inFlight,
                acknowledged,
                Map.of(),
                0,
                0,
                Map.of(),
                acknowledged,
                0,
                0,
                status.measuredFromEpochMillis(),
                status.measuredUntilEpochMillis(),
                OptionalLong.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Status status(
            long epoch,
            State state,
            long acknowledged,
            long measuredFromEpochMillis,
            OptionalLong measuredUntilEpochMillis) {
        return new Status(
                state,
                epoch,
                acknowledged + 1,
                acknowledged,
                0,
                acknowledged,
                Map.of(),
                0,
                0,
                Map.of(),
                acknowledged,
                1,
                0,
                OptionalLong.of(measuredFromEpochMillis),
                measuredUntilEpochMillis,
                OptionalLong.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
