package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.asked;
import static dev.plumbline.windowing.TestEvents.checked;
import static dev.plumbline.windowing.TestEvents.counted;
import static dev.plumbline.windowing.TestEvents.ended;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Checks;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.Outcome.DropReason;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Slo;
import dev.plumbline.contract.event.Speculation;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.window.CheckTotals;
import dev.plumbline.contract.window.Goodput;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.contract.window.TokenOrigins;
import dev.plumbline.contract.window.TokenTotals;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowAccumulatorTest {

    private final TestEvents producer = new TestEvents("p", 1);

    @Test
    void isEmptyBeforeTheFirst() {
        assertThat(new WindowAccumulator().toSummary()).isEqualTo(WindowSummary.empty());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isTheSameForEveryOrderAndEveryGrouping(long seed) {
        Random random = new Random(seed);
        List<RequestEvent> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            events.add(anyEvent(random));
        }
        WindowAccumulator one = new WindowAccumulator();
        events.forEach(one::add);

        Collections.shuffle(events, random);
        List<WindowAccumulator> parts = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            parts.add(new WindowAccumulator());
        }
        events.forEach(event -> parts.get(random.nextInt(parts.size())).add(event));
        Collections.shuffle(parts, random);
        WindowAccumulator merged = new WindowAccumulator();
        parts.forEach(part -> merged.add(part.toSummary()));

        assertThat(merged.toSummary()).as("seed %d", seed).isEqualTo(one.toSummary());
    }

    private RequestEvent anyEvent(Random random) {
        RequestEvent completed = producer.completed(STABLE, 1, 1 + random.nextInt(20));
        return switch (random.nextInt(8)) {
            case 0 -> producer.failed(STABLE, 1, FailureKind.values()[random.nextInt(4)]);
            case 1 -> asked(completed, Asked.under(ttft(10)));
            case 2 -> asked(completed, half(Asked.Role.CANDIDATE, 1 + random.nextInt(20)));
            case 3 -> checked(completed, new Checks(1, random.nextInt(2), random.nextInt(2), List.of()));
            case 4 -> counted(completed, speculated(4 + random.nextInt(4), random.nextInt(4)));
            case 5 -> ended(completed, Outcome.Cancelled.by(OwnLimit.PORTS));
            case 6 -> ended(completed, new Outcome.Dropped(DropReason.IN_FLIGHT_CAP));
            default -> completed;
        };
    }

    private static Slo ttft(long millis) {
        return new Slo(
                OptionalLong.of(millis * TestEvents.MS),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    private static Asked half(Asked.Role role, long twinTtftMillis) {
        Asked.Twin twin = new Asked.Twin(
                OptionalLong.of(twinTtftMillis * TestEvents.MS), OptionalLong.empty(), OptionalLong.empty());
        return new Asked(
                OptionalLong.of(3),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Asked.Pair("p", role, Optional.of(twin))),
                Optional.empty());
    }

    private static Tokens speculated(long drafted, long accepted) {
        return new Tokens(
                Optional.of(new TokenCount(9, TokenSource.SERVER_USAGE)),
                Optional.of(new TokenCount(4, TokenSource.CHUNKS)),
                Optional.empty(),
                Optional.of(new TokenCount(5, TokenSource.SERVER_USAGE)),
                Optional.empty(),
                Optional.of(new Speculation(OptionalLong.of(2), drafted, accepted)),
                Optional.empty());
    }

    private WindowSummary of(RequestEvent... events) {
        WindowAccumulator accumulator = new WindowAccumulator();
        List.of(events).forEach(accumulator::add);
        return accumulator.toSummary();
    }

    @Test
    void countsWhatMetItsSloOfAllThatEndedUnderOneCancelledOnesLeftOut() {
        RequestEvent fast = producer.completed(STABLE, 1, 5);
        Asked slo = Asked.under(ttft(10));

        WindowSummary summary = of(
                asked(fast, slo),
                asked(producer.completed(STABLE, 1, 11), slo),
                asked(producer.failed(STABLE, 1, FailureKind.CONNECT), slo),
                asked(ended(fast, new Outcome.Dropped(DropReason.CIRCUIT_BREAKER)), slo),
                asked(ended(fast, new Outcome.Cancelled()), slo),
                asked(checked(fast, new Checks(1, 1, 0, List.of("is-json"))), slo),
                fast);

        assertThat(summary.grades().orElseThrow().goodput()).contains(new Goodput(1, 5));
    }

    @Test
    void aFailedCheckKeepsItsLatencyAndHasARateOfItsOwn() {
        RequestEvent answer = producer.completed(STABLE, 1, 5);

        WindowSummary summary = of(
                checked(answer, new Checks(2, 0, 0, List.of())),
                checked(answer, new Checks(1, 1, 1, List.of("contains"))),
                checked(answer, new Checks(1, 0, 1, List.of())));

        assertThat(summary.grades().orElseThrow().checks()).contains(new CheckTotals(1, 1, 1));
        assertThat(summary.requests().completed()).isEqualTo(3);
        assertThat(summary.latency(LatencyMetric.TTFT).count()).isEqualTo(3);
    }

    @Test
    void aPairIsTheCandidateForTheBaseWhicheverHalfEndedLast() {
        WindowSummary summary = of(
                asked(producer.completed(STABLE, 1, 30), half(Asked.Role.CANDIDATE, 20)),
                asked(producer.completed(STABLE, 1, 20), half(Asked.Role.BASE, 30)));

        Histogram ratios = summary.grades().orElseThrow().pairRatios().get(LatencyMetric.TTFT);
        assertThat(ratios.count()).isEqualTo(2);
        assertThat(ratios.minNanos()).hasValue(1_500_000_000);
        assertThat(ratios.maxNanos()).hasValue(1_500_000_000);
        assertThat(summary.grades().orElseThrow().pairRatios()).containsOnlyKeys(LatencyMetric.TTFT);
    }

    @Test
    void whatIsNotKnownOfTokensIsNotCountedAsNone() {
        RequestEvent answer = producer.completed(STABLE, 1, 5);

        assertThat(of(answer).tokens().origins()).isEmpty();
        assertThat(of(answer, counted(answer, speculated(6, 2))).tokens())
                .isEqualTo(new TokenTotals(16, 14, 0, 5, 0, Optional.of(new TokenOrigins(9, 4, 2, 6, 2))));
    }

    @Test
    void saysWhyRequestsWereNotSentOrNotMade() {
        RequestEvent any = producer.completed(STABLE, 1, 5);

        assertThat(of(
                                ended(any, new Outcome.Dropped(DropReason.CIRCUIT_BREAKER)),
                                ended(any, Outcome.Cancelled.by(OwnLimit.PORTS)),
                                ended(any, new Outcome.Cancelled()))
                        .requests())
                .isEqualTo(new RequestCounts(
                        0, Map.of(), 1, 2, 0, Map.of(DropReason.CIRCUIT_BREAKER, 1L), Map.of(OwnLimit.PORTS, 1L)));
    }

    @Test
    void addsWhatWasSoAroundTheLoad() {
        WindowAccumulator accumulator = new WindowAccumulator();
        for (double watts : new double[] {300, 310.5}) {
            accumulator.add(new Activity(
                    "stable",
                    Optional.empty(),
                    0,
                    1,
                    1,
                    1,
                    Set.of(),
                    Optional.of(new Circumstances(
                            Map.of("gpu_power_watts", Circumstances.GaugeSum.of(watts)),
                            Map.of("engine_preemptions", Circumstances.CounterSum.of(3, 1_000)),
                            OptionalLong.of(7),
                            Optional.of(Histogram.of(5_000)))),
                    Optional.empty()));
        }

        Circumstances around = accumulator.toSummary().circumstances().orElseThrow();
        assertThat(around.mean("gpu_power_watts")).hasValue(305.25);
        assertThat(around.gauges().get("gpu_power_watts").largest()).isEqualTo(310.5);
        // Two that look at one counter see each growth twice, and in twice the time.
        assertThat(around.perSecond("engine_preemptions")).hasValue(3);
        assertThat(around.costBillionths()).hasValue(14);
        assertThat(around.generatorDelay().orElseThrow().count()).isEqualTo(2);
        assertThat(around.mean("gpu_temperature_celsius")).isEmpty();
    }

    @Test
    void addsWhereLoadsBeganAndEnded() {
        WindowAccumulator accumulator = new WindowAccumulator();
        accumulator.add(offered(0, 2));
        assertThat(accumulator.toSummary().edges()).as("in the midst of a load").isEmpty();
        accumulator.add(TestEvents.edges(0, new LoadEdges(1, 0)));
        WindowAccumulator other = new WindowAccumulator();
        other.add(TestEvents.edges(1_000, new LoadEdges(1, 1)));
        other.add(accumulator.toSummary());

        assertThat(other.toSummary().edges()).contains(new LoadEdges(2, 1));
        assertThat(other.toSummary().offered()).isEqualTo(2);
    }

    @Test
    void keepsTheThreeSlowestSlowestFirst() {
        WindowAccumulator accumulator = new WindowAccumulator();
        for (long ttft : new long[] {5, 9, 1, 7, 9, 3}) {
            accumulator.add(producer.completed(STABLE, 1, ttft));
        }

        assertThat(accumulator.toSummary().slowest().get(LatencyMetric.TTFT))
                .extracting(slow -> slow.requestId())
                .containsExactly("p-1-2", "p-1-5", "p-1-4");
    }

    @Test
    void stopsAtTheLargestNumberInsteadOfTurningOver() {
        WindowAccumulator accumulator = new WindowAccumulator();
        for (int i = 0; i < 3; i++) {
            accumulator.add(new Activity("stable", 0, Long.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, Set.of()));
        }

        assertThat(accumulator.toSummary().offered()).isEqualTo(Long.MAX_VALUE);
        assertThat(accumulator.toSummary().inFlightNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(accumulator.toSummary().tokens().streamedOutput()).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void addsActivity() {
        WindowAccumulator accumulator = new WindowAccumulator();
        accumulator.add(offered(0, 2));
        accumulator.add(offered(1_000, 3));

        assertThat(accumulator.toSummary().offered()).isEqualTo(5);
        assertThat(accumulator.toSummary().tokens().streamedOutput()).isEqualTo(15);
    }
}
