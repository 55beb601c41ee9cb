package dev.plumbline.cli.judge;

import dev.plumbline.cli.history.BaselineChoice;
import dev.plumbline.cli.history.RunStore;
import dev.plumbline.cli.measured.BadFile;
import dev.plumbline.cli.measured.MeasuredFiles;
import dev.plumbline.cli.measured.Measurement;
import dev.plumbline.cli.measured.Measurement.OfBaseline;
import dev.plumbline.cli.measured.Measurement.OfRequests;
import dev.plumbline.cli.measured.Measurement.OfSummary;
import dev.plumbline.cli.measured.Measurement.OfValues;
import dev.plumbline.cli.measured.OwnRuns;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.run.JudgementSettings;
import dev.plumbline.judgement.run.RunBaseline;
import dev.plumbline.judgement.run.ValuesJudge;
import dev.plumbline.judgement.run.ValuesJudge.Quantity;
import dev.plumbline.judgement.run.ValuesJudge.Values;
import dev.plumbline.reports.Judgement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** From names of files and runs to a verdict on them. */
final class FileJudge {

    /** What a number without unit of time is in a histogram: its resolution is a billionth of a thousand. */
    private static final double PER_PLAIN_NUMBER = 1e6;

    private final JudgeOptions options;
    private final RunStore store;
    private final MeasuredFiles files;

    FileJudge(JudgeOptions options, RunStore store) {
        this.options = options;
        this.store = store;
        this.files = new MeasuredFiles(
                options.nanosPerUnit().orElse(PER_PLAIN_NUMBER),
                options.nanosPerUnit().isPresent()
                        ? "name a smaller --unit"
                        : "divide all of them, or name their --unit where they are durations");
    }

    /**
     * The verdict on some files.
     *
     * @param baselines names of what they are held against; none where there are budgets only
     * @throws BadFile for a file that cannot be used, and for files that are not of one kind
     * @throws dev.plumbline.cli.outcome.CommandFailure with exit code 2 for a run that there is not
     */
    Judgement judge(List<String> candidates, List<String> baselines) {
        List<Measurement> now = candidates.stream().flatMap(this::read).toList();
        List<String> runs = baselines.stream()
                .filter(name -> name.equals(BaselineChoice.LAST_GREEN))
                .toList();
        List<Measurement> before = baselines.stream()
                .filter(name -> !runs.contains(name))
                .flatMap(this::read)
                .toList();
        List<String> notes = new ArrayList<>();
        RunVerdict verdict = verdict(now, before, !runs.isEmpty(), notes);
        return new Judgement(
                now.stream().map(Measurement::name).toList(),
                Stream.concat(before.stream().map(Measurement::name), runs.stream())
                        .toList(),
                verdict,
                notes);
    }

    private Stream<Measurement> read(String name) {
        Path path = Path.of(name);
        return Files.exists(path) || !isOfStore(name)
                ? files.read(path).stream()
                : Stream.of(OwnRuns.of(BaselineChoice.stored(name, store).result()));
    }

    private boolean isOfStore(String name) {
        return name.equals("last") || store.pins().containsKey(name) || store.has(name);
    }

    private RunVerdict verdict(
            List<Measurement> now, List<Measurement> before, boolean isLastGreenAsked, List<String> notes) {
        List<OfSummary> summaries = Stream.concat(now.stream(), before.stream())
                .filter(OfSummary.class::isInstance)
                .map(OfSummary.class::cast)
                .toList();
        if (!summaries.isEmpty()) {
            return undecided(summaries);
        }
        List<OfValues> values = only(OfValues.class, now, before);
        if (!values.isEmpty()) {
            if (isLastGreenAsked || before.isEmpty()) {
                throw new BadFile(values.get(0).name()
                        + " holds bare numbers, which are held against bare numbers: name" + " a list as --baseline");
            }
            return ofValues(now, before, notes);
        }
        List<OfRequests> candidates = now.stream()
                .map(one -> {
                    if (one instanceof OfRequests requests) {
                        return requests;
                    }
                    throw new BadFile(one.name() + " is a baseline of a detector: name it as --baseline");
                })
                .toList();
        OfRequests candidate = Pooled.of(candidates);
        JudgementSettings settings = new JudgementSettings(
                options.threshold, JudgementSettings.defaults().runNoise(), new HashSet<>(options.vary));
        List<RunBaseline> green = isLastGreenAsked ? lastGreen(candidate) : List.of();
        return new RequestContest(candidate, options.parsedBudgets(), settings, notes)
                .against(
                        before.stream()
                                .filter(OfRequests.class::isInstance)
                                .map(OfRequests.class::cast)
                                .toList(),
                        before.stream()
                                .filter(OfBaseline.class::isInstance)
                                .map(OfBaseline.class::cast)
                                .toList(),
                        green);
    }

    /** All of them, where one is of a kind; bare numbers are never held against requests. */
    private static <T extends Measurement> List<T> only(
            Class<T> kind, List<Measurement> now, List<Measurement> before) {
        List<Measurement> all = Stream.concat(now.stream(), before.stream()).toList();
        List<T> found = all.stream().filter(kind::isInstance).map(kind::cast).toList();
        Optional<Measurement> other =
                all.stream().filter(one -> !kind.isInstance(one)).findFirst();
        if (!found.isEmpty() && other.isPresent()) {
            throw new BadFile(found.get(0).name() + " holds bare numbers, "
                    + other.get().name() + " requests: judge like with like");
        }
        return found;
    }

    private static RunVerdict undecided(List<OfSummary> summaries) {
        OfSummary first = summaries.get(0);
        return new RunVerdict(
                Decision.INCONCLUSIVE,
                "cannot tell: " + first.name() + " holds percentiles and means only, which have no interval; what was"
                        + " measured of each request is written by " + first.remedy()
                        + (summaries.size() > 1
                                ? "; the same holds for " + summaries.get(1).name()
                                : ""),
                Optional.empty(),
                List.of());
    }

    private RunVerdict ofValues(List<Measurement> now, List<Measurement> before, List<String> notes) {
        boolean isDuration = options.nanosPerUnit().isPresent();
        Quantity quantity = new Quantity(
                options.metric,
                isDuration ? "ns" : options.unit == null ? "" : options.unit,
                !options.higherIsBetter,
                isDuration ? 1 : PER_PLAIN_NUMBER);
        notes.add("bare numbers tell no times: their order is taken for the order in which they were measured, and"
                + " neighbours that resemble each other widen the interval; shuffled or sorted lists pass for what they"
                + " are not");
        List<Histogram> blocks =
                now.stream().flatMap(one -> blocks(one).stream()).toList();
        return ValuesJudge.judge(
                quantity,
                new Values(blocks),
                before.stream().map(one -> new Values(blocks(one))).toList(),
                new JudgementSettings(
                        options.threshold, JudgementSettings.defaults().runNoise(), Set.of()));
    }

    private static List<Histogram> blocks(Measurement values) {
        return values instanceof OfValues list ? list.blocks() : List.of();
    }

    private List<RunBaseline> lastGreen(OfRequests candidate) {
        if (candidate.run().environment().conditions().isEmpty()) {
            throw new BadFile(candidate.name() + " is no stored run of Plumbline, and " + BaselineChoice.LAST_GREEN
                    + " is known of those only: name a file as --baseline");
        }
        return BaselineChoice.resolve(
                BaselineChoice.LAST_GREEN,
                store,
                new BaselineChoice.Candidate(
                        candidate.run().identity().runId(),
                        candidate.run().identity().series().group(),
                        candidate.run().environment(),
                        new HashSet<>(options.vary)));
    }
}
