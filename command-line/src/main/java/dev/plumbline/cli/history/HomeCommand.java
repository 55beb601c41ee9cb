package dev.plumbline.cli.history;

import dev.plumbline.cli.control.DecisionOptions;
import dev.plumbline.cli.kafka.KafkaOptions;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.RunningStack;
import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.cli.time.SystemTime;
import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.judgement.calibration.RunCalibration;
import dev.plumbline.judgement.calibration.UnfitSourceException;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.series.JudgementSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A subcommand about baselines, in either of their homes: the folder of runs, or, with {@code --kafka} or {@code --stack}, the topic
 * that the detectors of a cluster read.
 */
abstract class HomeCommand extends StoreCommand {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--stack",
            description = "In the local stack that plumb up keeps running, as --kafka would name it.")
    private boolean stack;

    /** The topic, where one was named; empty for the folder. */
    final Optional<TopicBaselines> topic() {
        Optional<Map<String, String>> named = kafka.clientProperties();
        if (stack && named.isPresent()) {
            throw wrong("--stack and --kafka name two clusters: give one of them");
        }
        return named.or(() -> stack ? Optional.of(kafka.orLocalStack()) : Optional.empty())
                .map(TopicBaselines::new);
    }

    /** The stack that was named with {@code --stack}. */
    final Optional<RunningStack> localStack() {
        return stack ? RunningStack.read(Installation.ofSystemProperties().home()) : Optional.empty();
    }

    /** A command by which somebody decides what others are held against. */
    abstract static class Deciding extends HomeCommand {

        @Mixin
        private DecisionOptions decision = new DecisionOptions();

        @Option(
                names = "--window",
                paramLabel = "TIME",
                converter = DurationConverter.class,
                description = {
                    "Length of the windows that the detector judges.",
                    "Default: that of the one windows topic there is."
                })
        private @Nullable Duration window;

        @Option(
                names = "--threshold",
                paramLabel = "SHARE",
                description = {"The detector's threshold effect, where it is not 0.1.", "Default: 0.1"})
        private @Nullable Double threshold;

        /** What is decided for detectors: it needs a reason. */
        final Decision forDetectors() {
            return decision.decision(SystemTime.epochMillis());
        }

        /** What is decided about a folder: it may have one. */
        final Decision forFolder() {
            if (decision.hasEnd()) {
                throw wrong("--until is for detectors (with --kafka or --stack): in a folder it holds until it is"
                        + " taken back");
            }
            if (decision.reason().isPresent()) {
                return decision.decision(SystemTime.epochMillis());
            }
            return new Decision(
                    System.getProperty("user.name", "unknown"),
                    "no reason was given",
                    SystemTime.epochMillis(),
                    OptionalLong.empty());
        }

        /** Makes baselines of runs, one for each series that they measured, and writes them where detectors read them. */
        final List<BaselineRecord> publish(TopicBaselines to, List<RunResult> runs, Kind kind) {
            Decision decided = forDetectors();
            List<BaselineRecord> made = made(runs, kind, decided, Optional.of(to));
            made.forEach(to::put);
            return made;
        }

        /** Baselines of runs, as a detector would take them; {@code to} names what they would take the place of. */
        final List<BaselineRecord> made(
                List<RunResult> runs, Kind kind, Decision decided, Optional<TopicBaselines> to) {
            List<BaselineRecord> before = to.map(TopicBaselines::all).orElse(List.of());
            RunResult newest = runs.getLast();
            long windowMillis = windowMillis(to, newest);
            List<BaselineRecord> made = new ArrayList<>();
            RunSeries measured = newest.measured();
            for (RunResult part : newest.parts()) {
                Series series = part.identity().series();
                if (measured.servedBeside(series).isPresent()) {
                    // A canary is what is asked about.
                    continue;
                }
                List<RunResult> same = runs.stream()
                        .flatMap(run -> run.parts().stream())
                        .filter(other -> isSame(other.identity().series(), series))
                        .toList();
                Optional<String> supersedes = before.stream()
                        .filter(one -> one.comparison().equals(series.comparison()) && one.kind() == kind)
                        .map(BaselineRecord::baselineId)
                        .findFirst();
                try {
                    made.add(RunCalibration.of(same, kind, decided, supersedes, windowMillis, settings()));
                } catch (UnfitSourceException e) {
                    throw CommandFailure.usage(String.valueOf(e.getMessage()));
                }
            }
            return made;
        }

        private static boolean isSame(Series one, Series other) {
            return one.comparison().equals(other.comparison()) && one.variant().equals(other.variant());
        }

        private long windowMillis(Optional<TopicBaselines> to, RunResult run) {
            if (window != null) {
                if (window.toMillis() < 1_000 || window.toMillis() % 1_000 != 0) {
                    throw wrong("--window is not a whole number of seconds; example: 10s");
                }
                return window.toMillis();
            }
            if (to.isEmpty()) {
                return run.identity().windowMillis();
            }
            return localStack()
                    .map(RunningStack::windowMillis)
                    .or(() -> to.get().window().map(Duration::toMillis))
                    .orElseThrow(() -> wrong("which windows does the detector judge? there is not one windows topic at"
                            + " that Kafka: say it with --window 10s"));
        }

        private JudgementSettings settings() {
            JudgementSettings usual = JudgementSettings.defaults();
            double effect = threshold != null
                    ? threshold
                    : localStack()
                            .map(up -> up.threshold().orElse(usual.thresholdEffect()))
                            .orElse(usual.thresholdEffect());
            try {
                return new JudgementSettings(
                        usual.baselineWindows(),
                        usual.skipWindows(),
                        effect,
                        usual.falseAlarmWindows(),
                        usual.judgedSeries(),
                        usual.burstWindows(),
                        usual.grossBurstWindows(),
                        usual.resolveWindows());
            } catch (IllegalArgumentException e) {
                throw wrong("--threshold: " + e.getMessage());
            }
        }
    }
}
