package dev.plumbline.cli.measured;

import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunTotals.Cause;
import dev.plumbline.judgement.result.RunTotals.Heard;
import dev.plumbline.judgement.result.SeriesResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects the requests of a file while it is read, and makes a run of them. A file that holds several loads, or several series, has a
 * part for each: they are never pooled.
 */
final class RequestTally {

    /** Where no address is known, in what a person is told to type. */
    private static final String NO_URL = "URL";

    private static final String UNKNOWN = "unknown";
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Most parts of one file: each is judged and told by itself. */
    private static final int MOST_PARTS = 100;

    private final String name;
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Map<String, String> facts = new TreeMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private Optional<LoadPoint> load = Optional.empty();

    RequestTally(String name) {
        this.name = name;
    }

    private static final class Part {
        private final WindowGrid grid = new WindowGrid();
        private final Map<FailureKind, Long> failed = new EnumMap<>(FailureKind.class);
        private final Map<FailureKind, String> words = new EnumMap<>(FailureKind.class);
        private long untimed;
    }

    /** Adds a request of the only part, or of one of several. */
    void add(String part, MeasuredRequest request) {
        Part to = parts.get(part);
        if (to == null) {
            if (parts.size() == MOST_PARTS) {
                throw new BadFile(
                        name + " holds more than " + MOST_PARTS + " loads or series: judge them in several files");
            }
            to = new Part();
            parts.put(part, to);
        }
        boolean isTimed = request.sentNanos().isPresent();
        to.grid.add(request, request.sentNanos().orElse(to.grid.requests() * NANOS_PER_SECOND), isTimed);
        to.untimed += isTimed ? 0 : 1;
        if (request.ended() instanceof Ended.Failed failure) {
            to.failed.merge(failure.kind(), 1L, Long::sum);
            if (!failure.words().isEmpty()) {
                to.words.putIfAbsent(failure.kind(), failure.words());
            }
        }
    }

    /** Something that has to be the same for a comparison; told again it wins. */
    void fact(String key, String value) {
        facts.put(key, value);
    }

    /** The load that it was measured under. */
    void load(LoadPoint point) {
        load = Optional.of(point);
        facts.put(Facts.LOAD, point.key());
    }

    void note(String sentence) {
        notes.add(sentence);
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    long requests() {
        return parts.values().stream().mapToLong(part -> part.grid.requests()).sum();
    }

    /** What was collected. */
    Measurement.OfRequests toMeasurement() {
        boolean isTimed = parts.values().stream().allMatch(part -> part.untimed == 0);
        if (!isTimed) {
            notes.add("it tells no times, so the order of its requests is taken for the order in time: neighbours that"
                    + " resemble each other widen the intervals, and rates are not compared");
        }
        // Rates are only compared where there is time to divide by, and one load.
        LoadPoint judged = isTimed && parts.size() == 1
                ? load.filter(Facts::isOfRates).orElse(new LoadPoint.Other(UNKNOWN))
                : new LoadPoint.Other(isTimed ? "several" : "untimed");
        Series whole = series(judged, "file");
        List<SeriesResult> several = new ArrayList<>();
        if (parts.size() > 1) {
            parts.forEach((title, part) -> several.add(new SeriesResult(
                    series(judged, "file." + title),
                    title,
                    totals(List.of(part)),
                    part.grid.windows(isTimed),
                    0,
                    Optional.empty(),
                    OptionalLong.empty())));
        }
        Part only = parts.values().iterator().next();
        RunResult run = new RunResult(
                new RunIdentity(
                        name,
                        whole,
                        facts.getOrDefault(Facts.URL, NO_URL),
                        parts.values().stream()
                                        .mapToLong(part -> part.grid.firstSentNanos())
                                        .min()
                                        .orElseThrow()
                                / NANOS_PER_MILLI,
                        parts.values().stream()
                                        .mapToLong(part -> part.grid.lastSentNanos())
                                        .max()
                                        .orElseThrow()
                                / NANOS_PER_MILLI,
                        1_000),
                Map.of(),
                new Environment(Map.of(), Map.of()),
                new RunEnding.Completed(),
                totals(List.copyOf(parts.values())),
                several.isEmpty() ? only.grid.windows(isTimed) : List.of(),
                List.of(),
                0,
                Optional.empty(),
                List.of(),
                OptionalLong.empty(),
                several);
        Map<String, String> compared = new TreeMap<>(facts);
        compared.remove(Facts.URL);
        return new Measurement.OfRequests(name, run, compared, List.copyOf(notes));
    }

    private Series series(LoadPoint point, String scenario) {
        return new Series(
                new ComparisonGroup(
                        UNKNOWN, label(facts.getOrDefault(Facts.MODEL, UNKNOWN)), label(scenario), point, "default"),
                "stable");
    }

    private static String label(String text) {
        String fit = text.isBlank() ? UNKNOWN : text;
        return fit.length() <= ComparisonGroup.MAX_LABEL_LENGTH
                ? fit
                : fit.substring(0, ComparisonGroup.MAX_LABEL_LENGTH);
    }

    private static RunTotals totals(List<Part> all) {
        long count = all.stream().mapToLong(part -> part.grid.requests()).sum();
        Map<FailureKind, Long> failed = new EnumMap<>(FailureKind.class);
        Map<FailureKind, String> words = new EnumMap<>(FailureKind.class);
        all.forEach(part -> {
            part.failed.forEach((kind, number) -> failed.merge(kind, number, Long::sum));
            part.words.forEach(words::putIfAbsent);
        });
        List<Cause> causes = failed.entrySet().stream()
                .map(entry ->
                        new Cause(entry.getKey(), entry.getValue(), Optional.ofNullable(words.get(entry.getKey()))))
                .sorted(Comparator.comparingLong(Cause::count).reversed())
                .toList();
        return new RunTotals(
                count,
                count,
                0,
                count,
                Optional.empty(),
                OptionalDouble.empty(),
                Optional.of(new Heard(causes, Map.of())));
    }
}
