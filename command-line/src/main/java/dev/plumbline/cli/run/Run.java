package dev.plumbline.cli.run;

import dev.plumbline.cli.check.CheckExit;
import dev.plumbline.cli.kafka.KafkaReach;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.outcome.Inconclusive;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.Interrupts;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.stack.StateFolder;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.ConditionsDigest;
import dev.plumbline.contract.series.Series;
import dev.plumbline.judgement.compat.ForeignFigures;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.run.Budget;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.WholeRunJudge;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.Engine;
import dev.plumbline.probe.FailureKind;
import dev.plumbline.probe.PrefixCacheReset;
import dev.plumbline.probe.ProbeReport;
import dev.plumbline.probe.StepOutcome;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.probe.TargetProbe;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.reports.RunFigures;
import dev.plumbline.workload.Batch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One run from the first process to the exit code. */
final class Run {

    private static final int LOOK_MILLIS = 500;
    private static final Duration KAFKA_ANSWERS_WITHIN = Duration.ofSeconds(15);

    /** Begins what is said of the server beside the target. */
    private static final String CANARY = "the canary: ";

    private final RunPlan plan;
    private final RecordedPlan recordedPlan;
    private final TargetAddress address;
    private final Optional<Map<String, Object>> cluster;
    private final RunView view;
    private final Installation installation;
    private final Optional<RunHost> host;
    private final Waited waited;

    /** The change that counts, for the detector and for the comparison alike; of another cluster's detector nothing is known. */
    private double threshold;

    /**
     * @param cluster properties of a Kafka client, where the user named a cluster
     * @param host whose run it is, where it is part of something
     */
    Run(
            RunPlan plan,
            RecordedPlan recordedPlan,
            TargetAddress address,
            Optional<Map<String, Object>> cluster,
            RunView view,
            Installation installation,
            Optional<RunHost> host) {
        this.plan = plan;
        this.recordedPlan = recordedPlan;
        this.address = address;
        this.cluster = cluster;
        this.view = view;
        this.installation = installation;
        this.host = host;
        this.waited = new Waited(this::progress, SystemTime::elapsedMillis);
        this.threshold = plan.stack().thresholdOr(OptionalDouble.empty());
    }

    /**
     * What came of it.
     *
     * @param missing a line per document that could not be made
     * @param foreign the run as another tool would tell it, where that was asked for
     */
    record Ended(
            RunResult result,
            RunVerdict verdict,
            Path folder,
            List<String> missing,
            Optional<ForeignFigures> foreign,
            int exitCode) {

        String summaryJson() {
            try {
                return Files.readString(folder.resolve("summary.json")).stripTrailing();
            } catch (IOException e) {
                throw CommandFailure.infrastructure(
                        "cannot read " + folder.resolve("summary.json") + ": " + e.getMessage());
            }
        }
    }

    Ended run() throws InterruptedException {
        OwnLimits limits = OwnLimits.ofThisProcess();
        limits.refusal(plan, 1).ifPresent(why -> {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, why);
        });
        probe();
        Interrupts interrupts = Interrupts.listen();
        interrupts.whileStarting();
        try {
            return run(interrupts, limits);
        } catch (InterruptedException | RuntimeException e) {
            if (interrupts.isCutShort()) {
                throw new StackFailure(ExitCode.INTERRUPTED, "interrupted before the load began: nothing was measured");
            }
            throw e;
        }
    }

    private void progress(String what) {
        host.ifPresentOrElse(hearing -> hearing.progress(what), () -> view.progress(what));
    }

    private Ended run(Interrupts interrupts, OwnLimits limits) throws InterruptedException {
        try (OptionalResource<StateFolder> state = new OptionalResource<>(
                host.isPresent() ? Optional.empty() : plan.stack().openState())) {
            try (LocalPipe pipe = open(state.value())) {
                return run(pipe, interrupts, limits);
            }
        }
    }

    private Ended run(LocalPipe pipe, Interrupts interrupts, OwnLimits limits) throws InterruptedException {
        try {
            view.progress("looking at " + address.url().base());
            Discovery discovery = discover(TargetProbe::discover);
            plan.generation()
                    .refusal(discovery.endpointType(), address.wanted().generic())
                    .ifPresent(refusal -> {
                        throw CommandFailure.usage(refusal);
                    });
            requireReset(discovery, "");
            plan.workload().refusal(discovery.endpointType()).ifPresent(refusal -> {
                throw CommandFailure.usage(refusal);
            });
            PromptUnit unit = promptUnit(discovery);
            plan.ownPrompts()
                    .ifPresentOrElse(
                            own -> own.requireFit(discovery.endpointType(), discovery),
                            () -> plan.workload()
                                    .refusal(plan.load(), unit, discovery.contextLengthTokens())
                                    .filter(unused -> plan.trace().isEmpty())
                                    .ifPresent(why -> {
                                        throw CommandFailure.usage(why);
                                    }));
            plan.trace()
                    .flatMap(trace -> trace.refusal(discovery.contextLengthTokens()))
                    .ifPresent(why -> {
                        throw CommandFailure.usage("--trace " + why);
                    });
            Batch batch = batch(discovery.endpointType(), limits);
            Optional<CanaryTarget> canary = canary(discovery);
            canary.ifPresent(beside -> requireReset(beside.discovery(), "of the canary "));
            Environment environment = environment(discovery, canary, unit);
            RunSeries series = series(discovery, environment);
            List<Budget> budgets = budgets(series);
            Baselines baselines = Baselines.of(plan, series.whole().group(), environment);
            introduce(discovery, canary, unit, series, pipe, baselines);
            waited.text().ifPresent(time -> view.line("  waited    " + time + " until the target was there"));
            limits.warning(plan).ifPresent(warning -> view.line("  note      " + warning));
            RunSession session = new RunSession(
                    plan,
                    recorded(batch, unit),
                    unit,
                    pipe,
                    address,
                    discovery,
                    canary,
                    environment,
                    series,
                    view,
                    interrupts,
                    SystemTime::epochMillis,
                    SystemTime::elapsedMillis);
            RunSession.JudgedRun judged = session.run(
                    new PipeStack(pipe, discovery.engine().kind(), canary),
                    new Judging(baselines.runs(), budgets, pipe.kafkaClient()));
            if (requests().isEmpty()) {
                plan.ownPrompts()
                        .flatMap(own -> own.repeats(
                                RunFigures.of(judged.result()).requests().total(), plan.isSentAsItIs()))
                        .ifPresent(note -> view.line("  note      " + note));
            }
            return new Ended(
                    judged.result(),
                    judged.verdict(),
                    judged.folder(),
                    judged.missing(),
                    judged.foreign(),
                    exitCode(judged.result().ending(), judged.verdict().decision(), plan.judgement().inconclusive));
        } catch (CommandFailure e) {
            throw e;
        } catch (StackFailure e) {
            throw RefusedSetting.of(
                            String.valueOf(e.getMessage()),
                            plan.output().settings.keySet())
                    .<RuntimeException>map(refused -> refused)
                    .orElseGet(() -> pipe.causeOf(e));
        } catch (RuntimeException e) {
            throw pipe.causeOf(e);
        }
    }

    /** Whether the target takes connections at once, as far as a look of half a second tells. */
    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(address.url().host(), address.url().port()), LOOK_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What is known of the run besides its flags. */
    private RecordedPlan recorded(Batch batch, PromptUnit unit) {
        RecordedPlan known =
                waited.text().map(time -> recordedPlan.with("waited", time)).orElse(recordedPlan);
        RecordedPlan all = unit.text().isEmpty() ? known : known.with(PromptUnit.NAME, unit.text());
        int answersToEach = plan.generation().generation().answersToEach();
        String text = Stream.of(
                        batch.areSeveral() ? batch.words() : "",
                        answersToEach > 1 ? answersToEach + " answers to each prompt" : "")
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? all : all.with(RunCommand.BATCHED, text);
    }

    /** @param who begins what is said of another than the target */
    private void requireReset(Discovery discovery, String who) {
        if (plan.load().resetKvCache) {
            PrefixCacheReset.refusal(discovery.engine().kind()).ifPresent(refusal -> {
                throw CommandFailure.usage("--reset-kv-cache " + who + refusal);
            });
        }
    }

    /** What lengths are in, now that the target is known. */
    private PromptUnit promptUnit(Discovery discovery) {
        if (plan.ownPrompts().isPresent() || plan.trace().isPresent()) {
            return PromptUnit.NOT_DRAWN;
        }
        try {
            return PromptUnit.of(plan.workload().tokenizer, address, discovery, SystemTime::monotonicNanos);
        } catch (RunPlan.Wrong e) {
            throw CommandFailure.usage(e.option() + " " + e.getMessage());
        }
    }

    /** How prompts are asked together, now that the API is known. */
    private Batch batch(EndpointType type, OwnLimits limits) {
        Batch batch = plan.batch(type);
        if (batch.requestsAtOnce() > 1) {
            if (plan.canary().isPresent()) {
                throw CommandFailure.usage("--batch needs an API that takes several prompts in one request beside"
                        + " --canary-url, and endpoint type " + type.shortName()
                        + " takes one: --endpoint-type completions, or leave one of them out");
            }
            limits.refusal(plan, batch.requestsAtOnce()).ifPresent(why -> {
                throw new StackFailure(ExitCode.INFRASTRUCTURE, why);
            });
        }
        return batch;
    }

    private LocalPipe open(Optional<StateFolder> state) throws InterruptedException {
        if (host.isPresent()) {
            return host.get().pipe();
        }
        if (cluster.isPresent()) {
            view.progress("looking at Kafka");
            plan.stack().requireNothingOf("the cluster of --kafka", OptionalDouble.empty());
            KafkaReach.require(cluster.get(), KAFKA_ANSWERS_WITHIN);
            return LocalPipe.attach(cluster.get(), plan.stack().windowOrDefault(), installation);
        }
        Optional<RunningStack> running = state.isPresent() ? Optional.empty() : RunningStack.read(installation.home());
        if (running.isPresent()) {
            requireWindowOf(running.get());
            plan.stack()
                    .requireNothingOf("the stack of 'plumb up'", running.get().threshold());
            threshold = plan.stack().thresholdOr(running.get().threshold());
            return LocalPipe.attach(running.get(), installation);
        }
        if (!isListening()) {
            // Whether it comes, or why it cannot, is found before anything is started for it.
            view.progress("looking at " + address.url().base());
            discover(TargetProbe::discover);
        }
        view.progress("starting broker and apps");
        return LocalPipe.begin(plan.stack().plan(state), installation);
    }

    /** @throws CommandFailure if another length is asked for than the running stack has */
    private void requireWindowOf(RunningStack running) {
        Duration has = Duration.ofMillis(running.windowMillis());
        Optional<Duration> asked = Optional.ofNullable(plan.stack().window);
        if (asked.isPresent() && !asked.get().equals(has)) {
            throw CommandFailure.usage("--window is " + DurationConverter.format(asked.get())
                    + " and the running stack has windows of " + DurationConverter.format(has)
                    + ": leave it out, or end 'plumb up'");
        }
    }

    /** Broker and apps, its own or somebody else's. */
    private final class PipeStack implements RunSession.Stack {

        private final LocalPipe pipe;
        private final Engine.Kind engine;
        private final Optional<CanaryTarget> canary;

        PipeStack(LocalPipe pipe, Engine.Kind engine, Optional<CanaryTarget> canary) {
            this.pipe = pipe;
            this.engine = engine;
            this.canary = canary;
        }

        @Override
        public void awaitReady() throws InterruptedException {
            discover(TargetProbe::check);
            if (canary.isPresent()) {
                discoverCanary(canary.get().address(), TargetProbe::check);
            }
            if (plan.load().resetKvCache) {
                resetCache(address, engine, "");
                canary.ifPresent(beside ->
                        resetCache(beside.address(), beside.discovery().engine().kind(), CANARY));
            }
            if (!pipe.isAttached()) {
                pipe.awaitBroker();
            }
        }

        @Override
        public void startApps() {
            if (!pipe.isAttached()) {
                pipe.startApp(Part.AGGREGATOR);
                pipe.startApp(Part.DETECTOR);
            }
        }

        @Override
        public void awaitApps() throws InterruptedException {
            if (!pipe.isAttached()) {
                pipe.awaitApp(Part.AGGREGATOR);
                pipe.awaitApp(Part.DETECTOR);
            }
        }

        /** After the short answer, which is a prompt, too. */
        private void resetCache(TargetAddress of, Engine.Kind kind, String who) {
            switch (new PrefixCacheReset(of).reset(kind)) {
                case StepOutcome.Failed failed ->
                    throw new StackFailure(CheckExit.of(failed.kind()), "--reset-kv-cache: " + who + failed.line());
                case StepOutcome.Passed passed -> view.line("  cache     " + who + passed.detail());
                case StepOutcome.Skipped skipped -> view.line("  cache     " + who + skipped.why());
            }
        }
    }

    /** A look at the target, with the short answer or without. */
    @FunctionalInterface
    private interface Probing {
        ProbeReport with(TargetProbe probe) throws InterruptedException;
    }

    /** @throws CommandFailure if the target cannot be asked as it was said; nothing is sent */
    private TargetProbe probe() {
        return probe(address);
    }

    private TargetProbe probe(TargetAddress of) {
        try {
            return new TargetProbe(
                    of, SystemTime::monotonicNanos, System.getenv().getOrDefault("PATH", ""), waited);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private Discovery discover(Probing probing) throws InterruptedException {
        return discovered(address, probing.with(probe()), "");
    }

    /** The canary, where there is one; the same model, unless it may be another. */
    private Optional<CanaryTarget> canary(Discovery beside) throws InterruptedException {
        if (plan.canary().isEmpty()) {
            return Optional.empty();
        }
        List<String> vary = plan.judgement().vary;
        TargetAddress canary = CanaryTarget.address(plan.options().canary, address, beside, vary);
        view.progress("looking at the canary " + canary.url().base());
        ProbeReport report = probe(canary).discover();
        if (plan.options().canary.model == null
                && report.failure()
                        .filter(failed -> failed.kind() == FailureKind.MODEL_MISSING)
                        .isPresent()) {
            throw CommandFailure.usage("--canary-url: the canary does not serve '" + beside.model()
                    + "', the model of --url: name its own with --canary-model; another model is other work, which"
                    + " --vary model compares anyway");
        }
        Discovery discovery = discovered(canary, report, CANARY);
        CanaryTarget.requireSame(beside.model(), discovery.model(), "--canary-url", vary);
        return Optional.of(new CanaryTarget(canary, discovery, plan.canary().get()));
    }

    private Discovery discoverCanary(TargetAddress canary, Probing probing) throws InterruptedException {
        return discovered(canary, probing.with(probe(canary)), CANARY);
    }

    /** @param who begins what is said of a failure */
    private static Discovery discovered(TargetAddress address, ProbeReport report, String who) {
        Optional<StepOutcome.Failed> failure = report.failure();
        if (failure.isPresent()) {
            throw new StackFailure(
                    CheckExit.of(failure.get().kind()), who + failure.get().line());
        }
        return report.discovery()
                .orElseThrow(() -> new StackFailure(
                        ExitCode.INFRASTRUCTURE,
                        who + address.url().base() + " cannot be measured: ./plumb check --url "
                                + address.url().base() + " shows what was tried"));
    }

    /** A class of a workload, a tenant and a variant each make a series. */
    private RunSeries series(Discovery discovery, Environment environment) {
        Series whole = whole(discovery, environment);
        try {
            return RunSeries.of(
                    whole,
                    plan.parts(),
                    plan.canary().isPresent() ? List.of(whole.variant(), CanaryOptions.VARIANT) : List.of());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private List<Budget> budgets(RunSeries series) {
        try {
            return plan.budgets(series);
        } catch (RunPlan.Wrong e) {
            throw CommandFailure.usage(e.option() + " " + e.getMessage());
        }
    }

    private Series whole(Discovery discovery, Environment environment) {
        if (discovery.model().isEmpty()) {
            throw CommandFailure.usage(
                    "an API that is described does not say which model answers: name it with --model");
        }
        String name = plan.judgement().targetName == null
                ? discovery.url().host() + ":" + discovery.url().port()
                : plan.judgement().targetName;
        try {
            return new Series(
                    new ComparisonGroup(
                            name,
                            discovery.model(),
                            plan.judgement().scenario,
                            plan.loadPoint(),
                            plan.judgement().tenant),
                    plan.judgement().variant,
                    Optional.of(ConditionsDigest.of(environment.conditions())));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    /** Discovered facts, those that the user states (which win), and what the load itself is. */
    private Environment environment(Discovery discovery, Optional<CanaryTarget> canary, PromptUnit unit) {
        Map<String, String> subject = new TreeMap<>(discovery.facts().subject());
        canary.ifPresent(beside -> subject.putAll(beside.subject(discovery)));
        subject.putAll(plan.judgement().metadata);
        Map<String, String> conditions = new TreeMap<>(discovery.facts().conditions());
        LoadOptions load = plan.load();
        conditions.putAll(plan.workload().conditions(load));
        conditions.putAll(unit.conditions());
        conditions.putAll(plan.generation().generation().conditions());
        if (load.batch > 1) {
            conditions.put(Batch.NAME, plan.batch(discovery.endpointType()).words());
        }
        conditions.put("streaming", Boolean.toString(load.streaming));
        conditions.put("seed", Long.toString(load.seed));
        conditions.put("cache", plan.cache().name());
        if (load.resetKvCache) {
            conditions.put("kvCacheReset", "true");
        }
        plan.ownPrompts().ifPresent(own -> {
            conditions.remove("promptTokens");
            conditions.remove("promptTokensDeviation");
            conditions.putAll(own.conditions());
        });
        plan.trace().ifPresent(trace -> conditions.putAll(trace.replay().conditions()));
        conditions.putAll(plan.options().shape.conditions(plan.duration()));
        canary.ifPresent(beside -> conditions.put(CanaryTarget.CONDITION, CanaryTarget.condition(beside.split())));
        address.wanted()
                .generic()
                .ifPresent(api -> conditions.put(
                        "genericApi", Integer.toHexString(api.toString().hashCode())));
        conditions.putAll(plan.judgement().conditions);
        return new Environment(subject, conditions);
    }

    private JudgementSettings settings() {
        return new JudgementSettings(
                threshold, JudgementSettings.defaults().runNoise(), new HashSet<>(plan.judgement().vary));
    }

    private void introduce(
            Discovery discovery,
            Optional<CanaryTarget> canary,
            PromptUnit unit,
            RunSeries series,
            LocalPipe pipe,
            Baselines baselines) {
        ComparisonGroup group = series.whole().group();
        view.line("  run       " + plan.runId() + "   " + group.model() + " / " + group.scenario() + " / "
                + group.loadPoint().key() + " / " + series.whole().variant());
        view.line("  target    " + discovery.url().base() + "   " + discovery.engine() + ", "
                + discovery.endpointType().shortName());
        canary.ifPresent(beside -> {
            view.line("  canary    " + beside.discovery().url().base() + "   "
                    + beside.discovery().engine() + ", " + beside.words());
            if (address.credentials().apiKey().isPresent()
                    && beside.address().credentials().apiKey().isEmpty()) {
                view.line("  note      the key of --url is not sent to another host: give the canary's with"
                        + " --canary-header");
            }
        });
        if (series.areSeveral()) {
            view.line("  series    "
                    + series.parts().stream().map(series::name).collect(Collectors.joining(", "))
                    + ": each is measured and judged apart");
        }
        Batch batch = plan.batch(discovery.endpointType());
        if (batch.areSeveral()) {
            view.line("  batch     " + batch.words()
                    + (batch.isOneRequest()
                            ? ""
                            : ", as endpoint type " + discovery.endpointType().shortName()
                                    + " takes one prompt in a request")
                    + "; load and counts are of batches");
        }
        view.line("  stack     "
                + (cluster.isPresent()
                        ? "Kafka at " + pipe.bootstrapServers()
                        : pipe.isAttached() ? "the one of 'plumb up', " + pipe.bootstrapServers() : "its own")
                + "   windows of " + DurationConverter.format(pipe.window()));
        if (!unit.text().isEmpty()) {
            view.line("  lengths   in " + unit.text());
        }
        plan.ownPrompts()
                .ifPresent(own -> titled("  prompts   ", own.lines(discovery, plan.isSentAsItIs(), requests())));
        String title = "  baseline  ";
        for (String line : baselines.lines(series, plan.duration(), pipe.window(), settings())) {
            view.line(title + line);
            title = " ".repeat(title.length());
        }
        if (cluster.isPresent() && plan.stack().threshold != null) {
            view.line(
                    "  note      --threshold is for the comparison of runs; the detector of that cluster has its own");
        }
        List<String> unknown = discovery.facts().unknown().stream()
                .filter(fact -> !plan.judgement().metadata.containsKey(fact)
                        && !plan.judgement().conditions.containsKey(fact))
                .toList();
        if (!unknown.isEmpty()) {
            view.line("  unknown   " + String.join(", ", unknown) + ": state them with --metadata or --condition");
        }
    }

    private void titled(String title, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            view.line((i == 0 ? title : " ".repeat(title.length())) + lines.get(i));
        }
    }

    private Optional<Long> requests() {
        return Optional.ofNullable(plan.load().requestCount);
    }

    /** What an undecided run counts as is a matter of the exit code only: its record stays undecided, and never green. */
    static int exitCode(RunEnding ending, Decision decision, Inconclusive inconclusive) {
        if (ending instanceof RunEnding.Interrupted) {
            return ExitCode.INTERRUPTED;
        }
        return inconclusive.exitCode(decision);
    }

    /** Judges by the plan and tells the topic of runs. */
    private final class Judging implements RunSession.Judge {

        private final List<RunBaseline> baselines;
        private final List<Budget> budgets;
        private final Map<String, Object> kafkaClient;

        Judging(List<RunBaseline> baselines, List<Budget> budgets, Map<String, Object> kafkaClient) {
            this.baselines = baselines;
            this.budgets = budgets;
            this.kafkaClient = kafkaClient;
        }

        @Override
        public RunVerdict judge(RunResult result) {
            RunVerdict verdict = WholeRunJudge.judge(result, baselines, budgets, settings(), plan.canary());
            return verdict.decision() == Decision.INCONCLUSIVE && plan.judgement().inconclusive != Inconclusive.keep
                    ? undecided(verdict)
                    : verdict;
        }

        private RunVerdict undecided(RunVerdict verdict) {
            return verdict.withHeadline(verdict.headline() + " (the exit code counts it as "
                    + plan.judgement().inconclusive + ": --inconclusive)");
        }

        @Override
        public Optional<String> publish(RunResult result, RunVerdict verdict) {
            return RunTopic.publish(kafkaClient, result, verdict);
        }
    }

    /** Closes what may not be there. */
    private record OptionalResource<T extends AutoCloseable>(Optional<T> value) implements AutoCloseable {
        @Override
        public void close() {
            value.ifPresent(there -> {
                try {
                    there.close();
                } catch (Exception e) {
                    // The lock goes with this process whatever happens here, and the run's decision is not concerned.
                    return;
                }
            });
        }
    }
}
