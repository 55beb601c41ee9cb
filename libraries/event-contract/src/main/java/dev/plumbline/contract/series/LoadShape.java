package dev.plumbline.contract.series;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a load changes over time: its level, requests per second or requests at a time, as a function of the time since its shape
 * begins. {@code docs/load-shapes.md} describes each kind.
 *
 * <p>It is written as people type it, {@code square:10,50@20s}, and has a {@link #key()} for keys and labels, {@code
 * square10-50x20s}.
 *
 * @param kind what the numbers mean
 * @param levels as many as the kind asks for, each 0 or {@value #LOWEST} to {@value #HIGHEST}
 * @param spansMillis as many as the kind asks for, each 1 ms to 7 days
 */
public record LoadShape(Kind kind, List<Double> levels, List<Long> spansMillis) {

    /** Lowest level that is not 0. */
    public static final double LOWEST = 1e-6;

    /** Highest level. */
    public static final double HIGHEST = 1e6;

    /** Most levels of steps. */
    public static final int MOST_STEPS = 16;

    private static final long LONGEST_MILLIS = 7L * 24 * 3_600_000;
    private static final double HIGHEST_FACTOR = 1_000;
    private static final String N = "\\d+(?:\\.\\d+)?";
    private static final String S = N + "(?:ms|s|m|h)";
    private static final Pattern NUMBER = Pattern.compile("(" + N + ")(ms|s|m|h)?");

    /** What the numbers of a shape mean. */
    public enum Kind {
        /** From one level to another, by the same amount in each second; it stays there. */
        RAMP("ramp:10..100/60s", "ramp:" + N + "\\.\\." + N + "/" + S, "ramp" + N + "-" + N + "x" + S),
        /** From one level to another, by the same factor in each second; it stays there. */
        EXP("exp:1..64/60s", "exp:" + N + "\\.\\." + N + "/" + S, "exp" + N + "-" + N + "x" + S),
        /** One level after the other, each for as long; it stays at the last. */
        STEPS("steps:10,20,40@30s", "steps:" + N + "(?:," + N + ")+@" + S, "steps" + N + "(?:-" + N + ")+x" + S),
        /** Two levels in turn, each for as long, for ever. */
        SQUARE("square:10,50@20s", "square:" + N + "," + N + "@" + S, "square" + N + "-" + N + "x" + S),
        /** A level, and in the last part of every period another. */
        BURST(
                "burst:10,50x2s/30s",
                "burst:" + N + "," + N + "x" + S + "/" + S,
                "burst" + N + "-" + N + "x" + S + "-" + S),
        /** A level, from some time on a multiple of it for a while, and the level again; it stays there. */
        OVERLOAD(
                "overload:20x1.5/60s@30s",
                "overload:" + N + "x" + N + "/" + S + "@" + S,
                "overload" + N + "x" + N + "x" + S + "-" + S),
        /** A level that is changed by hand while the load goes on. */
        ADJUSTABLE("adjustable:20", "adjustable:" + N, "adjustable" + N);

        private final String example;
        private final Pattern text;
        private final Pattern key;

        Kind(String example, String text, String key) {
            this.example = example;
            this.text = Pattern.compile(text);
            this.key = Pattern.compile(key);
        }

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How the level goes from one to another within a piece. */
    public enum Change {
        /** By the same amount in each second. */
        LINEAR,
        /** By the same factor in each second. */
        EXPONENTIAL
    }

    /** A part of a shape. */
    public record Piece(long millis, double from, double to, Change change) {
        static Piece level(long millis, double level) {
            return new Piece(millis, level, level, Change.LINEAR);
        }
    }

    /** @throws IllegalArgumentException saying what is wrong with the numbers */
    public LoadShape {
        levels = List.copyOf(levels);
        spansMillis = List.copyOf(spansMillis);
        for (double level : levels) {
            require(level == 0 || (level >= LOWEST && level <= HIGHEST), kind, "a level is 0 or 0.000001 to 1000000");
        }
        for (long span : spansMillis) {
            require(span >= 1 && span <= LONGEST_MILLIS, kind, "a span is 1ms to 168h");
        }
        switch (kind) {
            case RAMP -> {
                require(levels.size() == 2 && spansMillis.size() == 1, kind, "two levels and a span");
                require(levels.get(1) > 0, kind, "it stays at the second level, which is above 0");
            }
            case EXP -> {
                require(levels.size() == 2 && spansMillis.size() == 1, kind, "two levels and a span");
                require(levels.get(0) > 0 && levels.get(1) > 0, kind, "both levels are above 0");
            }
            case STEPS -> {
                require(levels.size() > 1 && spansMillis.size() == 1, kind, "levels and a span");
                require(levels.size() <= MOST_STEPS, kind, "at most " + MOST_STEPS + " levels");
                require(levels.getLast() > 0, kind, "it stays at the last level, which is above 0");
            }
            case SQUARE -> {
                require(levels.size() == 2 && spansMillis.size() == 1, kind, "two levels and a span");
                require(!levels.get(0).equals(levels.get(1)), kind, "the levels differ");
            }
            case BURST -> {
                require(levels.size() == 2 && spansMillis.size() == 2, kind, "two levels and two spans");
                require(!levels.get(0).equals(levels.get(1)), kind, "the levels differ");
                require(spansMillis.get(0) < spansMillis.get(1), kind, "the burst is shorter than its period");
            }
            case OVERLOAD -> {
                require(levels.size() == 2 && spansMillis.size() == 2, kind, "a level, a factor and two spans");
                require(levels.get(0) > 0, kind, "the level is above 0");
                require(
                        levels.get(1) > 1
                                && levels.get(1) <= HIGHEST_FACTOR
                                && levels.get(0) * levels.get(1) <= HIGHEST,
                        kind,
                        "the factor is above 1 and at most 1000, and the product at most 1000000");
            }
            case ADJUSTABLE -> {
                require(levels.size() == 1 && spansMillis.isEmpty(), kind, "one level");
                require(levels.get(0) > 0, kind, "the level is above 0");
            }
        }
    }

    private static void require(boolean isMet, Kind kind, String words) {
        if (!isMet) {
            throw new IllegalArgumentException(kind.label() + ": " + words + ", for example " + kind.example);
        }
    }

    /**
     * Reads what people type.
     *
     * @throws IllegalArgumentException if it is no shape, with an example of one
     */
    public static LoadShape parse(String text) {
        String name = text.replaceFirst("(?s):.*", "");
        for (Kind kind : Kind.values()) {
            if (kind.label().equals(name)) {
                if (!kind.text.matcher(text).matches()) {
                    throw new IllegalArgumentException(
                            "'" + text + "' is not how " + name + " is written, for example " + kind.example);
                }
                return read(kind, text);
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no shape of a load: write ramp:10..100/60s, exp:1..64/60s,"
                        + " steps:10,20,40@30s, square:10,50@20s, burst:10,50x2s/30s, overload:20x1.5/60s@30s or"
                        + " adjustable:20");
    }

    /** Reads {@link #key()}; empty where it is none that this version knows. */
    static Optional<LoadShape> ofKey(String key) {
        for (Kind kind : Kind.values()) {
            if (kind.key.matcher(key).matches()) {
                try {
                    return Optional.of(read(kind, key.substring(kind.label().length())));
                } catch (IllegalArgumentException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static LoadShape read(Kind kind, String text) {
        List<Double> levels = new ArrayList<>();
        List<Long> spans = new ArrayList<>();
        Matcher numbers = NUMBER.matcher(text);
        while (numbers.find()) {
            String unit = numbers.group(2);
            if (unit == null) {
                levels.add(Double.parseDouble(numbers.group(1)));
            } else {
                spans.add(millis(numbers.group(1), unit));
            }
        }
        return new LoadShape(kind, levels, spans);
    }

    private static long millis(String number, String unit) {
        BigDecimal millis = new BigDecimal(number)
                .multiply(BigDecimal.valueOf(
                        switch (unit) {
                            case "ms" -> 1;
                            case "s" -> 1_000;
                            case "m" -> 60_000;
                            default -> 3_600_000;
                        }));
        try {
            return millis.longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(number + unit + " is no whole number of milliseconds", e);
        }
    }

    /** As people type it. */
    public String text() {
        List<String> levelTexts = levels.stream().map(LoadShape::plain).toList();
        List<String> spanTexts = spansMillis.stream().map(LoadShape::span).toList();
        return kind.label() + ":"
                + switch (kind) {
                    case RAMP, EXP -> String.join("..", levelTexts) + "/" + spanTexts.get(0);
                    case STEPS, SQUARE -> String.join(",", levelTexts) + "@" + spanTexts.get(0);
                    case BURST -> String.join(",", levelTexts) + "x" + spanTexts.get(0) + "/" + spanTexts.get(1);
                    case OVERLOAD -> String.join("x", levelTexts) + "/" + spanTexts.get(0) + "@" + spanTexts.get(1);
                    case ADJUSTABLE -> levelTexts.get(0);
                };
    }

    /** The short form in the key of a load point: lower-case letters, digits, dots and dashes. */
    public String key() {
        List<String> levelTexts = levels.stream().map(LoadShape::plain).toList();
        List<String> spanTexts = spansMillis.stream().map(LoadShape::span).toList();
        String of = String.join(kind == Kind.OVERLOAD ? "x" : "-", levelTexts);
        return kind.label() + of + (spanTexts.isEmpty() ? "" : "x" + String.join("-", spanTexts));
    }

    /** Its parts, one after the other. */
    public List<Piece> pieces() {
        return switch (kind) {
            case RAMP -> List.of(new Piece(spansMillis.get(0), levels.get(0), levels.get(1), Change.LINEAR));
            case EXP -> List.of(new Piece(spansMillis.get(0), levels.get(0), levels.get(1), Change.EXPONENTIAL));
            case STEPS, SQUARE ->
                levels.stream()
                        .map(level -> Piece.level(spansMillis.get(0), level))
                        .toList();
            case BURST ->
                List.of(
                        Piece.level(spansMillis.get(1) - spansMillis.get(0), levels.get(0)),
                        Piece.level(spansMillis.get(0), levels.get(1)));
            case OVERLOAD ->
                List.of(
                        Piece.level(spansMillis.get(1), levels.get(0)),
                        Piece.level(spansMillis.get(0), levels.get(0) * levels.get(1)));
            case ADJUSTABLE -> List.of();
        };
    }

    /** The level behind its parts; empty where they are repeated for ever. */
    public Optional<Double> lastLevel() {
        return switch (kind) {
            case RAMP, EXP, STEPS -> Optional.of(levels.getLast());
            case OVERLOAD, ADJUSTABLE -> Optional.of(levels.getFirst());
            case SQUARE, BURST -> Optional.empty();
        };
    }

    /** The level at its begin. */
    public double firstLevel() {
        return levels.getFirst();
    }

    /** The highest level that it states. */
    public double highestLevel() {
        return Math.max(
                firstLevel(),
                pieces().stream()
                        .mapToDouble(piece -> Math.max(piece.from(), piece.to()))
                        .max()
                        .orElse(0));
    }

    /** After how long it begins anew; empty where it does not. */
    public OptionalLong periodMillis() {
        return lastLevel().isPresent()
                ? OptionalLong.empty()
                : OptionalLong.of(pieces().stream().mapToLong(Piece::millis).sum());
    }

    /**
     * Whether windows of a length differ because of the shape alone. Of one that repeats they do not where each window holds whole
     * periods, wherever it begins.
     */
    public boolean variesBetweenWindowsOf(long windowMillis) {
        OptionalLong period = periodMillis();
        return period.isEmpty() || windowMillis % period.getAsLong() != 0;
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    private static String span(long millis) {
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }
}
