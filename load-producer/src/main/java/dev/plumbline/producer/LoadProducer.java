package dev.plumbline.producer;

import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.producer.background.BackgroundThread;
import dev.plumbline.producer.dispatch.Lane;
import dev.plumbline.producer.dispatch.LoadCounters;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.exposition.ProducerMetrics;
import dev.plumbline.producer.time.ProducerClock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** One producer from its start to its end: the warm-ups, the load, the orderly stop. What it is made of is {@link Wiring}'s. */
final class LoadProducer {

    private static final Logger LOG = Logger.getLogger(LoadProducer.class);
    private static final Duration LOOP_STOP_TIMEOUT = Duration.ofSeconds(2);
    /** Interrupted, it gives up at once; only what hangs takes longer. */
    private static final Duration WORK_STOP_TIMEOUT = Duration.ofSeconds(10);

    private final ProducerConfig config;
    private final ProducerSettings settings;
    private final ProducerClock clock;
    private final LifeCycle life;
    private final Wiring parts;
    private final LoadDriver driver;
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile Optional<String> refusal = Optional.empty();

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
        this.parts = new Wiring(config, settings, clock);
        this.driver = new LoadDriver(
                config, settings, clock, parts, clock.anchorAt(clock.nanos()).epoch());
        new OwnMetrics(
                        parts.loadCounters,
                        parts.targets,
                        parts.emissionCounters,
                        parts.queue,
                        parts.tokenStage,
                        settings.protection(),
                        clock,
                        parts.loops,
                        parts.lostTime,
                        () -> life.state() != ProducerState.WARMING,
                        driver::selfWarmupRequests)
                .register(parts.metrics);
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
        BackgroundThread.of(parts.sender, "event-sender").start();
        parts.tokenStage.ifPresent(
                stage -> BackgroundThread.of(stage, "token-stage").start());
        parts.sampling.start();
        parts.canarySampling.ifPresent(Sampling::start);
        parts.lostTime.start();
        parts.loops.forEach(LoadLoop::start);
        life.enter(LifeCycle.Stage.SELF_WARMUP);
        driver.warmThisProcess();
        life.enter(LifeCycle.Stage.CLIENTS);
        driver.connect();
        life.enter(LifeCycle.Stage.MODEL);
        parts.sampling.prepareModel();
        life.enter(LifeCycle.Stage.TARGET_WARMUP);
        refusal = driver.smoke();
        if (refusal.isPresent()) {
            LOG.error(refusal.get());
            return;
        }
        driver.warmTarget();
        if (config.load().hold()) {
            life.enter(LifeCycle.Stage.HOLD);
            released.await();
        }
        life.enter(LifeCycle.Stage.LOAD);
        driver.measure();
    }

    /** Lets a held load begin. Any thread, any number of times. */
    void release() {
        released.countDown();
    }

    /** Why no load was offered; empty where it was, or may yet be. */
    Optional<String> refusal() {
        return refusal;
    }

    /**
     * Changes a load that is changed by hand; any thread.
     *
     * @param isRate whether requests per second are meant, or requests at a time
     * @return what it was before
     * @throws IllegalArgumentException saying why it cannot be changed so
     */
    double change(double wanted, boolean isRate) throws InterruptedException {
        return driver.change(wanted, isRate);
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
        ending.step("sampling", parts.sampling::stop);
        parts.canarySampling.ifPresent(canary -> ending.step("sampling of the canary", canary::stop));
        ending.step("the clients", driver::close);
        ending.step("what was lost", parts.lostTime::close);
        parts.vertxes.forEach(vertx -> ending.step("an event loop", vertx::close));
        tellTotals();
        ending.over();
    }

    private void endLoad() throws InterruptedException {
        try {
            CompletableFuture<?>[] told =
                    parts.loops.stream().map(LoadLoop::finish).toArray(CompletableFuture[]::new);
            parts.sender.stop();
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
                && parts.tokenStage.isPresent()
                && !parts.tokenStage.get().awaitEnd(config.emit().stopGrace().dividedBy(2))) {
            LOG.warn("Counting tokens did not end within half of the stop grace");
        }
    }

    private void awaitSender() throws InterruptedException {
        Duration grace = config.emit().stopGrace().plusSeconds(1);
        if (life.hasBegun() && !parts.sender.awaitEnd(grace)) {
            LOG.warnf("The sender did not end within %s", grace);
        }
    }

    private void tellTotals() {
        LoadCounters load = parts.loadCounters;
        LOG.infof(
                "Stopped: due=%d completed=%d failed=%d dropped=%d cancelled=%d acknowledged=%d lost=%d",
                load.dueRequests(),
                load.completedRequests(),
                load.failedRequests().values().stream()
                        .mapToLong(Long::longValue)
                        .sum(),
                load.droppedRequests(),
                load.cancelledRequests(),
                parts.emissionCounters.acknowledgedEvents(),
                parts.emissionCounters.lostEvents());
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
        return parts.metrics;
    }

    StatusReport status() {
        LoadCounters load = parts.loadCounters;
        return new StatusReport(
                life.state(),
                config.producer().id(),
                clock.anchorAt(clock.nanos()).epoch(),
                settings.series().group().key(),
                settings.series().variant(),
                load.dueRequests(),
                load.sentRequests(),
                load.inFlightRequests(),
                load.completedRequests(),
                load.failedRequests(),
                load.droppedRequests(),
                load.cancelledRequests(),
                ownLimits(),
                parts.emissionCounters.acknowledgedEvents(),
                parts.emissionCounters.lostEvents(),
                parts.queue.size(),
                driver.selfWarmupRequests(),
                driver.unmeasuredRequests(),
                epochMillis(driver.measuredFromNanos()),
                epochMillis(driver.measuredUntilNanos()),
                epochMillis(settings.protection().leftAloneSinceNanos()),
                life.isToldToEnd(),
                settings.protection().spend().reached(),
                settings.protection().spend().spent(),
                settings.lanes().lanes().stream().map(this::status).toList(),
                new StatusReport.Pairs(load.pairs() - load.brokenPairs(), load.brokenPairs()),
                driver.phases(refusal));
    }

    private StatusReport.OfLane status(Lane lane) {
        LoadCounters load = parts.loadCounters.of(lane.series());
        return new StatusReport.OfLane(
                lane.series().group().key(),
                lane.series().variant(),
                load.dueRequests(),
                load.sentRequests(),
                load.inFlightRequests(),
                load.completedRequests(),
                load.failedRequests(),
                load.droppedRequests(),
                load.cancelledRequests(),
                epochMillis(settings.protection().breaker(lane).openSinceNanos()));
    }

    private Map<OwnLimit, Long> ownLimits() {
        Map<OwnLimit, Long> all = new EnumMap<>(OwnLimit.class);
        parts.targets
                .values()
                .forEach(notes ->
                        notes.answers().ownLimits().forEach((limit, count) -> all.merge(limit, count, Long::sum)));
        return all;
    }

    private OptionalLong epochMillis(OptionalLong nanos) {
        return nanos.isPresent() ? OptionalLong.of(clock.epochMillisAt(nanos.getAsLong())) : nanos;
    }
}
