package dev.plumbline.cli.demo;

import dev.plumbline.cli.demo.DemoProgress.Stage;
import dev.plumbline.cli.feed.PipeFeed;
import dev.plumbline.cli.feed.PipeFeed.Events;
import dev.plumbline.cli.feed.PipeFeed.From;
import dev.plumbline.cli.feed.PipeListener;
import dev.plumbline.cli.number.CountConverter;
import dev.plumbline.cli.number.DecimalConverter;
import dev.plumbline.cli.number.WholeNumberConverter;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.run.Soundness;
import dev.plumbline.reports.Figures;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code plumb demo}: starts the whole pipe, learns a baseline, makes decode slower, and ends with the alert. */
@Command(
        name = "demo",
        description = {
            "The whole pipe on this machine: a baseline learned, a regression found.",
            "",
            "Starts a broker, a simulated inference server and the three apps as processes of their own,",
            "learns a baseline for a minute, makes decode slower on the server, and ends with an alert",
            "that explains itself. Takes about two minutes, needs nothing but a JDK, leaves nothing behind.",
            ""
        },
        footer = {
            "",
            "Exit codes:  0 found   1 an alert came before anything had changed   2 wrong usage",
            "             3 not found in time   4 a part did not start or was lost   130 interrupted"
        })
public final class DemoCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration SETTLE = Duration.ofSeconds(15);

    /** Windows to watch after the alert, so that metrics of the same cause can join it. */
    private static final long WINDOWS_AFTER_ALERT = 3;

    private static final Pattern ACKNOWLEDGED = Pattern.compile("acknowledged=(\\d+)");
    private static final Pattern LOST = Pattern.compile("\\blost=(\\d+)");

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Option(
            names = "--slower",
            defaultValue = "1.2",
            converter = DecimalConverter.class,
            paramLabel = "FACTOR",
            description = {
                "How much longer decode takes after the shift.",
                "Default: ${DEFAULT-VALUE}, that is 20 %% slower."
            })
    private double slower;

    @Option(
            names = "--concurrency",
            defaultValue = "8",
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {"Requests in flight.", "Default: ${DEFAULT-VALUE}"})
    private int concurrency;

    @Option(
            names = "--baseline-windows",
            defaultValue = "60",
            converter = WholeNumberConverter.class,
            paramLabel = "N",
            description = {"Windows of one second to learn from, 20 to 600.", "Default: ${DEFAULT-VALUE}"})
    private int baselineWindows;

    @Option(
            names = "--kafka-port",
            defaultValue = "0",
            converter = WholeNumberConverter.class,
            paramLabel = "PORT",
            description = {"Port of the broker, to look at the topics with your own tools.", "Default: a free one."})
    private int kafkaPort;

    @Option(
            names = "--target-port",
            defaultValue = "0",
            converter = WholeNumberConverter.class,
            paramLabel = "PORT",
            description = {"Port of the simulated server.", "Default: a free one."})
    private int targetPort;

    @Option(
            names = "--random-seed",
            defaultValue = "1",
            converter = CountConverter.class,
            paramLabel = "SEED",
            description = {"Seed of the server's timing and of the prompts.", "Default: ${DEFAULT-VALUE}"})
    private long seed;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Override
    public Integer call() throws InterruptedException {
        DemoPlan plan;
        try {
            plan = new DemoPlan(concurrency, slower, baselineWindows, 10, kafkaPort, targetPort, seed);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        return new Session(plan, new DemoView(Screen.ofProcess(out), plan)).run();
    }

    /** One run of the demo. */
    private static final class Session {

        private final DemoPlan plan;
        private final DemoView view;
        private final DemoProgress progress;
        private final long startEpochMillis;
        private final long startElapsedMillis;
        private OptionalLong shiftElapsedMillis = OptionalLong.empty();

        Session(DemoPlan plan, DemoView view) {
            this.plan = plan;
            this.view = view;
            this.progress = new DemoProgress(plan);
            this.startEpochMillis = SystemTime.epochMillis();
            this.startElapsedMillis = SystemTime.elapsedMillis();
        }

        int run() throws InterruptedException {
            view.introduce();
            view.starting("broker, target and apps");
            try (LocalPipe pipe = LocalPipe.start(plan.pipe(), Installation.ofSystemProperties())) {
                view.started(pipe, sinceStartMillis());
                try (PipeFeed feed =
                        new PipeFeed(pipe.kafkaClient(), DemoPlan.WINDOW, Events.LEFT_OUT, From.BEGINNING)) {
                    watch(pipe, feed);
                    return conclude(pipe, feed);
                }
            } catch (StackFailure failure) {
                view.clear();
                throw failure;
            }
        }

        private void watch(LocalPipe pipe, PipeFeed feed) throws InterruptedException {
            long lastWindow = Long.MAX_VALUE;
            while (progress.stage() != Stage.FALSE_ALARM && progress.windows() < lastWindow) {
                if (isTimeOver()) {
                    return;
                }
                pipe.failure().ifPresent(failure -> {
                    throw failure;
                });
                feed.poll(POLL, new Watching());
                if (progress.isShiftDue()) {
                    new TargetRegression(plan.regression()).switchOn(pipe.url(Part.TARGET), pipe.controlToken());
                    long at = SystemTime.epochMillis();
                    shiftElapsedMillis = OptionalLong.of(SystemTime.elapsedMillis());
                    progress.onShift(at);
                    view.shifted(at);
                }
                if (progress.stage() == Stage.FOUND && lastWindow == Long.MAX_VALUE) {
                    lastWindow = progress.windows() + WINDOWS_AFTER_ALERT;
                }
            }
        }

        private boolean isTimeOver() {
            return shiftElapsedMillis.isPresent()
                    ? SystemTime.elapsedMillis() - shiftElapsedMillis.getAsLong() > DemoPlan.FOUND_WITHIN.toMillis()
                    : sinceStartMillis() > plan.learnedWithin().toMillis();
        }

        /** What is heard until the alert. */
        private final class Watching implements PipeListener {

            @Override
            public void window(byte[] bytes, WindowRecord window) {
                onWindow(window);
            }

            @Override
            public void verdict(VerdictRecord verdict) {
                onVerdict(verdict);
            }

            @Override
            public void alert(byte[] bytes, AlertRecord alert) {
                progress.onAlert(alert);
            }
        }

        private void onWindow(WindowRecord window) {
            boolean started = progress.firstFullWindowEndEpochMillis().isPresent();
            progress.onWindow(window);
            if (!started && progress.firstFullWindowEndEpochMillis().isPresent()) {
                view.firstFullWindow(sinceStartMillis());
            }
            view.window(window, progress);
        }

        private void onVerdict(VerdictRecord verdict) {
            Stage before = progress.stage();
            progress.onJudged(verdict.baselineId().isPresent(), verdict.learning());
            if (before == Stage.LEARNING && progress.stage() == Stage.QUIET) {
                view.learned();
            }
            view.judged(verdict, progress);
        }

        /** Ends the load, waits until every acknowledged event is in a window, and says what came of it. */
        private int conclude(LocalPipe pipe, PipeFeed feed) throws InterruptedException {
            Stage stage = progress.stage();
            Optional<AlertRecord> alert = progress.alert();
            long conclusionMillis = sinceStartMillis();
            view.clear();
            alert.ifPresent(view::explain);
            view.starting("the end of the load: every acknowledged event must be in a window");
            String lastWords = pipe.end(Part.PRODUCER);
            OptionalLong acknowledged = number(ACKNOWLEDGED, lastWords);
            long deadlineNanos = SystemTime.monotonicNanos() + SETTLE.toNanos();
            while (progress.countedEvents() < acknowledged.orElse(Long.MAX_VALUE)
                    && SystemTime.monotonicNanos() < deadlineNanos) {
                feed.poll(POLL, new PipeListener() {
                    @Override
                    public void window(byte[] bytes, WindowRecord window) {
                        progress.onWindow(window);
                    }
                });
                pipe.failure().ifPresent(failure -> {
                    throw failure;
                });
            }
            view.clear();
            boolean exact = acknowledged.isPresent() && acknowledged.getAsLong() == progress.countedEvents();
            view.summarize(summary(stage, alert, conclusionMillis, acknowledged, number(LOST, lastWords), exact, feed));
            if (!exact) {
                return ExitCode.INFRASTRUCTURE;
            }
            return switch (stage) {
                case FOUND -> ExitCode.PASS;
                case FALSE_ALARM -> ExitCode.REGRESSION;
                case STARTING, LEARNING, QUIET, SHIFTED -> ExitCode.INCONCLUSIVE;
            };
        }

        private List<String> summary(
                Stage stage,
                Optional<AlertRecord> alert,
                long conclusionMillis,
                OptionalLong acknowledged,
                OptionalLong lost,
                boolean exact,
                PipeFeed feed) {
            Screen screen = view.screen();
            List<String> lines = new ArrayList<>();
            lines.add(screen.bold("  Summary"));
            lines.add("    result       " + result(stage, alert, screen));
            if (alert.isPresent() && progress.shiftEpochMillis().isPresent()) {
                long shift = progress.shiftEpochMillis().getAsLong();
                lines.add(String.format(
                        Locale.ROOT,
                        "    change point %s after the shift (its window began %s)",
                        signedSeconds(alert.get().sinceEpochMillis() - shift),
                        Figures.clock(alert.get().sinceEpochMillis())));
            }
            lines.add(String.format(
                    Locale.ROOT,
                    "    exactness    %s events acknowledged by Kafka, %s counted in %s windows%s%s",
                    acknowledged.isPresent() ? Figures.count(acknowledged.getAsLong()) : "an unknown number of",
                    Figures.count(progress.countedEvents()),
                    Figures.count(progress.windows()),
                    exact ? "" : screen.alarming("  NOT EQUAL"),
                    lost.orElse(0) > 0 ? ", " + lost.getAsLong() + " lost on the way to Kafka" : ""));
            if (feed.undecodable() > 0) {
                lines.add("    undecodable  " + feed.undecodable() + " records");
            }
            lines.add(String.format(
                    Locale.ROOT,
                    "    time         first full window %s, %s %s after the start",
                    progress.firstFullWindowEndEpochMillis().isPresent()
                            ? Figures.seconds(
                                    progress.firstFullWindowEndEpochMillis().getAsLong() - startEpochMillis)
                            : "never",
                    stage == Stage.FOUND ? "alert" : "end",
                    Figures.seconds(conclusionMillis)));
            lines.add("");
            lines.add("  The same pipe watches a real server: see README.md, \"Where to go next\".");
            return lines;
        }

        private String result(Stage stage, Optional<AlertRecord> alert, Screen screen) {
            return switch (stage) {
                case FOUND -> screen.reassuring("found") + " " + foundAfter(alert) + "; no alert before the shift";
                case FALSE_ALARM -> screen.alarming("an alert came before anything had changed");
                case STARTING -> "no full window within " + plan.learnedWithin().toSeconds() + " s";
                case LEARNING, QUIET ->
                    "the baseline was not learned within "
                            + plan.learnedWithin().toSeconds() + " s: " + progress.learnedWindows() + " of "
                            + plan.baselineWindows()
                            + " windows" + left();
                case SHIFTED ->
                    "not found within " + DemoPlan.FOUND_WITHIN.toSeconds() + " s of the shift: a slowdown of "
                            + Figures.change(plan.decodeFactor()) + " may be too small for so short a run";
            };
        }

        /** Why windows taught nothing, as far as their producer told. */
        private String left() {
            String reasons = Soundness.reasons(progress.excluded());
            return reasons.isEmpty()
                    ? ""
                    : ", in the others this machine was too busy to vouch for what it measured (" + reasons
                            + "): end other programs, or give it more cores";
        }

        private String foundAfter(Optional<AlertRecord> alert) {
            if (alert.isEmpty() || progress.shiftEpochMillis().isEmpty()) {
                return "";
            }
            return Figures.seconds(alert.get().atEpochMillis()
                            - progress.shiftEpochMillis().getAsLong())
                    + " after the shift";
        }

        private static String signedSeconds(long millis) {
            return String.format(Locale.ROOT, "%+.1f s", millis / 1e3);
        }

        private static OptionalLong number(Pattern pattern, String text) {
            Matcher matcher = pattern.matcher(text);
            OptionalLong last = OptionalLong.empty();
            while (matcher.find()) {
                last = OptionalLong.of(Long.parseLong(matcher.group(1)));
            }
            return last;
        }

        private long sinceStartMillis() {
            return SystemTime.elapsedMillis() - startElapsedMillis;
        }
    }
}
