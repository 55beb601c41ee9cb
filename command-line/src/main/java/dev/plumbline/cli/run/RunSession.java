package dev.plumbline.cli.run;

import dev.plumbline.cli.artifacts.ArtifactLimits;
import dev.plumbline.cli.artifacts.RunFolder;
import dev.plumbline.cli.artifacts.WindowKeeper;
import dev.plumbline.cli.feed.PipeFeed;
import dev.plumbline.cli.feed.PipeListener;
import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.judgement.Soundness;
import dev.plumbline.cli.result.RunEnding;
import dev.plumbline.cli.result.RunIdentity;
import dev.plumbline.cli.result.RunResult;
import dev.plumbline.cli.result.RunTotals;
import dev.plumbline.cli.result.RunVerdict;
import dev.plumbline.cli.result.RunWindow;
import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.Interrupts;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.TargetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The measured part of a run, from the start of the producer to the files. Everything happens on one thread: poll, look
 * at the producer, show, poll again.
 */
final class RunSession {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final long STATUS_EVERY_MILLIS = 250;
    private static final long TICK_EVERY_MILLIS = 1_000;

    /** How long an end in order may take: the producer's own grace and a little more. */
    private static final long STOP_WITHIN_MILLIS = 12_000;
    /** How long after the last window could have closed its record is waited for. */
    private static final long SETTLE_MILLIS = 12_000;
    /** How long the verdict on a window that came is waited for. */
    private static final long VERDICT_MILLIS = 2_000;
    /** How long the end of a producer that does not answer is waited for. */
    private static final long CAUSE_WITHIN_MILLIS = 2_000;
    /** Heartbeats come four times a second: so long without one, and Kafka is gone. */
    private static final long SILENCE_MILLIS = 20_000;
    /** Transitions of alerts that are kept; more than these nobody reads. */
    private static final int MOST_ALERTS = 1_000;

    private final RunPlan plan;
    private final RecordedPlan recordedPlan;
    private final LocalPipe pipe;
    private final TargetAddress address;
    private final Discovery discovery;
    private final Environment environment;
    private final Series series;
    private final RunFolder folder;
    private final RunView view;
    private final Interrupts interrupts;
    private final WindowKeeper windows = new WindowKeeper(WindowKeeper.DEFAULT_LIMIT);
    private final RecentRequests recent = new RecentRequests();
    private final FailureCauses causes = new FailureCauses();
    private final Map<LatencyMetric, HistogramAccumulator> heard = new EnumMap<>(LatencyMetric.class);
    private final List<AlertRecord> alerts = new ArrayList<>();
    private final VerdictTally verdicts = new VerdictTally();

    private Status status = Status.STARTING;
    private long startEpochMillis = Long.MAX_VALUE;
    private long lastEndEpochMillis;
    private long countedEvents;
    private long lastWindowEndEpochMillis;
    private long lastHeardEpochMillis;
    private long eventsHeard;
    private long good;
    private long judgedByGoals;
    private double cost;
    private Optional<String> unwritten = Optional.empty();
    private Optional<String> unread = Optional.empty();

    RunSession(
            RunPlan plan,
            RecordedPlan recordedPlan,
            LocalPipe pipe,
            TargetAddress address,
            Discovery discovery,
            Environment environment,
            Series series,
            RunView view,
            Interrupts interrupts) {
        this.plan = plan;
        this.recordedPlan = recordedPlan;
        this.pipe = pipe;
        this.address = address;
        this.discovery = discovery;
        this.environment = environment;
        this.series = series;
        this.view = view;
        this.interrupts = interrupts;
        this.folder = RunFolder.open(
                plan.output().artifactDir, plan.runId(), new ArtifactLimits(plan.output().artifactBytes));
    }

    /** What a run has to be judged by, once it is over. */
    interface Judge {
        /** @throws dev.plumbline.cli.outcome.CommandFailure if the baseline does not fit */
        RunVerdict judge(RunResult result);

        /** Writes the run's record for others; a failure is one line. */
        Optional<String> publish(RunResult result, RunVerdict verdict);
    }

    /** What a run needs around its producer. */
    interface Surrounding {
        /**
         * Waits until Kafka serves and the target has given a short answer.
         *
         * @throws StackFailure if it has not
         */
        void awaitReady() throws InterruptedException;

        /** Starts aggregator and detector, where they are this run's own, and does not wait. */
        void startApps();

        /** Waits until they serve. */
        void awaitApps() throws InterruptedException;
    }

    /**
     * A run that is over.
     *
     * @param missing a line per document that could not be made
     */
    record Concluded(RunResult result, RunVerdict verdict, Path folder, List<String> missing) {
        Concluded {
            missing = List.copyOf(missing);
        }
    }

    /**
     * Runs, judges and writes. A run whose load never began leaves no files.
     *
     * @param around its apps start once the producer is warm: nothing of theirs is needed until the first window closes
     */
    Concluded run(Surrounding around, Judge judge) throws InterruptedException {
        try (folder) {
            return measured(around, judge);
        } finally {
            if (startEpochMillis == Long.MAX_VALUE) {
                folder.discard();
            }
        }
    }

    private Concluded measured(Surrounding around, Judge judge) throws InterruptedException {
        // Everything that only needs the address of the broker goes on while it starts.
        pipe.startProducer(ProducerProperties.of(plan, series, address, discovery, pipe.kafkaClient()));
        around.awaitReady();
        RunEnding ending;
        try (PipeFeed feed =
                new PipeFeed(pipe.kafkaClient(), pipe.window(), PipeFeed.Events.INCLUDED, PipeFeed.From.NOW)) {
            pipe.awaitProducer().ifPresent(this::log);
            try (ProducerControl control = new ProducerControl(pipe.url(Part.PRODUCER))) {
                around.startApps();
                control.release();
                view.loadBegins(SystemTime.epochMillis());
                log("load begins: " + series.key() + " on " + discovery.url().base());
                ending = follow(control, feed);
                conclude(control, feed, ending, around);
            }
        }
        RunResult result = result(ending);
        RunVerdict verdict = judge.judge(result);
        judge.publish(result, verdict).ifPresent(problem -> log("the run's record: " + problem));
        log(verdict.decision() + ": " + verdict.headline());
        written(() -> folder.attachLog("producer.log", pipe.folder().resolve("producer.log")));
        Path finished = folder.finish(result, verdict, RunFile::encode);
        return new Concluded(result, verdict, finished, folder.missing());
    }

    private RunEnding follow(ProducerControl control, PipeFeed feed) throws InterruptedException {
        Hearing hearing = new Hearing();
        long nextStatus = 0;
        long nextTick = 0;
        lastHeardEpochMillis = SystemTime.epochMillis();
        while (true) {
            hear(feed, hearing);
            long now = SystemTime.epochMillis();
            Optional<StackFailure> lost = pipe.failure();
            if (lost.isPresent()) {
                return new RunEnding.Broken(String.valueOf(lost.get().getMessage()));
            }
            if (unread.isPresent()) {
                return new RunEnding.Broken(unread.get() + "; what was measured before is kept");
            }
            if (unwritten.isPresent()) {
                return new RunEnding.Broken(unwritten.get());
            }
            if (interrupts.requested()) {
                return new RunEnding.Interrupted();
            }
            if (now >= nextStatus) {
                nextStatus = now + STATUS_EVERY_MILLIS;
                try {
                    status = control.status();
                } catch (StackFailure e) {
                    return new RunEnding.Broken(String.valueOf(cause(e).getMessage()));
                }
                status.measuredFromEpochMillis().ifPresent(from -> startEpochMillis = from);
                if (status.state() == State.STOPPED) {
                    return ending();
                }
                if (hasGivenUp(now)) {
                    return new RunEnding.Broken(discovery.url().base() + " has failed every try for "
                            + plan.spend().giveUp.toSeconds() + " s (" + view.failures(status)
                            + "): look at the server's log; what was measured before is kept");
                }
                if (now - lastHeardEpochMillis > SILENCE_MILLIS) {
                    return new RunEnding.Broken(
                            "Kafka at " + pipe.bootstrapServers() + " has not let anything through for "
                                    + SILENCE_MILLIS / 1_000 + " s: look at its log; what was measured before is kept");
                }
                view.show(snapshot(now));
            }
            if (now >= nextTick) {
                nextTick = now + TICK_EVERY_MILLIS;
                written(folder::tick);
            }
        }
    }

    /**
     * A part that ends takes its connections with it, often before its end is seen: no answer is then the effect, and the
     * end is what a person needs to know.
     */
    private StackFailure cause(StackFailure unanswered) throws InterruptedException {
        long deadline = SystemTime.epochMillis() + CAUSE_WITHIN_MILLIS;
        Optional<StackFailure> lost = pipe.failure();
        while (lost.isEmpty() && SystemTime.epochMillis() < deadline) {
            Thread.sleep(POLL);
            lost = pipe.failure();
        }
        return lost.orElse(unanswered);
    }

    /** Kafka that cannot be read any more ends the run; what was read before can still be judged and written. */
    private void hear(PipeFeed feed, Hearing hearing) {
        try {
            feed.poll(POLL, hearing);
        } catch (StackFailure e) {
            unread = Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private boolean hasGivenUp(long nowEpochMillis) {
        return !plan.isEndless()
                && status.breakerOpenSinceEpochMillis().isPresent()
                && nowEpochMillis - status.breakerOpenSinceEpochMillis().getAsLong()
                        > plan.spend().giveUp.toMillis();
    }

    private RunEnding ending() {
        return status.limitReached()
                .<RunEnding>map(limit -> new RunEnding.LimitReached(flag(limit), "reached --" + flag(limit)))
                .orElse(new RunEnding.Completed());
    }

    private static String flag(String limit) {
        return limit.toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** Ends the load where it has not ended, and waits until all of it is counted and the last window is judged. */
    private void conclude(ProducerControl control, PipeFeed feed, RunEnding ending, Surrounding around)
            throws InterruptedException {
        view.settling(ending);
        Hearing hearing = new Hearing();
        if (status.state() != State.STOPPED) {
            try {
                control.end();
                long deadline = SystemTime.epochMillis() + STOP_WITHIN_MILLIS;
                while (status.state() != State.STOPPED && SystemTime.epochMillis() < deadline) {
                    hear(feed, hearing);
                    status = control.status();
                }
            } catch (StackFailure e) {
                // The producer itself was lost: what Kafka has is what there is.
                log(String.valueOf(e.getMessage()));
            }
            status.measuredFromEpochMillis().ifPresent(from -> startEpochMillis = from);
        }
        boolean lost = pipe.failure().isPresent();
        if (!lost) {
            // A short load is over before they are up.
            around.awaitApps();
        }
        long endEpochMillis = SystemTime.epochMillis();
        long deadline = endEpochMillis + (lost ? 1_000 : pipe.window().toMillis() + SETTLE_MILLIS);
        while (unread.isEmpty()
                && SystemTime.epochMillis() < deadline
                && (eventsHeard < status.acknowledged() || countedEvents < status.acknowledged())) {
            hear(feed, hearing);
        }
        long verdictDeadline = Math.min(deadline, SystemTime.epochMillis() + VERDICT_MILLIS);
        while (unread.isEmpty()
                && SystemTime.epochMillis() < verdictDeadline
                && verdicts.lastEndEpochMillis() < lastWindowEndEpochMillis) {
            hear(feed, hearing);
        }
        if (feed.undecodable() > 0) {
            log(feed.undecodable() + " records could not be read and were left out");
        }
        if (countedEvents != status.acknowledged()) {
            log(countedEvents + " events are in the windows, Kafka acknowledged " + status.acknowledged()
                    + (countedEvents > status.acknowledged()
                            ? ": somebody else measures the same series"
                            : ": the rest had not been counted when the wait was over"));
        }
    }

    private RunResult result(RunEnding ending) {
        long now = SystemTime.epochMillis();
        long start = startEpochMillis == Long.MAX_VALUE ? now : Math.min(startEpochMillis, now);
        long end = Math.max(start, lastEndEpochMillis);
        List<RunWindow> measured = windows.windows(start, end);
        return new RunResult(
                new RunIdentity(
                        plan.runId(),
                        series,
                        discovery.url().base(),
                        start,
                        end,
                        pipe.window().toMillis()),
                recordedPlan.texts(),
                environment,
                ending,
                new RunTotals(
                        status.due(),
                        status.acknowledged(),
                        status.lost(),
                        countedEvents,
                        plan.goals().map(goals -> new RunTotals.Goodput(goals.text(), good, judgedByGoals)),
                        hasPrices() ? OptionalDouble.of(cost) : OptionalDouble.empty(),
                        Optional.of(new RunTotals.Heard(causes.causes(), unvouched(measured)))),
                measured,
                alerts,
                verdicts.judgedWindows(),
                verdicts.openIncident());
    }

    private Map<LatencyMetric, Histogram> unvouched(List<RunWindow> measured) {
        if (Soundness.vouched(measured) >= Soundness.LEAST_VOUCHED) {
            return Map.of();
        }
        Map<LatencyMetric, Histogram> latencies = new EnumMap<>(LatencyMetric.class);
        heard.forEach((metric, values) -> latencies.put(metric, values.toHistogram()));
        return latencies;
    }

    private boolean hasPrices() {
        return plan.spend().pricePer1kInput != null || plan.spend().pricePer1kOutput != null;
    }

    private RunView.Snapshot snapshot(long nowEpochMillis) {
        return new RunView.Snapshot(nowEpochMillis, startEpochMillis, status, recent, countedEvents);
    }

    private void log(String line) {
        written(() -> folder.log(SystemTime.epochMillis(), line));
    }

    /** A disk that is full ends the run; what can still be counted is counted. */
    private void written(Runnable write) {
        try {
            write.run();
        } catch (StackFailure e) {
            unwritten = unwritten.or(() -> Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /** What the pipe tells of this run. */
    private final class Hearing implements PipeListener {

        @Override
        public void event(byte[] bytes, Event event) {
            switch (event) {
                case RequestEvent request -> {
                    if (request.origin().producerId().equals(plan.producerId())) {
                        heard();
                        request(bytes, request);
                    }
                }
                case Heartbeat heartbeat -> {
                    if (heartbeat.origin().producerId().equals(plan.producerId())) {
                        heard();
                    }
                }
                case dev.plumbline.contract.event.ProducerExpelled expelled -> {
                    if (expelled.producerId().equals(plan.producerId())) {
                        log("the aggregator expelled this producer after " + expelled.silentMillis()
                                + " ms of silence");
                    }
                }
            }
        }

        private void heard() {
            lastHeardEpochMillis = SystemTime.epochMillis();
        }

        private void request(byte[] bytes, RequestEvent event) {
            eventsHeard++;
            lastEndEpochMillis = Math.max(lastEndEpochMillis, event.endEpochMillis());
            recent.add(event);
            switch (event.outcome()) {
                case Outcome.Completed completed -> {
                    for (LatencyMetric metric : LatencyMetric.values()) {
                        metric.ofRequest(event)
                                .ifPresent(nanos -> heard.computeIfAbsent(metric, any -> new HistogramAccumulator())
                                        .record(nanos));
                    }
                }
                case Outcome.Failed failed -> causes.add(failed);
                case Outcome.Dropped dropped -> {}
                case Outcome.Cancelled cancelled -> {}
            }
            plan.goals().ifPresent(goals -> {
                if (!(event.outcome() instanceof Outcome.Cancelled)) {
                    judgedByGoals++;
                    good += goals.areMetBy(event) ? 1 : 0;
                }
            });
            cost += price(
                            plan.spend().pricePer1kInput,
                            event.response().tokens().prompt())
                    + price(
                            plan.spend().pricePer1kOutput,
                            event.response().tokens().output());
            written(() -> folder.event(bytes, event));
        }

        private double price(
                @org.jspecify.annotations.Nullable Double per1k,
                Optional<dev.plumbline.contract.event.TokenCount> tokens) {
            return per1k == null
                    ? 0
                    : tokens.map(count -> count.count() * per1k / 1_000).orElse(0.0);
        }

        @Override
        public void window(byte[] bytes, WindowRecord window) {
            if (!isOurs(window.id().series(), window.id().endEpochMillis())) {
                return;
            }
            windows.add(window);
            countedEvents += window.countedEvents();
            lastWindowEndEpochMillis =
                    Math.max(lastWindowEndEpochMillis, window.id().endEpochMillis());
            written(() -> folder.window(bytes, window));
            view.window(window, recent);
        }

        @Override
        public void verdict(VerdictRecord verdict) {
            if (!isOurs(verdict.window().series(), verdict.window().endEpochMillis())) {
                return;
            }
            verdicts.add(verdict);
            view.verdict(verdict);
        }

        @Override
        public void alert(byte[] bytes, AlertRecord alert) {
            if (!isOurs(alert.series(), alert.atEpochMillis())) {
                return;
            }
            if (alerts.size() < MOST_ALERTS) {
                alerts.add(alert);
            }
            written(() -> folder.alert(bytes, alert));
            log(alert.transition() + " " + alert.summary());
            view.alert(alert);
        }

        private boolean isOurs(Series of, long untilEpochMillis) {
            return of.equals(series) && untilEpochMillis > startEpochMillis;
        }
    }
}
