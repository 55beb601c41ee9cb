package dev.plumbline.contract.series;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load that a series is measured under: {@code c8} is a closed loop of eight concurrent requests, {@code r20-poisson} is
 * an open loop of twenty requests per second ({@code r0.5-constant} is one every two seconds), {@code t-azure-codex2.0} is the trace
 * {@code azure-code} at twice its speed, {@code t-agentsx1.0-s8} eight sessions at a time of the trace {@code agents}. A load
 * that changes over time is a load of its own: {@code s-square10-50x20s-poisson} of requests per second,
 * {@code s-ramp2-16x60s-slots} of requests at a time.
 */
public sealed interface LoadPoint {

    /** The short form that appears in keys, labels and on the wire, for example {@code c8} or {@code r20-poisson}. */
    @JsonValue
    String key();

    /**
     * Reads the short form. {@code r20}, without its arrivals, was written before they were part of it.
     *
     * @throws IllegalArgumentException if the text cannot be a load point
     */
    @JsonCreator
    static LoadPoint parse(String key) {
        try {
            if (key.startsWith("s-")) {
                return shaped(key);
            }
            if (key.startsWith("c")) {
                return new ClosedLoop(Integer.parseInt(key.substring(1)));
            }
            if (key.startsWith("r")) {
                int dash = key.indexOf('-', 1);
                return dash < 0
                        ? new OpenLoop(Double.parseDouble(key.substring(1)), Optional.empty())
                        : new OpenLoop(
                                Double.parseDouble(key.substring(1, dash)),
                                Optional.of(Arrivals.parse(key.substring(dash + 1))));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("load point '" + key + "' has no number, expected c8 or r20-poisson", e);
        }
        return key.startsWith("t-") ? Trace.parsed(key) : new Other(key);
    }

    private static LoadPoint shaped(String key) {
        int dash = key.lastIndexOf('-');
        Optional<LoadShape> shape = dash < 2 ? Optional.empty() : LoadShape.ofKey(key.substring(2, dash));
        if (shape.isEmpty()) {
            return new Other(key);
        }
        String by = key.substring(dash + 1);
        return by.equals(ShapedSlots.NAME)
                ? new ShapedSlots(shape.get())
                : new ShapedRate(shape.get(), Arrivals.parse(by));
    }

    private static <T extends LoadPoint> T checkedKey(T point) {
        if (point.key().length() > Other.LONGEST) {
            throw new IllegalArgumentException(
                    "the shape " + point.key() + " has " + point.key().length() + " characters, at most "
                            + Other.LONGEST + " are allowed: give fewer or rounder numbers");
        }
        return point;
    }

    /** A fixed number of requests in flight; the next is due when one ends. */
    record ClosedLoop(int concurrency) implements LoadPoint {
        public ClosedLoop {
            if (concurrency < 1 || concurrency > 1_000_000) {
                throw new IllegalArgumentException("concurrency " + concurrency + " is outside 1..1000000");
            }
        }

        @Override
        public String key() {
            return "c" + concurrency;
        }
    }

    /**
     * Requests fall due by a schedule, whatever happens to earlier ones.
     *
     * @param arrivals empty in what was written before they were part of the key: nobody knows them
     */
    record OpenLoop(double requestsPerSecond, Optional<Arrivals> arrivals) implements LoadPoint {
        public OpenLoop {
            Objects.requireNonNull(arrivals, "arrivals");
            if (!(requestsPerSecond >= 1e-6 && requestsPerSecond <= 1e6)) {
                throw new IllegalArgumentException("rate " + requestsPerSecond + "/s is outside 0.000001..1000000");
            }
        }

        /** A load whose arrivals are known. */
        public OpenLoop(double requestsPerSecond, Arrivals arrivals) {
            this(requestsPerSecond, Optional.of(arrivals));
        }

        @Override
        public String key() {
            return "r"
                    + BigDecimal.valueOf(requestsPerSecond).stripTrailingZeros().toPlainString()
                    + arrivals.map(known -> "-" + known.key()).orElse("");
        }
    }

    /**
     * A trace is asked again.
     *
     * @param name of the trace: lower-case letters, digits, dot, dash and underscore
     * @param speed so many times as fast as it was, 0.001 to 10000
     * @param sessions so many at a time, each turn after the end of the one before; empty = each request at its time, whatever
     *     happens to earlier ones
     */
    record Trace(String name, double speed, OptionalInt sessions) implements LoadPoint {
        private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,59}");
        private static final Pattern KEY = Pattern.compile("t-(.+)x(\\d+\\.\\d+)(?:-s(\\d{1,7}))?");

        public Trace {
            Objects.requireNonNull(sessions, "sessions");
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("trace '" + name + "': a name is 1 to 60 lower-case letters, digits,"
                        + " dots, dashes and underscores");
            }
            if (!(speed >= 0.001 && speed <= 10_000)) {
                throw new IllegalArgumentException("speed " + speed + " is outside 0.001..10000");
            }
            if (sessions.orElse(1) < 1 || sessions.orElse(1) > 1_000_000) {
                throw new IllegalArgumentException(sessions.getAsInt() + " sessions at a time are outside 1..1000000");
            }
        }

        /** A later version may write more behind it than is known here. */
        private static LoadPoint parsed(String key) {
            Matcher parts = KEY.matcher(key);
            if (!parts.matches() || !NAME.matcher(parts.group(1)).matches()) {
                return new Other(key);
            }
            return new Trace(
                    parts.group(1),
                    Double.parseDouble(parts.group(2)),
                    parts.group(3) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(parts.group(3))));
        }

        @Override
        public String key() {
            String plain = BigDecimal.valueOf(speed).stripTrailingZeros().toPlainString();
            return "t-" + name + 'x' + plain + (plain.indexOf('.') < 0 ? ".0" : "")
                    + (sessions.isPresent() ? "-s" + sessions.getAsInt() : "");
        }
    }

    /** An open loop whose rate changes over time; levels are requests per second. */
    record ShapedRate(LoadShape shape, Arrivals arrivals) implements LoadPoint {
        public ShapedRate {
            Objects.requireNonNull(shape, "shape");
            Objects.requireNonNull(arrivals, "arrivals");
        }

        /** @throws IllegalArgumentException if its key would be too long */
        public static ShapedRate of(LoadShape shape, Arrivals arrivals) {
            return checkedKey(new ShapedRate(shape, arrivals));
        }

        @Override
        public String key() {
            return "s-" + shape.key() + "-" + arrivals.key();
        }
    }

    /** A closed loop that has more or fewer requests in flight over time; levels are whole numbers of them. */
    record ShapedSlots(LoadShape shape) implements LoadPoint {

        static final String NAME = "slots";

        public ShapedSlots {
            for (int i = 0; i < shape.levels().size(); i++) {
                boolean isFactor = shape.kind() == LoadShape.Kind.OVERLOAD && i == 1;
                double level = shape.levels().get(i);
                if (!isFactor && level != Math.rint(level)) {
                    throw new IllegalArgumentException(
                            shape.text() + ": requests at a time are whole numbers, " + level + " is none");
                }
            }
        }

        /** @throws IllegalArgumentException if its key would be too long */
        public static ShapedSlots of(LoadShape shape) {
            return checkedKey(new ShapedSlots(shape));
        }

        @Override
        public String key() {
            return "s-" + shape.key() + "-" + NAME;
        }
    }

    /** A load that a later version knows and this one does not: kept apart by its key, and nothing else is known of it. */
    record Other(String key) implements LoadPoint {
        static final int LONGEST = 100;
        private static final Pattern FORM = Pattern.compile("[abd-qs-z][a-z0-9._-]{1,99}");

        public Other {
            if (!FORM.matcher(key).matches()) {
                throw new IllegalArgumentException("load point '" + key + "' is unknown, expected c8 or r20-poisson");
            }
        }
    }
}
