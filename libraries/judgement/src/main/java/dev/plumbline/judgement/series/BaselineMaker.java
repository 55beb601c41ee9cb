package dev.plumbline.judgement.series;

import dev.plumbline.contract.control.Decision;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.BaselineRecord.Grade;
import dev.plumbline.contract.verdict.BaselineRecord.Kind;
import dev.plumbline.contract.verdict.BaselineRecord.Provenance;
import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.statistics.Norms;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Makes the record of a baseline, wherever its windows come from: a detector's own, or stored runs. */
public final class BaselineMaker {

    /** Fewest windows that a baseline can be made of; below 60 it is rather uncertain. */
    public static final int FEWEST_WINDOWS = 20;

    private BaselineMaker() {}

    /**
     * A baseline of windows that were measured before, with the numbers and the grade that a detector would have learned from
     * them. All of them go in but for the oldest few, where they do not divide into equal blocks.
     *
     * @param windows valid ones of one series in order, of equal length, {@value #FEWEST_WINDOWS} or more
     * @param settings how a detector judges against it
     * @throws IllegalArgumentException if there are too few windows, their lengths differ, or their load is one under which windows
     *     do not compare
     */
    public static BaselineRecord of(
            List<WindowRecord> windows, Kind kind, Optional<Provenance> provenance, JudgementSettings settings) {
        if (windows.size() < FEWEST_WINDOWS) {
            throw new IllegalArgumentException(
                    windows.size() + " windows, " + FEWEST_WINDOWS + " are needed for a baseline");
        }
        long length = windows.getFirst().id().lengthMillis();
        if (windows.stream().anyMatch(window -> window.id().lengthMillis() != length)) {
            throw new IllegalArgumentException("windows of different lengths");
        }
        ChangingLoad.reason(windows.getFirst().id()).ifPresent(why -> {
            throw new IllegalArgumentException(why);
        });
        List<LearnedBlock> blocks = blocks(windows);
        WindowRecord last = windows.getLast();
        BaselineLearner.Fit fit = fit(blocks, last, settings);
        return record(
                fit,
                kind,
                last.id().series(),
                new Span(
                        blocks.getFirst().startEpochMillis(),
                        last.id().endEpochMillis(),
                        last.id().lengthMillis(),
                        fit.windows()),
                Optional.empty(),
                provenance);
    }

    /** A baseline that somebody chose, from wherever it comes: its place in a topic is not here. */
    public static BaselineRecord chosen(BaselineRecord there, Decision decision) {
        BaselineRecord.Learned learned = there.learned();
        Optional<Provenance> provenance = Optional.of(new Provenance(
                there.provenance().map(Provenance::sources).orElse(List.of()),
                Optional.of(decision),
                Optional.of(there.baselineId())));
        return new BaselineRecord(
                id(Kind.PINNED, learned.from(), learned.untilEpochMillis(), provenance),
                there.group(),
                Kind.PINNED,
                new BaselineRecord.Learned(
                        learned.from(),
                        Optional.empty(),
                        learned.fromEpochMillis(),
                        learned.untilEpochMillis(),
                        learned.windowLengthMillis(),
                        learned.windows()),
                there.grade(),
                there.gradeReasons(),
                there.merged(),
                there.calibrations(),
                there.work(),
                provenance);
    }

    /** Why nothing can be held against a baseline; empty where it is one. */
    public static Optional<String> whyUnfit(BaselineRecord baseline) {
        return whyUnfit(baseline.grade(), baseline.gradeReasons(), baseline.merged());
    }

    static Optional<String> whyUnfit(Grade grade, List<String> reasons, WindowSummary merged) {
        if (grade == Grade.D) {
            return Optional.of(String.join("; ", reasons));
        }
        // Frozen, errors would never be judged again.
        long failed = merged.requests().failedTotal();
        long ended = Measure.ended(merged);
        return failed > Norms.HIGHEST_ERROR_SHARE * ended
                ? Optional.of(
                        BaselineLearner.percent((double) failed / ended) + " of the requests failed: that is no norm")
                : Optional.empty();
    }

    static BaselineLearner.Fit fit(List<LearnedBlock> blocks, WindowRecord last, JudgementSettings settings) {
        return BaselineLearner.fit(
                blocks,
                last.id().lengthMillis() / 1e3,
                Measure.judgedUnder(last.id().series().group().loadPoint()),
                settings);
    }

    /**
     * The windows that went in.
     *
     * @param windows how many
     */
    record Span(long fromEpochMillis, long untilEpochMillis, long windowLengthMillis, long windows) {}

    static BaselineRecord record(
            BaselineLearner.Fit fit,
            Kind kind,
            Series series,
            Span span,
            Optional<SourcePosition> through,
            Optional<Provenance> provenance) {
        return new BaselineRecord(
                id(kind, series, span.untilEpochMillis(), provenance),
                series.group(),
                kind,
                new BaselineRecord.Learned(
                        series,
                        through,
                        span.fromEpochMillis(),
                        span.untilEpochMillis(),
                        span.windowLengthMillis(),
                        span.windows()),
                fit.grade(),
                fit.reasons(),
                fit.merged(),
                fit.calibrations(),
                fit.work(),
                provenance);
    }

    /** What is chosen again later is another baseline, though its windows are the same: somebody else says why. */
    private static String id(Kind kind, Series series, long untilEpochMillis, Optional<Provenance> provenance) {
        CRC32C crc = new CRC32C();
        crc.update(series.comparison().getBytes(StandardCharsets.UTF_8));
        String word = switch (kind) {
            case LEARNED -> "learned";
            case ROLLING -> "rolling";
            case PINNED -> "pinned";
            case LAST_GREEN -> "last-green";
            case CANARY -> "canary";
        };
        long at = provenance
                .flatMap(Provenance::decision)
                .filter(decision -> kind != Kind.LEARNED)
                .map(decision -> decision.atEpochMillis())
                .orElse(untilEpochMillis);
        return String.format("%s-%08x-%s", word, crc.getValue(), Instant.ofEpochMilli(at));
    }

    /** Up to as many as a detector keeps one by one, each its own; else 36 equal ones of the newest. */
    private static List<LearnedBlock> blocks(List<WindowRecord> windows) {
        int each = windows.size() <= Learning.WINDOWS_OF_A_SHORT_SPAN
                ? 1
                : windows.size() / Learning.BLOCKS_OF_A_LONG_SPAN;
        int count =
                each == 1 ? Math.min(windows.size(), Learning.WINDOWS_OF_A_SHORT_SPAN) : Learning.BLOCKS_OF_A_LONG_SPAN;
        List<LearnedBlock> blocks = new ArrayList<>();
        for (int from = windows.size() - count * each; from < windows.size(); from += each) {
            LearnedBlock block = LearnedBlock.of(windows.get(from));
            for (WindowRecord next : windows.subList(from + 1, from + each)) {
                block = block.plus(LearnedBlock.of(next));
            }
            blocks.add(block);
        }
        return blocks;
    }
}
