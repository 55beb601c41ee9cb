package dev.plumbline.producer;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.RequestIds;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.Target;
import dev.plumbline.producer.dispatch.Course;
import dev.plumbline.producer.dispatch.Lane;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.dispatch.Protection;
import dev.plumbline.producer.dispatch.RequestSource;
import dev.plumbline.producer.dispatch.Routing;
import dev.plumbline.producer.phases.SteadyTest;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.schedule.RateCurve;
import dev.plumbline.producer.selfwarmup.SelfWarmup;
import dev.plumbline.producer.time.Anchor;
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
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * What a producer offers, one after the other: requests to itself, until its own path is warm; requests that warm the target; the
 * load. Each method returns when that is over, and is interrupted when the end is asked for.
 */
final class LoadDriver {

    private static final Logger LOG = Logger.getLogger(LoadDriver.class);
    private static final int WARMUP_CONCURRENCY = 4;
    /** So far ahead of now something is changed that all loops must know of before it happens. */
    private static final long AHEAD_NANOS = 250 * ProducerClock.NANOS_PER_MILLI;
    /** The change that counts, as is judged. */
    private static final double STEADY_WITHIN = 0.1;

    private static final int LATENCIES_WAITING = 1 << 16;
    private static final long LOOK_EVERY_MILLIS = 50;
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
    private final BlockingQueue<Double> warmUpLatencies = new ArrayBlockingQueue<>(LATENCIES_WAITING);
    private volatile boolean isAwaitingSteady;
    private volatile Optional<PhaseReport.WarmUp> warmUp = Optional.empty();
    private volatile Optional<Course> offered = Optional.empty();
    private volatile OptionalDouble level;

    /** @param startEpoch the first one: it is part of what requests are called by */
    LoadDriver(ProducerConfig config, ProducerSettings settings, ProducerClock clock, Wiring parts, long startEpoch) {
        this.config = config;
        this.settings = settings;
        this.clock = clock;
        this.parts = parts;
        this.protection = settings.protection();
        this.idPrefix = RequestIds.prefix(config.producer().id(), startEpoch);
        this.salt = Salt.ofStart(config.producer().id(), startEpoch);
        this.shares = new LoadShares(
                settings.series().group().loadPoint(),
                config.load(),
                settings.replay(),
                Salt.mixed(salt, "arrivals"),
                config.load().eventLoops());
        this.level = LoadStatement.adjustableFrom(settings.series().group().loadPoint(), config.load());
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
                shares.connectionsPerLoop(),
                notes.connections(),
                notes.answers());
    }

    private static Function<Lane, InferenceClient> byLane(Map<String, InferenceClient> clients) {
        return lane -> Optional.ofNullable(clients.get(lane.variant()))
                .orElseThrow(() -> new IllegalStateException("nobody sends what takes " + lane));
    }

    /** Sends each target one request and looks at its answer, if that is wanted; says what is wrong with the first bad one. */
    Optional<String> smoke() throws InterruptedException {
        if (!Smoke.isWanted(config.smoke())) {
            return Optional.empty();
        }
        List<Routing> toEach = settings.lanes().ofEachVariant();
        for (Routing toOneTarget : toEach) {
            Lane lane = toOneTarget.lanes().getFirst();
            Optional<String> complaint = smoke(lane);
            if (complaint.isPresent()) {
                return toEach.size() == 1
                        ? complaint
                        : complaint.map(why -> why + " (the answer of " + lane.variant() + ", "
                                + lane.target().endpoint() + ")");
            }
        }
        return Optional.empty();
    }

    private Optional<String> smoke(Lane lane) throws InterruptedException {
        Smoke smoke = new Smoke(config.smoke(), settings.workload().salted(Salt.mixed(salt, "smoke")));
        Target target = lane.target();
        Lane keeping = new Lane(
                lane.series(), new Target(target.endpoint(), target.protocol().keepingText(), target.timeouts()));
        RequestSource source = RequestSource.of("s" + idPrefix, smoke.workload(), keeping, clock);
        LoadLoop loop = parts.loops.getFirst();
        await(List.of(loop.offer(
                loop.prepare(source, source, 1),
                byLane(clients.getFirst()),
                new LoadPlan.Closed(1, 0),
                Course.rehearsal(clock.nanos(), OptionalLong.empty(), OptionalLong.of(1)),
                protection,
                request -> {
                    unmeasuredRequests.increment();
                    smoke.ended(request);
                })));
        return smoke.complaint();
    }

    /** Sends the target as many requests as the settings want it warmed by. */
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
            loads.add(loop.prepare(source, unmeasured, parts.loops.size(), begunBefore()));
        }
        for (LoadLoop.Load load : loads) {
            if (!load.awaitFilled(LONGEST_PREPARATION)) {
                LOG.warnf("No request was made in %s; the first ones will be late", LONGEST_PREPARATION);
            }
        }
        Course course = shares.course(startNanos());
        if (!config.load().warmupUntilSteady()) {
            measuredFromNanos = OptionalLong.of(course.measuredFromNanos());
        }
        isAwaitingSteady = config.load().warmupUntilSteady();
        Anchor anchor = clock.anchorAt(clock.nanos());
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        for (int i = 0; i < parts.loops.size(); i++) {
            runs.add(parts.loops
                    .get(i)
                    .offer(
                            loads.get(i),
                            byLane(clients.get(i)),
                            shares.plan(i, course.startNanos(), anchor),
                            course,
                            protection,
                            this::endedUnmeasured));
        }
        LOG.infof("Offering %s to %s", settings.series().group().loadPoint().key(), endpoints());
        offered = Optional.of(course);
        if (isAwaitingSteady) {
            measureOnceSteady(course, CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new)));
        }
        await(runs);
    }

    /** What fell due together in the part of the load that another offered: with the next of it this goes on. */
    private long begunBefore() {
        return Math.ceilDiv(
                config.load().goesOn().sessions(), settings.workload().atOnce());
    }

    /** @throws IllegalStateException if the stated begin was over before this producer was ready */
    private long startNanos() {
        long now = clock.nanos();
        OptionalLong stated = shares.beginEpochMillis();
        if (stated.isEmpty() || config.load().goesOn().since().isPresent()) {
            return now;
        }
        long begin = clock.anchorAt(now).nanosAt(stated.getAsLong());
        if (begin < now) {
            throw new IllegalStateException(
                    "plumbline.load.begin-at was over " + (now - begin) / ProducerClock.NANOS_PER_MILLI
                            + " ms before this producer was ready: begin later");
        }
        return begin;
    }

    private void endedUnmeasured(EndedRequest request) {
        unmeasuredRequests.increment();
        parts.ended(request, false);
        if (isAwaitingSteady) {
            // Of those beyond there are more than enough.
            Wiring.latencyNanos(request).ifPresent(warmUpLatencies::offer);
        }
    }

    /** Lets the measured part begin when the target is steady, or the warm-up has taken as long as it may. */
    private void measureOnceSteady(Course course, CompletableFuture<Void> over) throws InterruptedException {
        SteadyTest test = new SteadyTest(STEADY_WITHIN);
        long earliest = course.startNanos() + config.load().warmupDuration().toNanos();
        long latest = course.startNanos() + config.load().warmupMax().toNanos();
        boolean isSteady = false;
        while (!over.isDone() && clock.nanos() < latest && !isSteady) {
            Double latency = warmUpLatencies.poll(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            if (latency != null) {
                // What was steady before its least time is over is looked at again then, with all that came since.
                boolean isSteadyNow = test.add(latency);
                isSteady = isSteady || (isSteadyNow && clock.nanos() >= earliest);
            }
        }
        isAwaitingSteady = false;
        long from = clock.nanos() + AHEAD_NANOS;
        Course measured = shares.measured(course, from);
        measuredFromNanos = OptionalLong.of(from);
        warmUp = Optional.of(new PhaseReport.WarmUp(
                isSteady, (from - course.startNanos()) / ProducerClock.NANOS_PER_MILLI, test.count()));
        parts.loops.forEach(loop -> loop.measureFrom(measured, shares.rateFrom(from - course.startNanos())));
        if (isSteady) {
            LOG.infof("The target is steady after %d requests", test.count());
        } else {
            LOG.warnf(
                    "The target was not steady within %s, %d requests: it is measured all the same",
                    config.load().warmupMax(), test.count());
        }
    }

    /**
     * Changes a load that is changed by hand.
     *
     * @param wanted requests per second of an open loop, or at a time of a closed one
     * @throws IllegalArgumentException if it is none that may be, or the load is not changed by hand
     */
    synchronized double change(double wanted, boolean isRate) throws InterruptedException {
        LoadPoint point = settings.series().group().loadPoint();
        Course course = offered.orElseThrow(() -> new IllegalArgumentException("the load has not begun"));
        if (LoadStatement.adjustableFrom(point, config.load()).isEmpty()) {
            throw new IllegalArgumentException("the load is " + point.key()
                    + ", and what is measured under that name stays it: start one with --shape adjustable:20 (or"
                    + " --concurrency-shape adjustable:8) to change it while it runs");
        }
        if (isRate != point instanceof LoadPoint.ShapedRate) {
            throw new IllegalArgumentException(
                    isRate
                            ? "the load is of requests at a time: plumb concurrency changes it"
                            : "the load is of requests per second: plumb rate changes it");
        }
        List<CompletableFuture<Boolean>> changes = isRate ? changeRate(course, wanted) : changeSlots(wanted);
        double before = level.orElseThrow();
        try {
            for (CompletableFuture<Boolean> change : changes) {
                if (!change.get(LONGEST_PREPARATION.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalArgumentException("the load is over");
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the load could not be changed", e);
        }
        level = OptionalDouble.of(wanted);
        LOG.infof("The load was changed from %s to %s", before, wanted);
        return before;
    }

    private List<CompletableFuture<Boolean>> changeRate(Course course, double perSecond) {
        RateCurve.constant(perSecond);
        long from = Math.max(0, clock.nanos() + AHEAD_NANOS - course.startNanos());
        return parts.loops.stream()
                .map(loop -> loop.retime(shares.rateFrom(from, perSecond)))
                .toList();
    }

    private List<CompletableFuture<Boolean>> changeSlots(double wanted) {
        int most = LoadShares.mostInFlight(settings.series().group().loadPoint(), config.load());
        if (!(wanted >= parts.loops.size() && wanted <= most && wanted == Math.rint(wanted))) {
            throw new IllegalArgumentException("concurrency " + wanted + " is not allowed, expected a whole number of "
                    + parts.loops.size() + " to " + most + " (plumbline.load.max-in-flight)");
        }
        long now = clock.nanos();
        return IntStream.range(0, parts.loops.size())
                .mapToObj(i -> parts.loops.get(i).resize(shares.slots((int) wanted, i), now))
                .toList();
    }

    /** What is known of the phases of the load. */
    PhaseReport phases(Optional<String> refused) {
        return new PhaseReport(refused, warmUp, parts.firstWave.cold(), level);
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
            case AVOID -> shared(settings.workload().salted(salt));
            case REUSE -> shared(settings.workload());
        };
    }

    private Workload shared(Workload ofAll) {
        LoadShare share = LoadShares.shareOf(config.load());
        return share.isWhole() ? ofAll : new SharedWorkload(ofAll, share);
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
