package dev.plumbline.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a {@link Shape} is written: {@code 128} (always), {@code 128~32} (normal: mean, standard deviation), {@code lognormal(128,0.6)}
 * (median, sigma), {@code exponential(128)} (mean), {@code uniform(50,200)}, {@code p50=120,p99=2000,max=4000} (quantiles). Behind the
 * numbers of the lognormal and the exponential one may say {@code max=…}. Blanks mean nothing.
 */
abstract class ShapeGrammar {

    private static final double LARGEST_SIGMA = 5;

    /** One number of the unit; throws {@link IllegalArgumentException} for what is none. */
    abstract double number(String text);

    /** What is written, in words, and examples of each way to write it. */
    abstract String expected();

    /** The least that is drawn: quantiles begin there. */
    abstract double least();

    /** The largest that may be drawn. */
    abstract double largest();

    /** What one number is apart from the next; 0 where there is none between which another is. */
    abstract double step();

    /** @throws IllegalArgumentException in one line for what is not of this grammar */
    final Shape parse(String text) {
        String written = compact(text);
        try {
            Shape shape = shape(written);
            require(shape.most() >= least(), "it never reaches " + (long) least());
            require(shape.most() <= largest(), "it may become very large: cut it with max=…");
            return shape;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text.strip() + "' is " + expected() + ": " + e.getMessage(), e);
        }
    }

    /** Without blanks, in small letters. */
    static String compact(String text) {
        return text.replaceAll("\\s+", "").toLowerCase(Locale.ROOT);
    }

    private Shape shape(String written) {
        int open = written.indexOf('(');
        if (open >= 0) {
            require(written.endsWith(")"), "a ')' is missing at its end");
            return named(written.substring(0, open), arguments(written.substring(open + 1, written.length() - 1)));
        }
        if (written.indexOf('=') >= 0) {
            return quantiles(arguments(written));
        }
        int tilde = written.indexOf('~');
        if (tilde < 0) {
            return new Shape.Fixed(number(written));
        }
        double mean = number(written.substring(0, tilde));
        double deviation = number(written.substring(tilde + 1));
        return deviation == 0 ? new Shape.Fixed(mean) : Shape.Normal.of(mean, deviation);
    }

    private Shape named(String name, List<String> arguments) {
        return switch (name) {
            case "lognormal" -> {
                requireCount(name, arguments, 2, "a median and a sigma");
                double median = number(arguments.get(0));
                double sigma = decimal(arguments.get(1));
                require(median > 0, "the median is above 0");
                require(sigma >= 0 && sigma <= LARGEST_SIGMA, "sigma is 0 to 5");
                double most = most(arguments, 2, Shape.Lognormal.usualMost(median, sigma));
                require(most >= median, "max is below the median");
                yield new Shape.Lognormal(median, sigma, most);
            }
            case "exponential" -> {
                requireCount(name, arguments, 1, "a mean");
                double mean = number(arguments.get(0));
                double most = most(arguments, 1, Shape.Exponential.usualMost(mean));
                require(most >= mean, "max is below the mean");
                yield new Shape.Exponential(mean, most);
            }
            case "uniform" -> {
                require(arguments.size() == 2, "uniform takes the least and the most");
                double least = number(arguments.get(0));
                double most = number(arguments.get(1));
                require(least <= most, "the least is above the most");
                yield new Shape.Uniform(least, most, step());
            }
            default -> throw new IllegalArgumentException("'" + name + "' is none of lognormal, exponential, uniform");
        };
    }

    private static void requireCount(String name, List<String> arguments, int numbers, String which) {
        require(
                arguments.size() == numbers || arguments.size() == numbers + 1,
                name + " takes " + which + ", and max=… where it is to be cut");
    }

    private double most(List<String> arguments, int index, double usual) {
        if (arguments.size() == index) {
            return usual;
        }
        require(arguments.get(index).startsWith("max="), "'" + arguments.get(index) + "' is not max=…");
        return number(arguments.get(index).substring("max=".length()));
    }

    private Shape quantiles(List<String> parts) {
        List<Shape.Quantiles.Point> points = new ArrayList<>();
        points.add(new Shape.Quantiles.Point(0, least()));
        for (String part : parts) {
            int equals = part.indexOf('=');
            require(equals > 0, "'" + part + "' is none of min=…, p50=…, max=…");
            double probability = probability(part.substring(0, equals));
            double value = number(part.substring(equals + 1));
            if (probability == 0) {
                require(points.size() == 1, "min= stands first");
                points.clear();
            } else {
                Shape.Quantiles.Point last = points.getLast();
                require(probability > last.probability(), "the quantiles are not in order at '" + part + "'");
                require(value >= last.value(), "'" + part + "' is below the quantile before it");
            }
            points.add(new Shape.Quantiles.Point(probability, value));
        }
        require(points.getLast().probability() == 1, "it ends with max=…, the largest that is drawn");
        return new Shape.Quantiles(points);
    }

    private static double probability(String name) {
        return switch (name) {
            case "min" -> 0;
            case "max" -> 1;
            default -> {
                require(name.startsWith("p"), "'" + name + "' is none of min, p50, p90, …, max");
                double percent = decimal(name.substring(1));
                require(percent > 0 && percent < 100, "'" + name + "' is none of p1 to p99.99");
                yield percent / 100;
            }
        };
    }

    private static List<String> arguments(String written) {
        return written.isEmpty() ? List.of() : List.of(written.split(",", -1));
    }

    static double decimal(String text) {
        if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?|\\.[0-9]{1,9}")) {
            throw new IllegalArgumentException("'" + text + "' is no number");
        }
        return Double.parseDouble(text);
    }

    static void require(boolean isMet, String problem) {
        if (!isMet) {
            throw new IllegalArgumentException(problem);
        }
    }
}
