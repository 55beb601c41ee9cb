package dev.plumbline.judgement.run;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.result.RunVerdict.Change;
import dev.plumbline.judgement.result.RunVerdict.Finding;
import dev.plumbline.judgement.result.RunVerdict.ValuesFinding;
import dev.plumbline.judgement.result.RunVerdict.Word;
import dev.plumbline.judgement.statistics.QuantileInterval;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * Values that somebody brought, of whatever they are, against earlier ones: the contrast that runs are judged by, on the median and on
 * the tail on the bad side, p95 or, where more is better, p5. A tail that cannot be told gates only where it looks worse, as that of a run.
 *
 * <p>Values of neighbouring blocks that resemble each other widen the intervals, so the order of the values has to be that in which
 * they were measured; in any other order nothing is seen of that, and they pass for independent.
 */
public final class ValuesJudge {

    private static final double MEDIAN = 0.5;
    private static final double UPPER_TAIL = 0.95;
    private static final double LOWER_TAIL = 0.05;
    private static final String DURATION = "ns";
    private static final double NANOS_PER_MILLI = 1e6;

    private ValuesJudge() {}

    /**
     * What values are of.
     *
     * @param name for people and programs: {@code build_time}
     * @param unit {@code ns} for durations, else as it was stated, or empty
     * @param perUnit what a value of one unit is in the histograms
     */
    public record Quantity(String name, String unit, boolean higherIsWorse, double perUnit) {
        public Quantity {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(unit, "unit");
            if (!(perUnit > 0)) {
                throw new IllegalArgumentException("a unit is " + perUnit + " in the histograms");
            }
        }
    }

    /**
     * Values of one measurement.
     *
     * @param blocks of values that follow each other, in order
     */
    public record Values(List<Histogram> blocks) {
        public Values {
            blocks = List.copyOf(blocks);
        }

        private Histogram all() {
            return blocks.stream().reduce(Histogram.empty(), Histogram::plus);
        }

        private Reading reading(double quantile) {
            return Reading.ofQuantile(all(), quantile, () -> QuantileInterval.designEffect(blocks, quantile), "values");
        }
    }

    /**
     * Holds values against earlier ones.
     *
     * @param before measurements to compare with, at least one
     */
    public static RunVerdict judge(Quantity quantity, Values now, List<Values> before, JudgementSettings settings) {
        List<Finding> findings = DoubleStream.of(MEDIAN, quantity.higherIsWorse() ? UPPER_TAIL : LOWER_TAIL)
                .<Finding>mapToObj(quantile -> new Contest(quantity, quantile, now, before, settings).finding())
                .toList();
        Decision decision = has(findings, Answer.FAIL)
                ? Decision.REGRESSION
                : has(findings, Answer.CANNOT_TELL) || !has(findings, Answer.PASS)
                        ? Decision.INCONCLUSIVE
                        : Decision.PASS;
        String reason = switch (decision) {
            case REGRESSION -> RunJudge.Headlines.failed(findings, "the baseline");
            case PASS -> "no regression of " + quantity.name() + " against " + count(before.size());
            case INCONCLUSIVE, NOT_JUDGED, FAILED -> RunJudge.Headlines.undecided(findings, "the baseline");
        };
        return new RunVerdict(
                decision, Word.of(decision, findings).label() + ": " + reason, Optional.empty(), findings);
    }

    private static String count(int lists) {
        return lists == 1 ? "one list" : lists + " lists";
    }

    private static boolean has(List<Finding> findings, Answer answer) {
        return findings.stream().anyMatch(finding -> finding.answer() == answer);
    }

    /** One quantile of both. */
    private record Contest(
            Quantity quantity, double quantile, Values now, List<Values> before, JudgementSettings settings) {

        ValuesFinding finding() {
            List<Reading> readings =
                    before.stream().map(values -> values.reading(quantile)).toList();
            List<Reading.Known> known = readings.stream()
                    .filter(Reading.Known.class::isInstance)
                    .map(Reading.Known.class::cast)
                    .toList();
            if (known.isEmpty()) {
                return tooFew("the baseline has " + RunComparison.lacking(readings.get(0)));
            }
            return switch (now.reading(quantile)) {
                case Reading.Known number ->
                    compared(new RunContrast(quantity.higherIsWorse(), number, known, settings));
                case Reading.Missing missing -> tooFew("there are " + missing.why());
                case Reading.Absent absent -> tooFew("there is no value");
            };
        }

        private ValuesFinding compared(RunContrast contrast) {
            double worse = quantity.higherIsWorse()
                    ? contrast.ratio().value() - 1
                    : 1 - contrast.ratio().value();
            boolean quietTail =
                    isTail() && contrast.outcome() == RunContrast.Outcome.UNKNOWN && worse < settings.thresholdEffect();
            return new ValuesFinding(
                    switch (contrast.outcome()) {
                        case STEADY, IMPROVED -> Answer.PASS;
                        case REGRESSED -> Answer.FAIL;
                        case UNKNOWN -> quietTail ? Answer.OBSERVED : Answer.CANNOT_TELL;
                    },
                    name(),
                    quantity.unit(),
                    switch (contrast.outcome()) {
                        case STEADY -> Change.STEADY;
                        case IMPROVED -> Change.IMPROVED;
                        case REGRESSED -> Change.REGRESSED;
                        case UNKNOWN -> Change.UNKNOWN;
                    },
                    value(now.all()),
                    was(),
                    Optional.of(contrast.ratio()),
                    contrast.why() + (quietTail ? "; a tail that is not worse beyond chance does not gate" : ""));
        }

        /** A tail of too few values gates only where more of them than chance has lie beyond the earlier one. */
        private ValuesFinding tooFew(String lacking) {
            Optional<TailLook> look = isTail() && quantity.higherIsWorse()
                    ? TailLook.worse(now.all(), earlier(), quantile, settings.thresholdEffect())
                    : Optional.empty();
            boolean isQuiet = isTail() && look.isEmpty();
            return new ValuesFinding(
                    isQuiet ? Answer.OBSERVED : Answer.CANNOT_TELL,
                    name(),
                    quantity.unit(),
                    Change.UNKNOWN,
                    value(now.all()),
                    was(),
                    Optional.empty(),
                    lacking
                            + look.map(this::beyond).orElse("")
                            + (isQuiet ? "; a tail that is not worse beyond chance does not gate" : "; more tell"));
        }

        private String beyond(TailLook look) {
            return String.format(
                    Locale.ROOT,
                    "; %d of %d are beyond %s, %d of %d before: it looks worse",
                    look.above(),
                    look.of(),
                    quantity.unit().equals(DURATION)
                            ? Numbers.shortest(look.limitNanos() / NANOS_PER_MILLI) + " ms"
                            : Numbers.shortest(look.limitNanos() / quantity.perUnit()),
                    look.aboveBefore(),
                    look.ofBefore());
        }

        private boolean isTail() {
            return quantile != MEDIAN;
        }

        private Histogram earlier() {
            return before.stream().map(Values::all).reduce(Histogram.empty(), Histogram::plus);
        }

        private OptionalDouble was() {
            return value(earlier());
        }

        private OptionalDouble value(Histogram values) {
            return values.quantileNanos(quantile).stream()
                    .mapToDouble(inHistogram -> inHistogram / quantity.perUnit())
                    .findFirst();
        }

        private String name() {
            return String.format(Locale.ROOT, "p%.0f(%s)", quantile * 100, quantity.name());
        }
    }
}
