package dev.plumbline.judgement.run;

import dev.plumbline.contract.window.LatencyMetric;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stated limit on a number of a run, for example {@code p95(ttft)<500ms}, {@code error_rate<1%} or, for one scenario
 * only, {@code chat: output_token_rate>500}.
 *
 * @param text as it was stated, blanks at the ends removed
 * @param scenario the scenario that it is for; empty for every one
 * @param limit in {@code unit}
 */
public record Budget(
        String text, Optional<String> scenario, Measured measured, Comparison comparison, double limit, Unit unit) {

    private static final Pattern DECIMAL_COMMA = Pattern.compile("\\d+,\\d+");

    public Budget {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(scenario, "scenario");
        Objects.requireNonNull(measured, "measured");
        Objects.requireNonNull(comparison, "comparison");
        Objects.requireNonNull(unit, "unit");
        if (!(limit >= 0 && limit < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("budget '" + text + "' has the limit " + limit);
        }
    }

    /**
     * Reads one budget.
     *
     * @throws IllegalArgumentException naming the text, the position and what is allowed there
     */
    public static Budget parse(String text) {
        return new BudgetParser(text.strip()).parse();
    }

    /**
     * Reads budgets that were given repeatedly, separated by commas, or both.
     *
     * @throws IllegalArgumentException for the first that cannot be read
     */
    public static List<Budget> parseAll(List<String> texts) {
        List<Budget> budgets = new ArrayList<>();
        for (String text : texts) {
            refuseCommas(text);
            for (String one : text.split(",", -1)) {
                budgets.add(parse(one));
            }
        }
        return List.copyOf(budgets);
    }

    /**
     * Commas separate; one between digits was meant as a point.
     *
     * @throws IllegalArgumentException with one line that says what to write
     */
    public static void refuseCommas(String text) {
        Matcher decimal = DECIMAL_COMMA.matcher(text);
        if (decimal.find()) {
            throw new IllegalArgumentException("'" + text + "': '" + decimal.group() + "' has a comma: write "
                    + decimal.group().replace(',', '.'));
        }
    }

    /** Whether it is meant for runs of a scenario. */
    public boolean isFor(String runScenario) {
        return scenario.isEmpty() || scenario.get().equals(runScenario);
    }

    /** Whether it is meant for a series that goes by these names. */
    public boolean isForAny(Collection<String> names) {
        return scenario.isEmpty() || names.contains(scenario.get());
    }

    /** The same, for whatever it is held against; its text still says for whom it was stated. */
    Budget forEvery() {
        return new Budget(text, Optional.empty(), measured, comparison, limit, unit);
    }

    /** The limit in nanoseconds, per second, as a share, or in the currency of the prices. */
    double baseLimit() {
        return limit * unit.bases / unit.perUnits;
    }

    /** Whether a number in base units is on the good side. */
    boolean isGood(double value) {
        double base = baseLimit();
        return switch (comparison) {
            case BELOW -> value < base;
            case AT_MOST -> value <= base;
            case ABOVE -> value > base;
            case AT_LEAST -> value >= base;
        };
    }

    /** Whether small numbers are the good ones. */
    boolean wantsLow() {
        return comparison == Comparison.BELOW || comparison == Comparison.AT_MOST;
    }

    /** What a budget limits. */
    public sealed interface Measured {

        /** Its kind of unit. */
        Dimension dimension();

        /** A quantile, above 0 and below 1, of a latency over the whole run. */
        record Quantile(LatencyMetric metric, double quantile) implements Measured {
            @Override
            public Dimension dimension() {
                return Dimension.TIME;
            }
        }

        /** The mean of a latency over the whole run. */
        record Mean(LatencyMetric metric) implements Measured {
            @Override
            public Dimension dimension() {
                return Dimension.TIME;
            }
        }

        /** The longest of a latency: exact, and without an interval, because it is about this run only. */
        record Maximum(LatencyMetric metric) implements Measured {
            @Override
            public Dimension dimension() {
                return Dimension.TIME;
            }
        }

        /** A rate or a share. */
        enum Rate implements Measured {
            /** Output tokens per second, when they streamed. */
            OUTPUT_TOKEN_RATE(Dimension.TOKEN_RATE),
            /** Completed requests per second. */
            REQUEST_RATE(Dimension.REQUEST_RATE),
            /** Failed / (completed + failed). */
            ERROR_RATE(Dimension.SHARE),
            /** Completed / due. */
            ACHIEVED_RATIO(Dimension.SHARE),
            /** Requests that met every stated goal / all that ended. */
            GOODPUT(Dimension.SHARE),
            /** Cost at the stated prices / output tokens, for 1,000 of them. */
            COST_PER_1K_TOKENS(Dimension.COST);

            private final Dimension dimension;

            Rate(Dimension dimension) {
                this.dimension = dimension;
            }

            @Override
            public Dimension dimension() {
                return dimension;
            }

            /** As it is written in a budget. */
            String label() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /** Which side of the limit is good. */
    public enum Comparison {
        BELOW("<"),
        AT_MOST("<="),
        ABOVE(">"),
        AT_LEAST(">=");

        private final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }

    /** Kinds of units. */
    public enum Dimension {
        TIME,
        SHARE,
        TOKEN_RATE,
        REQUEST_RATE,
        COST
    }

    /** Units of limits; the base units are nanoseconds, shares, "per second" and the currency of the prices. */
    public enum Unit {
        MICROSECONDS("us", Dimension.TIME, 1_000, 1),
        MILLISECONDS("ms", Dimension.TIME, 1_000_000, 1),
        SECONDS("s", Dimension.TIME, 1_000_000_000, 1),
        PERCENT("%", Dimension.SHARE, 1, 100),
        SHARE("", Dimension.SHARE, 1, 1),
        TOKENS_PER_SECOND("tok/s", Dimension.TOKEN_RATE, 1, 1),
        REQUESTS_PER_SECOND("req/s", Dimension.REQUEST_RATE, 1, 1),
        /** Whatever the stated prices are in. */
        CURRENCY("", Dimension.COST, 1, 1);

        private final String sign;
        private final Dimension dimension;
        private final long bases;
        private final long perUnits;

        /** So many of the base unit are so many of this one: a fraction, because 95 times 0.01 is not 0.95. */
        Unit(String sign, Dimension dimension, long bases, long perUnits) {
            this.sign = sign;
            this.dimension = dimension;
            this.bases = bases;
            this.perUnits = perUnits;
        }

        /** As it is written. */
        public String sign() {
            return sign;
        }

        Dimension dimension() {
            return dimension;
        }

        /** A number in base units in this unit. */
        double of(double base) {
            return base * perUnits / bases;
        }

        /** A number of this unit for people, with the unit. */
        String text(double base) {
            return Numbers.shortest(of(base)) + (sign.isEmpty() ? "" : sign.equals("%") ? " %" : " " + sign);
        }
    }
}
