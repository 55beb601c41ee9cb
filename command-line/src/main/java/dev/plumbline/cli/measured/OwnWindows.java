package dev.plumbline.cli.measured;

import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.ExcludedPart;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.result.SeriesResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Our own {@code windows.jsonl}: records of the windows topic, corrections added to what they correct. The first and the last window of
 * a series are parts of one, as those of a run.
 */
final class OwnWindows implements Format {

    /** Most windows of one file: a week of ten-second windows of one series. */
    private static final int MOST = 70_000;

    @Override
    public boolean isOne(Set<String> head) {
        return head.contains("id.startEpochMillis") && head.contains("revision");
    }

    private record Sum(WindowSummary measured, ExcludedPart excluded) {
        Sum plus(Sum other) {
            return new Sum(measured.plus(other.measured), excluded.plus(other.excluded));
        }
    }

    @Override
    public List<Measurement> read(Source source) throws IOException {
        Map<Series, TreeMap<Long, Sum>> all = new LinkedHashMap<>();
        long lengthMillis = 0;
        int windows = 0;
        try (Lines lines = new Lines(source)) {
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                WindowRecord record = decode(line.get(), lines.where());
                if (lengthMillis != 0 && record.id().lengthMillis() != lengthMillis) {
                    throw new BadFile(lines.where() + " is a window of "
                            + record.id().lengthMillis() + " ms, those before are of " + lengthMillis
                            + " ms: judge windows of one length");
                }
                lengthMillis = record.id().lengthMillis();
                Sum sum = new Sum(record.delta(), record.excluded());
                Sum held = all.computeIfAbsent(record.id().series(), ignored -> new TreeMap<>())
                        .merge(record.id().startEpochMillis(), sum, Sum::plus);
                windows += held == sum ? 1 : 0;
                if (windows > MOST) {
                    throw new BadFile(source.name() + " holds more than " + MOST + " windows: judge a part of it");
                }
            }
        }
        if (all.isEmpty()) {
            throw new BadFile(source.name() + " holds no window");
        }
        return List.of(measurement(source.name(), all, lengthMillis));
    }

    private static WindowRecord decode(byte[] line, String where) {
        return switch (Codec.WINDOWS.decode(line)) {
            case Decoded.Value<WindowRecord> value -> value.value();
            case Decoded.Undecodable<WindowRecord> bad ->
                throw new BadFile(where + " is no window: " + bad.reason()
                        + "; where the file was cut off, take the last line out");
        };
    }

    private static Measurement measurement(String name, Map<Series, TreeMap<Long, Sum>> all, long lengthMillis) {
        Series first = all.keySet().iterator().next();
        long start = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        List<SeriesResult> series = new ArrayList<>();
        for (Map.Entry<Series, TreeMap<Long, Sum>> one : all.entrySet()) {
            start = Math.min(start, one.getValue().firstKey());
            end = Math.max(end, one.getValue().lastKey() + lengthMillis);
            List<RunWindow> windows = windows(one.getValue(), lengthMillis);
            series.add(new SeriesResult(
                    one.getKey(),
                    one.getKey().group().scenario() + " " + one.getKey().group().tenant() + " "
                            + one.getKey().variant() + " "
                            + one.getKey().group().loadPoint().key(),
                    totals(windows),
                    windows,
                    0,
                    Optional.empty(),
                    OptionalLong.empty()));
        }
        List<RunWindow> only = series.size() == 1 ? series.get(0).windows() : List.of();
        RunResult run = new RunResult(
                new RunIdentity(name, first, "URL", start, end, lengthMillis),
                Map.of(),
                new Environment(Map.of(), Map.of()),
                new RunEnding.Completed(),
                totals(series.stream().flatMap(one -> one.windows().stream()).toList()),
                only,
                List.of(),
                0,
                Optional.empty(),
                List.of(),
                OptionalLong.empty(),
                series.size() == 1 ? List.of() : series);
        return new Measurement.OfRequests(name, run, OwnRuns.facts(run), List.of());
    }

    private static List<RunWindow> windows(TreeMap<Long, Sum> sums, long lengthMillis) {
        List<RunWindow> windows = new ArrayList<>();
        sums.forEach((start, sum) -> windows.add(new RunWindow(
                start,
                lengthMillis,
                sum.measured(),
                sum.excluded(),
                WindowRecord.coverage(sum.measured(), sum.excluded()),
                start.equals(sums.firstKey()) || start.equals(sums.lastKey()))));
        return windows;
    }

    private static RunTotals totals(List<RunWindow> windows) {
        long count = windows.stream()
                .mapToLong(window -> window.measured().requests().total())
                .sum();
        long offered = windows.stream()
                .mapToLong(window -> window.measured().offered())
                .sum();
        return new RunTotals(offered, count, 0, count, Optional.empty(), OptionalDouble.empty());
    }
}
