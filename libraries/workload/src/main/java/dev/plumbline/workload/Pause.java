package dev.plumbline.workload;

import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long somebody takes, drawn anew each time: to think, or a tool to run. Written like a {@link Length}, with a unit behind each
 * time: {@code 2s}, {@code 2s~500ms}, {@code lognormal(2s,0.6,max=30s)}, {@code exponential(2s)}, {@code uniform(1s,3s)},
 * {@code p50=1s,p90=5s,max=60s}.
 */
public final class Pause {

    /** Nobody takes any time. */
    public static final Pause NONE = new Pause(new Shape.Fixed(0), "0s");

    private static final double LONGEST_NANOS = 86_400e9;
    private static final Grammar GRAMMAR = new Grammar();

    private final Shape nanos;
    private final String text;

    private Pause(Shape nanos, String text) {
        this.nanos = nanos;
        this.text = text;
    }

    /** @throws IllegalArgumentException in one line that says what is wrong and what is expected */
    public static Pause parse(String text) {
        return new Pause(GRAMMAR.parse(text), ShapeGrammar.compact(text));
    }

    /** The longest that is drawn, in nanoseconds. */
    public long mostNanos() {
        return (long) nanos.most();
    }

    /** The next, in nanoseconds, 0 or more. */
    long drawnNanos(SplittableRandom random) {
        return (long) Math.max(0, nanos.drawn(random));
    }

    /** As it is written. */
    @Override
    public String toString() {
        return text;
    }

    private static final class Grammar extends ShapeGrammar {

        private static final Pattern TIME = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(us|ms|s|m|h)");

        @Override
        double number(String text) {
            Matcher time = TIME.matcher(text);
            if (!time.matches()) {
                throw new IllegalArgumentException("'" + text + "' is no time such as 250ms, 2s or 1m");
            }
            double nanos = Double.parseDouble(time.group(1))
                    * switch (time.group(2)) {
                        case "us" -> 1e3;
                        case "ms" -> 1e6;
                        case "s" -> 1e9;
                        case "m" -> 60e9;
                        default -> 3_600e9;
                    };
            require(nanos <= LONGEST_NANOS, "'" + text + "' is longer than a day");
            return nanos;
        }

        @Override
        String expected() {
            return "no time such as 2s, 2s~500ms (mean, deviation), lognormal(2s,0.6) (median, sigma), exponential(2s) or"
                    + " uniform(1s,3s)";
        }

        @Override
        double least() {
            return 0;
        }

        @Override
        double largest() {
            return 7 * LONGEST_NANOS;
        }

        @Override
        double step() {
            return 0;
        }
    }
}
