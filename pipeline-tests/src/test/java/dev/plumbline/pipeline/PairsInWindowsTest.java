package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.Grades;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.Target;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.dispatch.Course;
import dev.plumbline.producer.dispatch.Division;
import dev.plumbline.producer.dispatch.Drive;
import dev.plumbline.producer.dispatch.Lane;
import dev.plumbline.producer.dispatch.LaneTable;
import dev.plumbline.producer.dispatch.LoadCounters;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.dispatch.Protection;
import dev.plumbline.producer.dispatch.RequestSource;
import dev.plumbline.producer.dispatch.RetryPolicy;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.SystemTime;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.target.CapacitySettings;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.windowing.WindowAccumulator;
import dev.plumbline.workload.Workload;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pairs of asks from two targets to the windows of both series. */
@Timeout(120)
class PairsInWindowsTest {

    private static final long MILLI = 1_000_000;
    private static final long PAIRS = 50;
    private static final Workload WORKLOAD = Drive.words(4);
    private static final Series CANARY = new Series(Drive.SERIES.group(), "canary");

    private final SystemTime clock = new SystemTime();
    private final ConcurrentLinkedQueue<EndedRequest> ended = new ConcurrentLinkedQueue<>();

    /** So slow that a tenth of it is more than what a busy machine adds to either. */
    private static SimulatedTarget target(double slower) throws IOException {
        return SimulatedTarget.start(SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(Math.round(400 * MILLI * slower), 0, Math.round(20 * MILLI * slower), 0))
                .withOutput(new OutputSettings(8, 0, 1, false))
                .withCapacity(new CapacitySettings(100, 1_024, 503, 32_768, 1 << 20)));
    }

    private static Lane lane(Series series, SimulatedTarget target) {
        return new Lane(
                series,
                new Target(
                        Drive.at(target.port(), EndpointType.CHAT),
                        Protocol.of(EndpointType.CHAT, RequestParameters.of("simulated", true, 8, 0)),
                        new Timeouts(2_000 * MILLI, 60_000 * MILLI, 60_000 * MILLI, 60_000 * MILLI)));
    }

    @Test
    void aCanaryThatIsATenthSlowerIsSeenInTheRatiosOfThePairs() throws Exception {
        try (SimulatedTarget stable = target(1);
                SimulatedTarget canary = target(1.1)) {
            drive(LaneTable.of(
                    WORKLOAD,
                    (requestClass, tenant) -> lane(Drive.SERIES, stable),
                    (requestClass, tenant) -> lane(CANARY, canary),
                    new Division.Pairs()));
        }
        Map<Series, WindowAccumulator> windows = new HashMap<>();
        long sequence = 0;
        for (EndedRequest request : ended) {
            windows.computeIfAbsent(request.series(), unused -> new WindowAccumulator())
                    .add(request.numbered(new Origin(Drive.PRODUCER, 1, ++sequence)));
        }
        assertThat(windows).containsOnlyKeys(Drive.SERIES, CANARY);
        WindowSummary both = windows.values().stream()
                .map(WindowAccumulator::toSummary)
                .reduce(WindowSummary.empty(), WindowSummary::plus);
        assertThat(both.requests().completed()).isEqualTo(2 * PAIRS);
        Map<LatencyMetric, Histogram> ratios = both.grades().orElseThrow().pairRatios();
        for (LatencyMetric metric : List.of(LatencyMetric.TTFT, LatencyMetric.TPOT, LatencyMetric.E2E)) {
            Histogram of = ratios.get(metric);
            assertThat(of.count()).as("%s of pairs", metric).isEqualTo(PAIRS);
            assertThat(Math.log((double) of.quantileNanos(0.5).orElseThrow() / Grades.RATIO_OF_ONE_NANOS))
                    .as("median of the log-ratios of %s", metric)
                    .isCloseTo(Math.log(1.1), within(0.045));
        }
    }

    private void drive(LaneTable lanes) throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
        Set<Series> series = Set.of(Drive.SERIES, CANARY);
        LoadLoop loop = new LoadLoop(
                0,
                vertx,
                clock,
                series,
                new EventOutlet() {
                    @Override
                    public boolean ended(EndedRequest request) {
                        return ended.add(request);
                    }

                    @Override
                    public boolean mark(Marker marker) {
                        return true;
                    }
                },
                50 * MILLI,
                new Budgets(5 * MILLI, 60_000 * MILLI, 60_000 * MILLI, 2, 1, 1),
                ProcessCpu.ofThisProcess(),
                LostTime::unknown,
                new LoadCounters(series),
                request -> {});
        loop.start();
        Map<String, InferenceClient> clients = new HashMap<>();
        for (Lane lane : lanes.lanes()) {
            clients.put(
                    lane.variant(),
                    new InferenceClient(
                            vertx,
                            lane.target().endpoint(),
                            lane.target().timeouts(),
                            clock,
                            100,
                            ConnectionReuse.upTo(3),
                            new AnswerNotes()));
        }
        RequestSource source = new RequestSource(
                "r", WORKLOAD, lanes, RequestSource.Counting.BY_SERVER, Optional.empty(), RetryPolicy.NEVER, clock);
        loop.offer(
                        loop.prepare(source, source, 1),
                        lane -> clients.get(lane.variant()),
                        new LoadPlan.Open(FireTimes.constant(25, 0), 100),
                        Course.of(clock.nanos(), OptionalLong.empty(), OptionalLong.of(PAIRS)),
                        Protection.none(),
                        request -> {})
                .get(60, TimeUnit.SECONDS);
        clients.values().forEach(InferenceClient::close);
        assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
    }
}
