package dev.plumbline.contract.wire;

import dev.plumbline.contract.control.Control;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Checks;
import dev.plumbline.contract.event.Choices;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.event.NearestSample;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Slo;
import dev.plumbline.contract.event.Speculation;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.run.RunRecord;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.ConditionsDigest;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.Effect;
import dev.plumbline.contract.verdict.Evidence;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.MetricVerdict;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.window.CheckTotals;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.Goodput;
import dev.plumbline.contract.window.Grades;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.SlowRequest;
import dev.plumbline.contract.window.TokenOrigins;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowId;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The values whose bytes are golden. A field that is added to the contract gets a new example, these stay. */
final class Examples {

    static final ComparisonGroup GROUP =
            new ComparisonGroup("vllm", "llama-3.1-8b", "chat", LoadPoint.parse("c8"), "default");
    static final Series SERIES = new Series(GROUP, "stable");
    static final Series UNDER_CONDITIONS = new Series(
            new ComparisonGroup("vllm", "llama-3.1-8b", "chat", LoadPoint.parse("r20-poisson"), "default"),
            "canary",
            Optional.of(ConditionsDigest.of(Map.of("gpu", "H200", "maxTokens", "64"))));

    private Examples() {}

    static Event completed() {
        Tokens tokens = new Tokens(
                Optional.of(new TokenCount(120, TokenSource.SERVER_USAGE)),
                Optional.of(new TokenCount(4, TokenSource.SERVER_USAGE)),
                Optional.empty(),
                Optional.of(new TokenCount(16, TokenSource.SERVER_USAGE)));
        Stamps stamps = new Stamps(
                1_000_000,
                OptionalLong.of(1_050_000),
                OptionalLong.of(1_200_000),
                OptionalLong.of(60_000_000),
                OptionalLong.of(60_100_000),
                OptionalLong.of(61_200_000),
                OptionalLong.of(61_200_000),
                OptionalLong.of(79_200_000),
                79_900_000);
        Surroundings surroundings = new Surroundings(
                Map.of("promptEval", 58_000_000L),
                new Surroundings.NearestSamples(
                        new NearestSample.Sampled(120, Map.of("gpu0UtilizationPercent", 87.0)),
                        new NearestSample.Sampled(-30, Map.of("gpu0UtilizationPercent", 91.5))),
                new Surroundings.NearestSamples(
                        new NearestSample.Absent("no engine metrics at the target"),
                        new NearestSample.Absent("no engine metrics at the target")));
        return new RequestEvent(
                new Origin("producer-1", 1_795_345_200_000L, 42),
                SERIES,
                Attempt.first("producer-1-1795345200000-41"),
                1_795_345_260_123L,
                stamps,
                new Response(true, 4, Histogram.of(6_000_000, 6_000_000, 0), tokens),
                new Outcome.Completed("stop"),
                surroundings);
    }

    static Event countedTwice() {
        Tokens tokens = ((RequestEvent) completed()).response().tokens();
        return completedWith(new Tokens(
                tokens.prompt(),
                tokens.output(),
                tokens.reasoning(),
                tokens.cached(),
                Optional.of(new TokenCount(5, TokenSource.LOCAL_TOKENIZER)),
                Optional.empty(),
                Optional.empty()));
    }

    /** Two prompts in one request. */
    static Event severalAnswers() {
        RequestEvent event = (RequestEvent) completed();
        return new RequestEvent(
                event.origin(),
                event.series(),
                event.attempt(),
                event.endEpochMillis(),
                event.stamps(),
                new Response(
                        true,
                        4,
                        Histogram.of(6_000_000, 6_000_000),
                        event.response().tokens(),
                        Optional.empty(),
                        Optional.of(new Choices(2, 12_000_000))),
                event.outcome(),
                event.surroundings());
    }

    static Event usageRefused() {
        Tokens tokens = ((RequestEvent) completed()).response().tokens();
        return completedWith(new Tokens(
                tokens.prompt(),
                Optional.of(new TokenCount(4, TokenSource.CHUNKS)),
                tokens.reasoning(),
                tokens.cached(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("0 output tokens beside 4 chunks with content")));
    }

    private static Event completedWith(Tokens tokens) {
        RequestEvent event = (RequestEvent) completed();
        return new RequestEvent(
                event.origin(),
                event.series(),
                event.attempt(),
                event.endEpochMillis(),
                event.stamps(),
                new Response(true, 4, event.response().chunkGaps(), tokens),
                event.outcome(),
                event.surroundings());
    }

    /** A row of a trace that was asked again. */
    static Event replayed() {
        RequestEvent event = (RequestEvent) completed();
        return new RequestEvent(
                event.origin(),
                new Series(
                        new ComparisonGroup(
                                "vllm", "llama-3.1-8b", "chat", LoadPoint.parse("t-azure-codex2.0"), "default"),
                        "stable"),
                new Attempt(
                        "r-17",
                        1,
                        Optional.empty(),
                        Optional.of(new Asked(
                                OptionalLong.of(17),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()))),
                event.endEpochMillis(),
                event.stamps(),
                event.response(),
                event.outcome(),
                event.surroundings());
    }

    /** The half of a pair that ended last, in a conversation, checked, of a target that speculates, under stated conditions. */
    static Event paired() {
        RequestEvent event = (RequestEvent) completed();
        Tokens tokens = event.response().tokens();
        Asked asked = new Asked(
                OptionalLong.of(17),
                Optional.of("r20"),
                Optional.of(new Asked.Turn("s-4", 3)),
                Optional.of(new Asked.Pair(
                        "p-17",
                        Asked.Role.CANDIDATE,
                        Optional.of(new Asked.Twin(
                                OptionalLong.of(55_000_000), OptionalLong.empty(), OptionalLong.of(80_000_000))))),
                Optional.of(new Slo(
                        OptionalLong.of(200_000_000),
                        OptionalLong.empty(),
                        OptionalLong.of(50_000_000),
                        OptionalLong.empty(),
                        OptionalLong.empty())));
        return new RequestEvent(
                event.origin(),
                UNDER_CONDITIONS,
                new Attempt("r-17", 1, Optional.empty(), Optional.of(asked)),
                event.endEpochMillis(),
                event.stamps(),
                new Response(
                        true,
                        4,
                        event.response().chunkGaps(),
                        new Tokens(
                                tokens.prompt(),
                                tokens.output(),
                                tokens.reasoning(),
                                tokens.cached(),
                                Optional.empty(),
                                Optional.of(new Speculation(OptionalLong.of(2), 6, 2)),
                                Optional.empty()),
                        Optional.of(new Checks(2, 1, 0, List.of("is-json")))),
                event.outcome(),
                new Surroundings(
                        event.surroundings().serverNanos(),
                        event.surroundings().gpu(),
                        event.surroundings().engine(),
                        OptionalLong.of(1_300_000)));
    }

    static Circumstances circumstances() {
        return new Circumstances(
                Map.of("gpu_power_watts", Circumstances.GaugeSum.of(302.5).plus(Circumstances.GaugeSum.of(310))),
                Map.of("engine_preemptions", Circumstances.CounterSum.of(2, 1_000)),
                OptionalLong.of(41_000_000),
                Optional.of(Histogram.of(120_000, 1_300_000)));
    }

    static Heartbeat heartbeatWithCircumstances() {
        return new Heartbeat(
                new Origin("producer-1", 1_795_345_200_000L, 46),
                UNDER_CONDITIONS.group(),
                1_795_345_261_499L,
                List.of(new Activity(
                        "stable",
                        UNDER_CONDITIONS.conditions(),
                        1_795_345_260_000L,
                        8,
                        4_000_000_000L,
                        120,
                        Set.of(),
                        Optional.of(circumstances()),
                        Optional.empty())),
                List.of(),
                false);
    }

    /** A load that began and ended within four seconds. */
    static Heartbeat heartbeatOfAnEdge() {
        return new Heartbeat(
                new Origin("producer-1", 1_795_345_200_000L, 48),
                GROUP,
                1_795_345_264_499L,
                List.of(
                        ofEdges(1_795_345_260_000L, new LoadEdges(1, 0)),
                        new Activity("stable", 1_795_345_261_000L, 8, 4_000_000_000L, 120, Set.of()),
                        ofEdges(1_795_345_263_000L, new LoadEdges(0, 1))),
                List.of(),
                false);
    }

    private static Activity ofEdges(long slotStartEpochMillis, LoadEdges edges) {
        return new Activity(
                "stable",
                Optional.empty(),
                slotStartEpochMillis,
                3,
                1_500_000_000L,
                60,
                Set.of(),
                Optional.empty(),
                Optional.of(edges));
    }

    /** The window of two loads, both of which ended in it; one had begun in it, too. */
    static WindowRecord windowOfAnEdge() {
        WindowSummary plain = summary();
        return new WindowRecord(
                windowId(),
                0,
                new WindowSummary(
                        plain.requests(),
                        plain.latencies(),
                        plain.tokens(),
                        plain.offered(),
                        plain.inFlightNanos(),
                        plain.slowest(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new LoadEdges(1, 2))),
                ExcludedPart.none());
    }

    /** A window of a load with an SLO, checks and pairs, with all that was known around it. */
    static WindowRecord gradedWindow() {
        WindowSummary plain = summary();
        return new WindowRecord(
                new WindowId(UNDER_CONDITIONS, 1_795_345_260_000L, 10_000),
                0,
                new WindowSummary(
                        new RequestCounts(
                                3,
                                Map.of(FailureKind.REJECTED, 2L),
                                2,
                                1,
                                1,
                                Map.of(Outcome.DropReason.CIRCUIT_BREAKER, 2L),
                                Map.of(OwnLimit.PORTS, 1L)),
                        plain.latencies(),
                        new TokenTotals(360, 96, 0, 16, 99, Optional.of(new TokenOrigins(240, 32, 40, 120, 56))),
                        8,
                        4_000_000_000L,
                        plain.slowest(),
                        Optional.of(new Grades(
                                Optional.of(new Goodput(2, 7)),
                                Optional.of(new CheckTotals(2, 1, 0)),
                                Map.of(LatencyMetric.TTFT, Histogram.of(1_112_727_273)))),
                        Optional.of(circumstances()),
                        Optional.empty()),
                ExcludedPart.none());
    }

    static Event failed() {
        return new RequestEvent(
                new Origin("producer-1", 1_795_345_200_000L, 43),
                SERIES,
                new Attempt("r-2", 2, Optional.of("r-1")),
                1_795_345_260_200L,
                new Stamps(
                        5,
                        OptionalLong.of(6),
                        OptionalLong.of(7),
                        OptionalLong.of(90),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        100),
                Response.nothing(true),
                new Outcome.Failed(
                        FailureKind.REJECTED, OptionalLong.of(503), OptionalLong.of(1_000), Optional.of("server busy")),
                Surroundings.unknown("not configured"));
    }

    static Event dropped() {
        return new RequestEvent(
                new Origin("producer-1", 1_795_345_200_000L, 44),
                SERIES,
                Attempt.first("r-3"),
                1_795_345_260_201L,
                new Stamps(
                        5,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        5),
                Response.nothing(false),
                new Outcome.Dropped(Outcome.DropReason.IN_FLIGHT_CAP),
                Surroundings.unknown("not configured"));
    }

    static Event cancelled() {
        return new RequestEvent(
                new Origin("producer-1", 1_795_345_200_000L, 46),
                SERIES,
                Attempt.first("r-4"),
                1_795_345_260_201L,
                new Stamps(
                        5,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        5),
                Response.nothing(false),
                new Outcome.Cancelled(),
                Surroundings.unknown("not configured"));
    }

    static Event ownLimit() {
        return new RequestEvent(
                new Origin("producer-1", 1_795_345_200_000L, 47),
                SERIES,
                Attempt.first("r-5"),
                1_795_345_260_201L,
                new Stamps(
                        5,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        5),
                Response.nothing(false),
                Outcome.Cancelled.by(OwnLimit.OPEN_FILES),
                Surroundings.unknown("not configured"));
    }

    static Event heartbeat() {
        return new Heartbeat(
                new Origin("producer-1", 1_795_345_200_000L, 45),
                GROUP,
                1_795_345_260_499L,
                List.of(
                        new Activity("stable", 1_795_345_259_000L, 3, 1_500_000_000L, -2, Set.of()),
                        new Activity(
                                "stable",
                                1_795_345_260_000L,
                                8,
                                4_000_000_000L,
                                120,
                                Set.of(Sickness.EVENT_LOOP_STALLED, Sickness.DISPATCH_LAG))),
                List.of(new Heartbeat.LostSequences(30, 33, 3)),
                false);
    }

    static Event heartbeatHeldUp() {
        return new Heartbeat(
                new Origin("producer-1", 1_795_345_200_000L, 47),
                GROUP,
                1_795_345_261_499L,
                List.of(new Activity(
                        "stable",
                        1_795_345_260_000L,
                        8,
                        4_000_000_000L,
                        120,
                        Set.of(
                                Sickness.EVENT_LOOP_SATURATED,
                                Sickness.COLLECTOR_PAUSED,
                                Sickness.CPU_STOLEN,
                                Sickness.CPU_THROTTLED))),
                List.of(),
                false);
    }

    static Event expelled() {
        return new ProducerExpelled("producer-1", 1_795_345_200_000L, GROUP, 1_795_345_260_499L, 10_000);
    }

    static WindowSummary summary() {
        return new WindowSummary(
                new RequestCounts(3, Map.of(FailureKind.TRUNCATED, 1L, FailureKind.CONNECT, 2L), 1, 1, 1),
                Map.of(
                        LatencyMetric.TPOT, Histogram.of(6_000_000, 6_100_000, 7_000_000),
                        LatencyMetric.TTFT, Histogram.of(60_000_000, 61_000_000, 90_000_000)),
                new TokenTotals(360, 96, 0, 16, 99),
                8,
                4_000_000_000L,
                Map.of(LatencyMetric.TTFT, List.of(new SlowRequest("r-9", 90_000_000))));
    }

    static WindowId windowId() {
        return WindowId.holding(SERIES, 1_795_345_263_000L, 10_000);
    }

    static WindowRecord window() {
        return new WindowRecord(
                windowId(),
                1,
                summary(),
                new ExcludedPart(
                        new RequestCounts(5, Map.of(), 0, 0, 0),
                        5,
                        Map.of("producer-2", Set.of(Sickness.CPU_SATURATED))));
    }

    /** As the aggregator says it since it says how far a group is. */
    static WindowRecord cutWindow() {
        WindowRecord window = window();
        return new WindowRecord(
                window.id(),
                0,
                window.delta(),
                window.excluded(),
                OptionalLong.of(1_795_345_260_000L),
                Optional.of(WindowRecord.Cut.LEFT),
                OptionalLong.of(1_795_345_263_000L));
    }

    /** The last window of a series whose producers have said goodbye. */
    static WindowRecord windowWithGoodbye() {
        return new WindowRecord(windowId(), 0, summary(), ExcludedPart.none(), OptionalLong.of(1_795_345_268_250L));
    }

    static Partial part() {
        return new Partial.WindowPart(2, windowId(), summary(), ExcludedPart.none());
    }

    static AlertRecord alert() {
        MetricVerdict moved = new MetricVerdict(
                JudgedMetric.TPOT_P50,
                new Verdict.Regressed(),
                Optional.of(new Effect(6_000_000, 7_200_000, 1.2, 1.18, 1.22)),
                Optional.of(new Evidence(14.2, 11.0, 0.83, OptionalLong.of(1_795_345_300_000L), 16, 240)));
        return new AlertRecord(
                "a-1",
                SERIES,
                AlertRecord.Transition.FIRED,
                1_795_345_320_000L,
                1_795_345_300_000L,
                new AlertRecord.Reasons(
                        "b-1", List.of(moved), List.of(new SlowRequest("r-9", 7_900_000)), OptionalLong.empty()),
                "p50(tpot) 6.0 ms -> 7.2 ms");
    }

    /** An incident that was open when its series ended. */
    static AlertRecord alertEnded() {
        return new AlertRecord(
                "a-1",
                SERIES,
                AlertRecord.Transition.ENDED,
                1_795_345_330_000L,
                1_795_345_300_000L,
                new AlertRecord.Reasons("b-1", List.of(), List.of(), OptionalLong.empty()),
                "the series ended: p50(tpot)");
    }

    static Control deploy() {
        return new DeployMarker(
                "0123456789abcdef",
                "ci",
                "v1.2.3",
                1_795_345_290_000L,
                new Scope(Optional.of("vllm"), Optional.of("llama-3.1-8b"), Optional.of("canary")),
                Map.of("revision", "8d1f0c2", "image", "vllm:0.32"));
    }

    static Control deployOfEverything() {
        return new DeployMarker("d-2", "ops", "driver 580.95", 1_795_345_290_000L, Scope.EVERYTHING, Map.of());
    }

    static RunRecord run() {
        return new RunRecord(
                "run-1",
                List.of(SERIES),
                Map.of("concurrency", "8"),
                new RunRecord.Environment(Map.of("image", "vllm:0.32"), Map.of("gpu", "unknown")),
                1_795_345_200_000L,
                OptionalLong.of(1_795_345_320_000L),
                Optional.of(new RunRecord.Totals(
                        new RequestCounts(100, Map.of(), 0, 0, 0), 100, 0, RunRecord.Decision.PASS)));
    }

    static UndecodableRecord undecodable() {
        return new UndecodableRecord(Topics.EVENTS, 3, 17, "no bytes", Bytes.of(new byte[] {0, 1, (byte) 0xff}));
    }
}
