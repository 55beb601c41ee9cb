package dev.plumbline.target;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One switch of the regressions at a moment after the start, as {@code decode=1.2,prefill=1.1@90s} or {@code none@120s}.
 * What it does not name stays as it was.
 *
 * @param afterNanos moment after the start of the target; not negative, at most 30 days
 * @param clear whether everything is cleared first
 * @param changes the components to set, by their names in {@link Regressions#NAMES}, in order
 */
public record RegressionSchedule(long afterNanos, boolean clear, List<Change> changes) {

    private static final long LONGEST_NANOS = 30L * 24 * Require.HOUR_NANOS;
    private static final Pattern TEXT = Pattern.compile("([^@]+)@(\\d+(?:\\.\\d+)?)(ms|s|m|h)");
    private static final Map<String, String> SHORT_NAMES = Map.of(
            "prefill", "prefillFactor",
            "decode", "decodeFactor",
            "slots", "slots",
            "errors", "errorShare",
            "stream-errors", "streamErrorShare",
            "empty", "emptyShare",
            "stalls", "stallShare",
            "stall-ms", "stallMillis");
    private static final String FORM =
            "expected like decode=1.2@90s (prefill, decode, slots, errors, stream-errors, empty, stalls, stall-ms; or none)";

    /** One component and its new value. */
    public record Change(String name, double value) {}

    /** @throws IllegalArgumentException when the moment or a change is out of its range */
    public RegressionSchedule {
        Require.within("afterNanos", afterNanos, 0, LONGEST_NANOS);
        changes = List.copyOf(changes);
        Regressions checked = Regressions.NONE;
        for (Change change : changes) {
            checked = checked.with(change.name(), change.value());
        }
    }

    /** The regressions after this switch. */
    public Regressions applyTo(Regressions before) {
        Regressions after = clear ? Regressions.NONE : before;
        for (Change change : changes) {
            after = after.with(change.name(), change.value());
        }
        return after;
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException with one line that names the text and the form
     */
    public static RegressionSchedule parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("cannot read the regression \"" + text + "\": " + FORM);
        }
        double unitNanos = switch (matcher.group(3)) {
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 6e10;
            default -> 3.6e12;
        };
        double afterNanos = Double.parseDouble(matcher.group(2)) * unitNanos;
        if (afterNanos > LONGEST_NANOS) {
            throw new IllegalArgumentException("the moment of the regression \"" + text + "\" is over 30 days away");
        }
        if (matcher.group(1).equals("none")) {
            return new RegressionSchedule((long) afterNanos, true, List.of());
        }
        List<Change> changes = new ArrayList<>();
        for (String part : matcher.group(1).split(",", -1)) {
            changes.add(change(text, part));
        }
        try {
            return new RegressionSchedule((long) afterNanos, false, changes);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("cannot take the regression \"" + text + "\": " + e.getMessage(), e);
        }
    }

    private static Change change(String text, String part) {
        int equals = part.indexOf('=');
        String name =
                SHORT_NAMES.getOrDefault(part.substring(0, Math.max(equals, 0)).toLowerCase(Locale.ROOT), "");
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    "cannot read \"" + part + "\" of the regression \"" + text + "\": " + FORM);
        }
        try {
            return new Change(name, Double.parseDouble(part.substring(equals + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "no number in \"" + part + "\" of the regression \"" + text + "\": " + FORM, e);
        }
    }
}
