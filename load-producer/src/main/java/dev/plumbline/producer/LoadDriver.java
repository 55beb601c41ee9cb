package dev.plumbline.producer;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.dispatch.Course;
import dev.plumbline.producer.dispatch.Lane;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.dispatch.Protection;
import dev.plumbline.producer.dispatch.RequestSource;
import dev.plumbline.producer.dispatch.Routing;
import dev.plumbline.producer.selfwarmup.SelfWarmup;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.workload.Salt;
import dev.plumbline.workload.Workload;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * What a producer offers, one after the other: requests to itself, until its own path is warm; requests that warm the target; the
 * load. Each method returns when that is over, and is interrupted when the end is asked for.
 */
final class LoadDriver {

    private static final Logger LOG = Logger.getLogger(LoadDriver.class);
    private static final int WARMUP_CONCURRENCY = 4;
    /** Only a machine that does nothing else for us takes that long to make a few requests. */
    private static final Duration LONGEST_PREPARATION = Duration.ofSeconds(5);

    private final ProducerConfig config;
    private final ProducerSettings settings;
    private final ProducerClock clock;
    private final Wiring parts;
    private final Protection protection;
    private final String idPrefix;
    private final long salt;
    private final LoadShares shares;
    /** By variant, one map for each loop; filled by the thread of the load, and closed by whoever stops it. */
    private final List<Map<String, InferenceClient>> clients = new CopyOnWriteArrayList<>();

    private final LongAdder selfWarmupRequests = new LongAdder();
    private final LongAdder unmeasuredRequests = new LongAdder();
    private volatile OptionalLong measuredFromNanos = OptionalLong.empty();

    /** @param startEpoch the first one: it is part of what requests are called by */
    LoadDriver(ProducerConfig config, ProducerSettings settings, ProducerClock clock, Wiring parts, long startEpoch) {
        this.config = config;
        this.settings = settings;
        this.clock = clock;
        this.parts = parts;
        this.protection = settings.protection();
        this.idPrefix = config.producer().id() + '-' + Long.toString(startEpoch, 36);
        this.salt = Salt.ofStart(config.producer().id(), startEpoch);
        this.shares = new LoadShares(
                settings.series().group().loadPoint(),
                config.load(),
                settings.replay(),
                Salt.mixed(salt, "arrivals"),
                config.load().eventLoops());
    }

    /** Warms the path of requests through this process. */
    void warmThisProcess() throws InterruptedException {
        RequestSource warmup = unmeasuredSource(settings.lanes());
        Vertx serverVertx = Wiring.oneLoop();
        try {
            long each = config.selfwarmup().duration().toNanos() / parts.loops.size();
            for (int i = 0; i < parts.loops.size(); i++) {
                selfWarmupRequests.add(SelfWarmup.warm(
                        parts.loops.get(i),
                        parts.vertxes.get(i),
                        serverVertx,
                        warmup,
                        clock,
                        each,
                        config.selfwarmup().requests()));
            }
        } catch (IllegalStateException e) {
            LOG.warnf("%s; the first measured requests will carry the cost of cold code", e.getMessage());
        } finally {
            serverVertx.close();
        }
    }

    /** Makes the clients of all targets. */
    void connect() {
        for (Vertx vertx : parts.vertxes) {
            Map<String, InferenceClient> ofLoop = new HashMap<>();
            settings.lanes()
                    .lanes()
                    .forEach(lane -> ofLoop.computeIfAbsent(lane.variant(), unused -> client(vertx, lane)));
            clients.add(ofLoop);
        }
    }

    /** Connections of its own for each target: the halves of a pair share none. */
    private InferenceClient client(Vertx vertx, Lane lane) {
        TargetNotes notes = parts.notes(lane);
        return new InferenceClient(
                vertx,
                lane.target().endpoint(),
                lane.target().timeouts(),
                clock,
                shares.slotsPerLoop(),
                notes.connections(),
                notes.answers());
    }

    private static Function<Lane, InferenceClient> byLane(Map<String, InferenceClient> clients) {
        return lane -> Optional.ofNullable(clients.get(lane.variant()))
                .orElseThrow(() -> new IllegalStateException("nobody sends what takes " + lane));
    }

    /** Sends each target as many requests as the settings want it warmed by, one target after the other. */
    void warmTarget() throws InterruptedException {
        long wanted = config.load().warmupRequests();
        for (Routing toOneTarget : wanted > 0 ? settings.lanes().ofEachVariant() : List.<Routing>of()) {
            RequestSource source = unmeasuredSource(toOneTarget);
            LoadLoop loop = parts.loops.getFirst();
            await(List.of(loop.offer(
                    loop.prepare(source, source, 1),
                    byLane(clients.getFirst()),
                    shares.warmup((int) Math.min(wanted, WARMUP_CONCURRENCY)),
                    Course.rehearsal(clock.nanos(), OptionalLong.empty(), OptionalLong.of(wanted)),
                    protection,
                    request -> unmeasuredRequests.increment())));
        }
    }

    /** Offers the load. */
    void measure() throws InterruptedException {
        RequestSource source = source(idPrefix, measuredWorkload(), settings.lanes());
        RequestSource unmeasured = unmeasuredSource(settings.lanes());
        List<LoadLoop.Load> loads = new ArrayList<>();
        for (LoadLoop loop : parts.loops) {
            loads.add(loop.prepare(source, unmeasured, parts.loops.size()));
        }
        for (LoadLoop.Load load : loads) {
            if (!load.awaitFilled(LONGEST_PREPARATION)) {
                LOG.warnf("No request was made in %s; the first ones will be late", LONGEST_PREPARATION);
            }
        }
        Course course = shares.course(clock.nanos());
        measuredFromNanos = OptionalLong.of(course.measuredFromNanos());
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        for (int i = 0; i < parts.loops.size(); i++) {
            runs.add(parts.loops
                    .get(i)
                    .offer(
                            loads.get(i),
                            byLane(clients.get(i)),
                            shares.plan(i),
                            course,
                            protection,
                            request -> unmeasuredRequests.increment()));
        }
        LOG.infof("Offering %s to %s", settings.series().group().loadPoint().key(), endpoints());
        await(runs);
    }

    /** Closes the clients. Any thread. */
    void close() {
        clients.forEach(ofLoop -> ofLoop.values().forEach(InferenceClient::close));
    }

    /** Requests to this process itself that completed. */
    long selfWarmupRequests() {
        return selfWarmupRequests.sum();
    }

    /** Requests to the target that are over and were not measured. */
    long unmeasuredRequests() {
        return unmeasuredRequests.sum();
    }

    /** From when on is measured; empty before that is known. */
    OptionalLong measuredFromNanos() {
        return measuredFromNanos;
    }

    /** When the last loop was over with what is measured; empty while one is not. */
    OptionalLong measuredUntilNanos() {
        List<OptionalLong> ends =
                parts.loops.stream().map(LoadLoop::measuredUntilNanos).toList();
        return ends.stream().allMatch(OptionalLong::isPresent)
                ? ends.stream().mapToLong(OptionalLong::getAsLong).max()
                : OptionalLong.empty();
    }

    private String endpoints() {
        return settings.lanes().lanes().stream()
                .map(lane -> lane.target().endpoint().toString())
                .distinct()
                .collect(Collectors.joining(" and "));
    }

    private RequestSource source(String prefix, Workload workload, Routing routing) {
        return new RequestSource(
                prefix,
                workload,
                routing,
                new RequestSource.Counting(settings.tokens().choice(), parts.tokenStage.isPresent()),
                settings.slo().map(Asked::under),
                settings.retries(),
                clock);
    }

    private Workload measuredWorkload() {
        return switch (settings.cacheUse()) {
            case AVOID -> settings.workload().salted(salt);
            case REUSE -> settings.workload();
        };
    }

    /** Others than those that are measured, so that a prefix cache has not seen what will be measured. */
    private RequestSource unmeasuredSource(Routing routing) {
        return source("w" + idPrefix, settings.workload().salted(Salt.mixed(salt, "warm-up")), routing);
    }

    /** Until all are over; interrupted when the end is asked for. */
    private static void await(List<CompletableFuture<Void>> runs) throws InterruptedException {
        try {
            CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new)).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the load ended with an error", e.getCause());
        }
    }
}
