package dev.plumbline.judgement.leak;

import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.LeakFinding;
import dev.plumbline.contract.verdict.LeakFinding.Growth;
import dev.plumbline.contract.verdict.LeakFinding.Quantity;
import dev.plumbline.contract.verdict.LeakProgress.Track;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.RequestCounts;
import dev.plumbline.judgement.statistics.ErrorShare;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Reads from numbers block by block what grows, when it will be too much, and how to say it. */
final class Growths {

    static final double HOUR_MILLIS = 3_600_000;

    /** What is written down in ten-thousandths is known no better. */
    private static final double SCATTER = 0.0005;

    /** Growth of memory below this is how full it happens to be. */
    private static final double LEAST_OF_MEMORY = 0.01;

    private static final double FULL = 1;

    /** What will be too much in more than a day is not said: until then much else happens. */
    private static final double HORIZON_HOURS = 24;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final BaselineRecord baseline;
    private final double threshold;
    private final long firstEpochMillis;
    private final long blockMillis;

    /**
     * @param threshold relative change that counts as a regression
     * @param firstEpochMillis start of the block with number 0
     */
    Growths(BaselineRecord baseline, double threshold, long firstEpochMillis, long blockMillis) {
        this.baseline = baseline;
        this.threshold = threshold;
        this.firstEpochMillis = firstEpochMillis;
        this.blockMillis = blockMillis;
    }

    /** The median time to the first token of a baseline; empty where it has none. */
    static OptionalLong median(BaselineRecord baseline) {
        return baseline.merged().latency(LatencyMetric.TTFT).quantileNanos(0.5);
    }

    Optional<LeakFinding> of(List<Track> tracks) {
        List<Growth> growths = new ArrayList<>();
        tracks.forEach(track -> of(track).ifPresent(growths::add));
        growths.sort(
                Comparator.comparingLong(growth -> growth.reachesEpochMillis().orElse(Long.MIN_VALUE)));
        return growths.isEmpty()
                ? Optional.empty()
                : Optional.of(new LeakFinding(
                        growths, growths.stream().map(Growths::words).collect(Collectors.joining("; "))));
    }

    private Optional<Growth> of(Track track) {
        int n = track.blocks().size();
        if (n < Line.FEWEST) {
            return Optional.empty();
        }
        double[] hours = new double[n];
        double[] values = new double[n];
        RequestCounts counts = baseline.merged().requests();
        long ended = counts.completed() + counts.failedTotal();
        double usual = track.quantity() == Quantity.ERRORS && ended > 0 ? (double) counts.failedTotal() / ended : 0;
        for (int i = 0; i < n; i++) {
            hours[i] = track.blocks().get(i) * (blockMillis / HOUR_MILLIS);
            values[i] = track.tenThousandths().get(i) / 1e4 - usual;
        }
        return switch (track.quantity()) {
            case TTFT ->
                Line.through(hours, values, true, SCATTER)
                        .filter(line -> grows(line, Math.log1p(threshold / 2)))
                        .filter(line -> line.end() >= Math.log1p(threshold / 2))
                        .flatMap(line -> growth(
                                track,
                                line,
                                Math.expm1(line.slope()),
                                Math.expm1(line.end()),
                                Math.log1p(1.5 * threshold) - line.end(),
                                1.5 * threshold));
            case GPU_MEMORY ->
                Line.through(hours, values, false, SCATTER)
                        .filter(line -> grows(line, LEAST_OF_MEMORY))
                        .flatMap(line -> growth(track, line, line.slope(), line.end(), FULL - line.end(), FULL));
            case ERRORS -> {
                double most = ErrorShare.worse(ErrorShare.upper95(counts.failedTotal(), ended))
                        .changed();
                yield Line.through(hours, values, true, SCATTER)
                        .filter(line -> grows(line, (most - usual) / 2))
                        .flatMap(line ->
                                growth(track, line, line.slope(), line.end() + usual, most - usual - line.end(), most));
            }
            case OTHER -> Optional.empty();
        };
    }

    private static boolean grows(Line line, double least) {
        return line.end() - line.start() >= least;
    }

    /** @param left until the limit, in the unit of the line */
    private Optional<Growth> growth(Track track, Line line, double anHour, double now, double left, double limit) {
        if (left / line.slope() > HORIZON_HOURS) {
            return Optional.empty();
        }
        long first = middle(track.blocks().get(line.first()));
        long last = middle(track.blocks().getLast());
        double zero =
                track.quantity() == Quantity.GPU_MEMORY ? 0 : Math.max(0, -line.start() / line.slope() * HOUR_MILLIS);
        return Optional.of(new Growth(
                track.quantity(),
                Math.min(last, first + Math.round(zero)),
                anHour,
                now,
                limit,
                left > 0
                        ? OptionalLong.of(last + Math.round(left / line.slope() * HOUR_MILLIS))
                        : OptionalLong.empty()));
    }

    private long middle(int block) {
        return firstEpochMillis + block * blockMillis + blockMillis / 2;
    }

    private static String words(Growth growth) {
        String since = " an hour since " + time(growth.sinceEpochMillis(), growth.sinceEpochMillis());
        String reaches = growth.reachesEpochMillis().isPresent()
                ? " at " + time(growth.reachesEpochMillis().getAsLong(), growth.sinceEpochMillis())
                : "";
        return switch (growth.quantity()) {
            case TTFT ->
                String.format(
                        Locale.ROOT,
                        "p50(ttft) grows %.1f %%%s, is at %+.1f %%, %s %+.0f %%%s",
                        100 * growth.anHourRatio(),
                        since,
                        100 * growth.nowRatio(),
                        reaches.isEmpty() ? "beyond" : "reaches",
                        100 * growth.limitRatio(),
                        reaches);
            case GPU_MEMORY ->
                String.format(
                        Locale.ROOT,
                        "GPU memory grows %.1f points%s, is at %.0f %%, %s",
                        100 * growth.anHourRatio(),
                        since,
                        100 * growth.nowRatio(),
                        reaches.isEmpty() ? "full" : "is full" + reaches);
            case ERRORS ->
                String.format(
                        Locale.ROOT,
                        "errors grow %.2f points%s, are at %.2f %%, %s %.2f %%%s",
                        100 * growth.anHourRatio(),
                        since,
                        100 * growth.nowRatio(),
                        reaches.isEmpty() ? "beyond" : "reach",
                        100 * growth.limitRatio(),
                        reaches);
            case OTHER -> "something grows" + since;
        };
    }

    /** A time of day; with its date where that is another one than the first. */
    private static String time(long epochMillis, long first) {
        Instant at = Instant.ofEpochMilli(epochMillis);
        return Math.floorDiv(epochMillis, 86_400_000L) == Math.floorDiv(first, 86_400_000L)
                ? TIME.format(at)
                : DAY.format(at);
    }
}
