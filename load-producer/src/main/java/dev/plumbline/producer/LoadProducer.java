package dev.plumbline.producer;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.producer.client.AnswerNotes;
import dev.plumbline.producer.client.ConnectionReuse;
import dev.plumbline.producer.client.InferenceClient;
import dev.plumbline.producer.client.SideChannel;
import dev.plumbline.producer.dispatch.LoadCounters;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.dispatch.Protection;
import dev.plumbline.producer.dispatch.RequestSource;
import dev.plumbline.producer.dispatch.RunLimits;
import dev.plumbline.producer.dispatch.RunObserver;
import dev.plumbline.producer.emission.EmissionCounters;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.EventSender;
import dev.plumbline.producer.emission.KafkaConnector;
import dev.plumbline.producer.emission.MarkedQueue;
import dev.plumbline.producer.exposition.ProducerMetrics;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.selfwarmup.SelfWarmup;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.producer.tokens.LocalTokenizer;
import dev.plumbline.producer.tokens.TargetTokenizer;
import dev.plumbline.producer.tokens.TokenCounter;
import dev.plumbline.producer.tokens.TokenStage;
import dev.plumbline.producer.workload.Prompts;
import dev.plumbline.producer.workload.Salt;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * One producer from its start to its end: event loops, the sender, the warm-ups, the load, the orderly stop.
 *
 * <p>Its event loops are its own, apart from the one that answers {@code /metrics}: a scrape must not delay a stamp.
 */
final class LoadProducer {

    private static final Logger LOG = Logger.getLogger(LoadProducer.class);
    private static final int WARMUP_CONCURRENCY = 4;
    private static final Duration LOOP_STOP_TIMEOUT = Duration.ofSeconds(2);
    /** Interrupted, it gives up at once; only what hangs takes longer. */
    private static final Duration WORK_STOP_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration TOKENIZE_TIMEOUT = Duration.ofSeconds(2);
    private static final int TOKENIZE_CONNECTIONS = 64;

    private final ProducerConfig config;
    private final ProducerSettings settings;
    private final ProducerClock clock;
    /** The first one: it is part of what requests are called by. */
    private final long startEpoch;

    private final long salt;
    private final LoadShares shares;
    private final ProducerMetrics metrics;
    private final LoadCounters loadCounters = new LoadCounters();
    private final EmissionCounters emissionCounters = new EmissionCounters();
    private final MarkedQueue queue;
    private final EventSender sender;
    private final Optional<TokenStage> tokenStage;
    private final Sampling sampling;
    private final List<Vertx> vertxes = new ArrayList<>();
    private final List<LoadLoop> loops = new ArrayList<>();
    /** Filled by the thread of the load, and closed by whoever stops it. */
    private final List<InferenceClient> clients = new CopyOnWriteArrayList<>();

    private final LifeCycle life;
    private final CountDownLatch released = new CountDownLatch(1);
    private final Protection protection;
    private final ConnectionReuse connectionReuse;
    private final AnswerNotes answerNotes = new AnswerNotes();
    private final LongAdder targetWarmupRequests = new LongAdder();

    private final LongAdder selfWarmupRequests = new LongAdder();
    private volatile OptionalLong measuredFromNanos = OptionalLong.empty();

    LoadProducer(ProducerConfig config, ProducerSettings settings, ProducerClock clock) {
        this(config, settings, clock, stage -> {});
    }

    /** @param watcher hears of each stage of its life, on the thread that enters it */
    LoadProducer(
            ProducerConfig config, ProducerSettings settings, ProducerClock clock, Consumer<LifeCycle.Stage> watcher) {
        this.life = new LifeCycle(watcher);
        this.config = config;
        this.settings = settings;
        this.clock = clock;
        this.startEpoch = clock.anchorAt(clock.nanos()).epoch();
        this.metrics = new ProducerMetrics(settings.series());
        this.protection = settings.protection();
        this.connectionReuse =
                ConnectionReuse.upTo((int) config.target().keepAlive().toSeconds());
        int count = config.load().eventLoops();
        this.salt = Salt.ofStart(config.producer().id(), startEpoch);
        this.shares = new LoadShares(
                settings.series().group().loadPoint(), config.load(), Salt.mixed(salt, "arrivals"), count);
        this.queue = new MarkedQueue(
                config.emit().queueCapacity(), config.emit().queueBytes().asLongValue(), count);
        long heartbeatNanos = config.heartbeatInterval().toNanos();
        this.sampling = new Sampling(
                settings.sampling(),
                new KafkaConnector(
                        settings.bootstrapServers(),
                        config.producer().id() + "-telemetry",
                        config.kafka().properties()),
                config.producer().id(),
                settings.series().group().target(),
                settings.series().group().model(),
                clock,
                Optional.ofNullable(System.getenv("PATH")).orElse(""));
        this.sender = new EventSender(
                queue,
                new KafkaConnector(
                        settings.bootstrapServers(),
                        config.producer().id(),
                        config.kafka().properties()),
                clock,
                config.producer().id(),
                Set.of(settings.series()),
                count,
                settings.sender(),
                emissionCounters,
                sampling);
        this.tokenStage = tokenCounter(settings)
                .map(counter -> new TokenStage(
                        config.emit().queueCapacity(),
                        config.emit().queueBytes().asLongValue(),
                        count,
                        counter,
                        queue,
                        metrics::tokensCounted));
        EventOutlet outlet = tokenStage.<EventOutlet>map(stage -> stage).orElse(queue);
        ProcessCpu cpu = ProcessCpu.ofThisProcess();
        for (int i = 0; i < count; i++) {
            Vertx vertx = oneLoop();
            vertxes.add(vertx);
            loops.add(new LoadLoop(
                    i,
                    vertx,
                    clock,
                    settings.series(),
                    outlet,
                    heartbeatNanos,
                    settings.budgets(),
                    cpu,
                    loadCounters,
                    this::ended));
        }
        metrics.producer(config.producer().id());
        new OwnMetrics(
                        loadCounters,
                        connectionReuse,
                        answerNotes,
                        emissionCounters,
                        queue,
                        tokenStage,
                        protection.breaker(),
                        clock,
                        loops,
                        () -> life.state() != ProducerState.WARMING,
                        selfWarmupRequests::sum)
                .register(metrics);
        sampling.expose(metrics);
    }

    private static Optional<TokenCounter> tokenCounter(ProducerSettings settings) {
        ProducerSettings.Tokens tokens = settings.tokens();
        if (tokens.tokenize().isPresent()) {
            return Optional.of(new TargetTokenizer(
                    new SideChannel(tokens.tokenize().get(), TOKENIZE_TIMEOUT.toNanos(), TOKENIZE_CONNECTIONS),
                    settings.series().group().model()));
        }
        return tokens.tokenizerFile().map(file -> {
            try {
                return LocalTokenizer.load(file);
            } catch (IOException e) {
                throw new InvalidConfiguration("plumbline.tokens.tokenizer-file: " + e.getMessage());
            }
        });
    }

    private void ended(EndedRequest request) {
        metrics.ended(request);
        if (tokenStage.isEmpty()) {
            metrics.tokensCounted(request);
        }
    }

    private static Vertx oneLoop() {
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(2)
                .setBlockedThreadCheckInterval(60_000));
    }

    /** Runs until the load is over or {@link #stop} is called, then ends in good order. */
    void run() throws InterruptedException {
        if (!life.begin()) {
            life.awaitStopped();
            return;
        }
        try {
            work();
        } catch (InterruptedException e) {
            if (!life.isStopAsked()) {
                throw e;
            }
        } finally {
            life.leave();
            stop();
        }
    }

    private void work() throws InterruptedException {
        new Thread(sender, "event-sender").start();
        tokenStage.ifPresent(stage -> new Thread(stage, "token-stage").start());
        sampling.start();
        loops.forEach(LoadLoop::start);
        warm();
        if (config.load().hold()) {
            life.enter(LifeCycle.Stage.HOLD);
            released.await();
        }
        measure();
    }

    /** Lets a held load begin. Any thread, any number of times. */
    void release() {
        released.countDown();
    }

    private void warm() throws InterruptedException {
        warmThisProcess();
        connect();
        life.enter(LifeCycle.Stage.MODEL);
        sampling.prepareModel();
        life.enter(LifeCycle.Stage.TARGET_WARMUP);
        warmTarget();
    }

    private void warmThisProcess() throws InterruptedException {
        life.enter(LifeCycle.Stage.SELF_WARMUP);
        RequestSource warmup = warmupSource();
        Vertx serverVertx = oneLoop();
        try {
            long each = config.selfwarmup().duration().toNanos() / loops.size();
            for (int i = 0; i < loops.size(); i++) {
                selfWarmupRequests.add(SelfWarmup.warm(
                        loops.get(i),
                        vertxes.get(i),
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

    private void connect() throws InterruptedException {
        life.enter(LifeCycle.Stage.CLIENTS);
        for (Vertx vertx : vertxes) {
            clients.add(new InferenceClient(
                    vertx,
                    settings.endpoint(),
                    settings.timeouts(),
                    clock,
                    shares.slotsPerLoop(),
                    connectionReuse,
                    answerNotes));
        }
    }

    private void warmTarget() throws InterruptedException {
        long wanted = config.load().warmupRequests();
        if (wanted > 0) {
            CompletableFuture<Void> warmed = loops.get(0)
                    .rehearse(
                            clients.get(0),
                            warmupSource(),
                            shares.warmup((int) Math.min(wanted, WARMUP_CONCURRENCY)),
                            RunLimits.of(clock.nanos(), OptionalLong.empty(), OptionalLong.of(wanted)),
                            protection,
                            new CountingOnly());
            awaitLoad(List.of(warmed));
        }
    }

    private void measure() throws InterruptedException {
        RequestSource source = source(idPrefix(), measuredPrompts());
        RunLimits limits = shares.limits(clock.nanos());
        measuredFromNanos = OptionalLong.of(limits.measuredFromNanos());
        life.enter(LifeCycle.Stage.LOAD);
        List<CompletableFuture<Void>> runs = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            runs.add(loops.get(i)
                    .measure(
                            clients.get(i),
                            source,
                            shares.plan(i),
                            limits,
                            protection,
                            warmupSource(),
                            new CountingOnly()));
        }
        LOG.infof("Offering %s to %s", settings.series().group().loadPoint().key(), settings.endpoint());
        awaitLoad(runs);
    }

    private RequestSource source(String prefix, Prompts prompts) {
        return new RequestSource(
                prefix,
                settings.series(),
                prompts,
                settings.protocol(),
                new RequestSource.Counting(settings.tokens().choice(), tokenStage.isPresent()),
                settings.slo().map(Asked::under),
                settings.retries(),
                clock);
    }

    private Prompts measuredPrompts() {
        return switch (settings.cacheUse()) {
            case AVOID -> settings.prompts().salted(salt);
            case REUSE -> settings.prompts();
        };
    }

    /** Others than those that are measured, so that a prefix cache has not seen what will be measured. */
    private RequestSource warmupSource() {
        return source("w" + idPrefix(), settings.prompts().salted(Salt.mixed(salt, "warm-up")));
    }

    private String idPrefix() {
        return config.producer().id() + '-' + Long.toString(startEpoch, 36);
    }

    /** Until all are over; interrupted by {@link #stop}. */
    private static void awaitLoad(List<CompletableFuture<Void>> runs) throws InterruptedException {
        try {
            CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new)).get();
        } catch (ExecutionException e) {
            LOG.error("The load ended with an error", e.getCause());
        }
    }

    /** Ends in good order, within the grace of the settings; returns when it is done. Any thread, any number of times. */
    void stop() throws InterruptedException {
        if (!life.askStop()) {
            life.awaitStopped();
            return;
        }
        try {
            end();
        } finally {
            // Whatever went wrong: others wait for this.
            life.stopped();
        }
    }

    private void end() throws InterruptedException {
        Ending ending = new Ending();
        ending.step("the load", this::endLoad);
        ending.step("the work", this::awaitNoWork);
        ending.step("what watches", life::ending);
        ending.step("counting tokens", this::awaitTokens);
        ending.step("the sender", this::awaitSender);
        ending.step("sampling", sampling::stop);
        clients.forEach(client -> ending.step("a client", client::close));
        vertxes.forEach(vertx -> ending.step("an event loop", vertx::close));
        tellTotals();
        ending.over();
    }

    private void endLoad() throws InterruptedException {
        try {
            CompletableFuture<?>[] told = loops.stream().map(LoadLoop::finish).toArray(CompletableFuture[]::new);
            sender.stop();
            CompletableFuture.allOf(told).get(LOOP_STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warnf("An event loop did not stop within %s; the last heartbeat may say less", LOOP_STOP_TIMEOUT);
        }
    }

    /** Before anything is closed that the work may be about to open. */
    private void awaitNoWork() throws InterruptedException {
        if (!life.awaitNoWork(WORK_STOP_TIMEOUT)) {
            LOG.warnf("What was under way did not give up within %s", WORK_STOP_TIMEOUT);
        }
    }

    private void awaitTokens() throws InterruptedException {
        if (life.hasBegun()
                && tokenStage.isPresent()
                && !tokenStage.get().awaitEnd(config.emit().stopGrace().dividedBy(2))) {
            LOG.warn("Counting tokens did not end within half of the stop grace");
        }
    }

    private void awaitSender() throws InterruptedException {
        Duration grace = config.emit().stopGrace().plusSeconds(1);
        if (life.hasBegun() && !sender.awaitEnd(grace)) {
            LOG.warnf("The sender did not end within %s", grace);
        }
    }

    private void tellTotals() {
        LOG.infof(
                "Stopped: due=%d completed=%d failed=%d dropped=%d cancelled=%d acknowledged=%d lost=%d",
                loadCounters.dueRequests(),
                loadCounters.completedRequests(),
                loadCounters.failedRequests().values().stream()
                        .mapToLong(Long::longValue)
                        .sum(),
                loadCounters.droppedRequests(),
                loadCounters.cancelledRequests(),
                emissionCounters.acknowledgedEvents(),
                emissionCounters.lostEvents());
    }

    /** Whether somebody has called {@link #stop}. */
    boolean isStopAsked() {
        return life.isStopAsked();
    }

    /** Whether the thread of {@link #run} is between two stages, or in one. */
    boolean isWorking() {
        return life.isWorking();
    }

    ProducerMetrics metrics() {
        return metrics;
    }

    StatusReport status() {
        return new StatusReport(
                life.state(),
                config.producer().id(),
                clock.anchorAt(clock.nanos()).epoch(),
                settings.series().group().key(),
                settings.series().variant(),
                loadCounters.dueRequests(),
                loadCounters.sentRequests(),
                loadCounters.inFlightRequests(),
                loadCounters.completedRequests(),
                loadCounters.failedRequests(),
                loadCounters.droppedRequests(),
                loadCounters.cancelledRequests(),
                answerNotes.ownLimits(),
                emissionCounters.acknowledgedEvents(),
                emissionCounters.lostEvents(),
                queue.size(),
                selfWarmupRequests.sum(),
                targetWarmupRequests.sum(),
                epochMillis(measuredFromNanos),
                epochMillis(measuredUntilNanos()),
                epochMillis(protection.breaker().openSinceNanos()),
                life.isToldToEnd(),
                protection.spend().reached(),
                protection.spend().spent());
    }

    /** When the last loop was over; empty while one is not. */
    private OptionalLong measuredUntilNanos() {
        List<OptionalLong> ends =
                loops.stream().map(LoadLoop::measuredUntilNanos).toList();
        return ends.stream().allMatch(OptionalLong::isPresent)
                ? ends.stream().mapToLong(OptionalLong::getAsLong).max()
                : OptionalLong.empty();
    }

    private OptionalLong epochMillis(OptionalLong nanos) {
        return nanos.isPresent() ? OptionalLong.of(clock.epochMillisAt(nanos.getAsLong())) : nanos;
    }

    /** Counts the warm-up of the target; nothing of it is measured. */
    private final class CountingOnly implements RunObserver {

        @Override
        public void ended(RequestRecording recording, EndedRequest request) {
            targetWarmupRequests.increment();
        }
    }
}
