package dev.plumbline.contract.window;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.Sums;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How the requests of a window did by what was stated with them; sparse, because a plain load states nothing.
 *
 * @param goodput empty where no SLO was stated
 * @param checks empty where nothing was checked
 * @param pairRatios of pairs of asks both of which completed: the candidate's latency for each of the base's, as a distribution
 *     in which 1 s stands for a ratio of one. A base-2 exponential histogram has the same resolution everywhere in the logarithm,
 *     so this is the distribution of log-ratios. A pair is in the window and in the series of its half that ended last, and both
 *     series of a group add up to all its pairs
 */
public record Grades(
        Optional<Goodput> goodput,
        Optional<CheckTotals> checks,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonSetter(nulls = Nulls.AS_EMPTY)
        Map<LatencyMetric, Histogram> pairRatios) {

    /** The value in {@code pairRatios} that stands for a ratio of one. */
    public static final long RATIO_OF_ONE_NANOS = 1_000_000_000;

    public Grades {
        Objects.requireNonNull(goodput, "goodput");
        Objects.requireNonNull(checks, "checks");
        EnumMap<LatencyMetric, Histogram> ratios = new EnumMap<>(LatencyMetric.class);
        ratios.putAll(pairRatios);
        pairRatios = ratios.isEmpty() ? Map.of() : Collections.unmodifiableMap(ratios);
    }

    /** Whether nothing was stated. */
    public boolean saysNothing() {
        return goodput.isEmpty() && checks.isEmpty() && pairRatios.isEmpty();
    }

    /** Those of both. */
    public Grades plus(Grades other) {
        EnumMap<LatencyMetric, Histogram> ratios = new EnumMap<>(LatencyMetric.class);
        ratios.putAll(pairRatios);
        other.pairRatios.forEach((metric, histogram) -> ratios.merge(metric, histogram, Histogram::plus));
        return new Grades(
                Sums.of(goodput, other.goodput, Goodput::plus),
                Sums.of(checks, other.checks, CheckTotals::plus),
                ratios);
    }
}
