package dev.plumbline.cli.run;

import dev.plumbline.cli.exposition.MetricsServer;
import dev.plumbline.cli.exposition.OutagePage;
import dev.plumbline.cli.feed.PipeFeed;
import dev.plumbline.cli.history.RunFile;
import dev.plumbline.cli.stack.Detached;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.Interrupts;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.time.ElapsedClock;
import dev.plumbline.cli.time.EpochClock;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.judgement.compat.ForeignFigures;
import dev.plumbline.judgement.compat.ForeignTally;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.reports.ArtifactLimits;
import dev.plumbline.reports.RunFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The measured part of a run, from the start of the producer to the files: {@link LoadControl} drives the load,
 * {@link RunRecorder} hears the pipe, {@link RunProgress} adds up, {@link Settlement} waits for the rest. Everything happens
 * on one thread.
 */
final class RunSession {

    /** How long the end of a run waits for parts that are being started. */
    private static final long WHOLE_WITHIN_MILLIS = 90_000;

    private final RunPlan plan;
    private final PromptUnit unit;
    private final LocalPipe pipe;
    private final TargetAddress address;
    private final Discovery discovery;
    private final RunSeries series;
    private final Optional<CanaryTarget> canary;
    private final RunView view;
    private final Interrupts interrupts;
    private final EpochClock clock;
    private final ElapsedClock elapsed;
    private final RunFolder folder;
    private final Prices prices;
    private final RunProgress progress;
    private final RunRecorder recorder;
    private final Optional<ForeignTally> foreign;
    private Optional<AdjustedLoad> adjusted = Optional.empty();

    RunSession(
            RunPlan plan,
            RecordedPlan recordedPlan,
            PromptUnit unit,
            LocalPipe pipe,
            TargetAddress address,
            Discovery discovery,
            Optional<CanaryTarget> canary,
            Environment environment,
            RunSeries series,
            RunView view,
            Interrupts interrupts,
            EpochClock clock,
            ElapsedClock elapsed) {
        this.plan = plan;
        this.unit = unit;
        this.pipe = pipe;
        this.address = address;
        this.discovery = discovery;
        this.series = series;
        this.canary = canary;
        this.view = view;
        view.measures(series);
        this.interrupts = interrupts;
        this.clock = clock;
        this.elapsed = elapsed;
        this.folder = RunFolder.open(
                plan.output().artifactDir, plan.runId(), new ArtifactLimits(plan.output().artifactBytes));
        this.prices = Prices.of(plan.spend(), environment.conditions());
        this.progress = new RunProgress(
                new RunProgress.Facts(
                        plan.runId(),
                        plan.producerId(),
                        series,
                        discovery.url().base(),
                        pipe.window().toMillis(),
                        recordedPlan.texts(),
                        environment),
                plan.goals(),
                prices);
        if (pipe.isAttached()) {
            progress.hearsPartners();
        }
        plan.trace().ifPresent(trace -> progress.replays(new TraceTally(trace.replay())));
        this.foreign = Optional.ofNullable(plan.output().metricCompat)
                .map(wanted -> new ForeignTally(wanted.tool(), discovery.endpointType() == EndpointType.CHAT));
        this.recorder = new RunRecorder(progress, series, folder, view, clock, elapsed, foreign);
    }

    /** What a run has to be judged by, once it is over. */
    interface Judge {
        /** @throws dev.plumbline.judgement.run.UnfitBaselineException if the baseline does not fit */
        RunVerdict judge(RunResult result);

        /** Writes the run's record for others; a failure is one line. */
        Optional<String> publish(RunResult result, RunVerdict verdict);
    }

    /** Broker and apps that a run needs around its producer. */
    interface Stack {
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
     * @param foreign the run as another tool would tell it, where that was asked for
     */
    record JudgedRun(
            RunResult result, RunVerdict verdict, Path folder, List<String> missing, Optional<ForeignFigures> foreign) {
        JudgedRun {
            missing = List.copyOf(missing);
        }
    }

    /**
     * Runs, judges and writes. A run whose load never began leaves no files.
     *
     * @param stack its apps start once the producer is warm: nothing of theirs is needed until the first window closes
     */
    JudgedRun run(Stack stack, Judge judge) throws InterruptedException {
        try (folder) {
            // Everything that only needs the address of the broker goes on while it starts.
            Map<String, String> settings = new LinkedHashMap<>(
                    canary.map(target -> target.properties(discovery)).orElse(Map.of()));
            settings.putAll(unit.properties());
            settings.putAll(ProducerProperties.of(plan, series.whole(), address, discovery, pipe.kafkaClient()));
            if (prices.gpusPerHour().isPresent()) {
                settings.put(
                        "plumbline.gpu.price-per-hour",
                        Double.toString(prices.gpusPerHour().getAsDouble()));
            }
            if (plan.isEndless()) {
                settings = ProducerProperties.patient(settings, pipe.isOnThisMachine());
            }
            if (!pipe.isOnThisMachine()) {
                settings = ProducerProperties.onCluster(settings);
            }
            pipe.startProducer(settings);
            stack.awaitReady();
            return judged(measured(stack, settings), judge);
        } finally {
            if (!progress.hasStart()) {
                folder.discard();
            }
        }
    }

    private RunEnding measured(Stack stack, Map<String, String> settings) throws InterruptedException {
        try (PipeFeed pipeFeed =
                new PipeFeed(pipe.kafkaClient(), pipe.window(), PipeFeed.Events.INCLUDED, PipeFeed.From.NOW)) {
            pipe.awaitProducer().ifPresent(why -> {
                recorder.log(why);
                view.line("  note      " + why);
            });
            try (ProducerSuccession producer = new ProducerSuccession(pipe.url(Part.PRODUCER), pipe.controlToken());
                    OptionalPage page = plan.isEndless() ? OptionalPage.served(pipe) : OptionalPage.none()) {
                RunFeed feed = new RunFeed(
                        (patience, listener) -> {
                            // Wherever the run waits its stack is looked after.
                            pipe.tend();
                            view.counting(clock.epochMillis());
                            pipeFeed.poll(patience, listener);
                        },
                        recorder);
                LoadControl load =
                        new LoadControl(producer, feed, progress, new LoadSession(), limits(), clock, elapsed);
                stack.startApps();
                page.page().ifPresent(shown -> {
                    heal(producer, settings, shown);
                    view.line("  metrics   " + page.url() + "/metrics tells which part of the stack was gone");
                });
                interrupts.started();
                view.loadBegins(clock.epochMillis());
                Detached.begun();
                recorder.log("load begins: "
                        + series.parts().stream().map(Series::key).collect(Collectors.joining(", ")) + " on "
                        + discovery.url().base());
                RunEnding ending = followed(load);
                pipe.leaveProducer();
                view.settling(ending);
                load.end().ifPresent(recorder::log);
                settle(
                        new Settlement(feed, progress, pipe.window(), elapsed, pipe.isOnThisMachine()),
                        feed,
                        pipeFeed,
                        stack);
                return ending;
            }
        }
    }

    /** While it goes on, a load that may be changed can be. */
    private RunEnding followed(LoadControl load) throws InterruptedException {
        adjusted = AdjustedLoad.of(
                plan.runId(),
                series.whole(),
                pipe.url(Part.PRODUCER),
                pipe.controlToken(),
                pipe.kafkaClient(),
                recorder::log);
        try {
            return load.follow();
        } finally {
            adjusted.ifPresent(AdjustedLoad::close);
        }
    }

    /** Parts that end from now on are started again. */
    private void heal(ProducerSuccession producer, Map<String, String> settings, OutagePage page) {
        pipe.heal(new RunHealing(
                pipe,
                url -> {
                    producer.succeed(url);
                    adjusted.ifPresent(load -> load.movedTo(url));
                },
                progress,
                recorder,
                view,
                page,
                clock));
        pipe.healProducer(new LocalPipe.Succession(
                () -> ProducerProperties.ofSuccessor(settings, progress.standing(), plan),
                RunHealing.beyondHelp(settings)));
    }

    /** The page of a stack whose parts are started again; none of others. */
    private record OptionalPage(Optional<OutagePage> page, Optional<MetricsServer> server) implements AutoCloseable {

        static OptionalPage none() {
            return new OptionalPage(Optional.empty(), Optional.empty());
        }

        static OptionalPage served(LocalPipe pipe) {
            List<Part> parts = pipe.isAttached()
                    ? List.of(Part.PRODUCER)
                    : List.of(Part.BROKER, Part.PRODUCER, Part.AGGREGATOR, Part.DETECTOR);
            OutagePage page = new OutagePage(parts.stream().map(Part::label).toList(), SystemTime::monotonicNanos);
            return new OptionalPage(Optional.of(page), Optional.of(MetricsServer.start(page)));
        }

        String url() {
            return server.map(MetricsServer::url).orElse("");
        }

        @Override
        public void close() {
            server.ifPresent(MetricsServer::close);
        }
    }

    private LoadControl.Limits limits() {
        return new LoadControl.Limits(
                plan.isEndless() ? Optional.empty() : Optional.of(plan.spend().giveUp),
                plan.isEndless() ? LoadControl.SILENCE_OF_ENDLESS : LoadControl.SILENCE,
                OwnLimits.ofThisProcess(),
                discovery.url().base(),
                pipe.bootstrapServers());
    }

    private void settle(Settlement settlement, RunFeed feed, PipeFeed pipeFeed, Stack stack)
            throws InterruptedException {
        if (pipe.isHealed()) {
            awaitWhole(feed);
        } else if (pipe.failure().isEmpty()) {
            // A short load is over before they are up.
            stack.awaitApps();
        }
        settlement.await(pipe.failure().isPresent());
        settlement.remarks(pipeFeed.undecodable()).forEach(recorder::log);
    }

    /** Parts that are being started may still come, and count. */
    private void awaitWhole(RunFeed feed) {
        long deadline = elapsed.elapsedMillis() + WHOLE_WITHIN_MILLIS;
        while (!pipe.isWhole()
                && pipe.failure().isEmpty()
                && feed.unread().isEmpty()
                && elapsed.elapsedMillis() < deadline) {
            feed.poll();
        }
    }

    private JudgedRun judged(RunEnding ending, Judge judge) {
        Map<String, String> facts = new LinkedHashMap<>(
                progress.status().phases().map(ProducerControl.Phases::facts).orElse(Map.of()));
        if (progress.takeovers() > 0) {
            facts.put(SummaryView.WENT_ON, plan.wentOn(progress.takeovers()));
        }
        progress.share().ifPresent(text -> facts.put(SummaryView.SHARED, text));
        facts.forEach((name, fact) -> recorder.log(name + ": " + fact));
        RunResult result = progress.result(ending, clock.epochMillis()).withFacts(facts);
        RunVerdict verdict = judge.judge(result);
        judge.publish(result, verdict).ifPresent(problem -> recorder.log("the run's record: " + problem));
        recorder.log(verdict.word().label() + ": " + verdict.reason());
        recorder.written(() -> folder.attachLog("producer.log", pipe.folder().resolve("producer.log")));
        Optional<ForeignFigures> asAnother = foreign.map(ForeignTally::figures);
        asAnother.ifPresent(folder::foreign);
        Path finished = folder.finish(result, verdict, RunFile::encode);
        return new JudgedRun(result, verdict, finished, folder.missing(), asAnother);
    }

    /** This session, as its load sees it. */
    private final class LoadSession implements LoadControl.Session {

        @Override
        public Optional<String> lostPart() {
            return pipe.failure().map(failure -> String.valueOf(failure.getMessage()));
        }

        @Override
        public boolean isProducerAway() {
            return pipe.isAway(Part.PRODUCER);
        }

        @Override
        public boolean isBrokerAway() {
            return pipe.isAway(Part.BROKER);
        }

        @Override
        public Optional<String> unwritten() {
            return recorder.unwritten();
        }

        @Override
        public boolean isInterrupted() {
            return interrupts.requested();
        }

        @Override
        public void show(long nowEpochMillis) {
            adjusted.ifPresent(changed -> changed.heard(progress.status(), nowEpochMillis));
            view.show(progress.snapshot(nowEpochMillis, pipe.away()));
        }

        @Override
        public void tick() {
            recorder.written(folder::tick);
        }
    }
}
