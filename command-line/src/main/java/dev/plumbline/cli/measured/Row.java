package dev.plumbline.cli.measured;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * An object of a file that describes one request. A field that is missing, null or not finite is absent; one of another type is an
 * error that names file and place.
 *
 * @param where file and place, for people
 */
record Row(JsonNode node, String where) {

    private static final double LARGEST = 9e18;

    /** A part of it; one without fields where it is missing. */
    Row at(String field) {
        return new Row(node.path(field), where + "/" + field);
    }

    boolean has(String field) {
        return node.hasNonNull(field);
    }

    OptionalDouble number(String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalDouble.empty();
        }
        if (!value.isNumber()) {
            throw new BadFile(where + "/" + field + " is " + shortened(value) + ", a number was expected");
        }
        double number = value.doubleValue();
        return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
    }

    /** A number that has to be there. */
    double required(String field) {
        return number(field).orElseThrow(() -> new BadFile(where + " has no number '" + field + "'"));
    }

    /** A count; absent where it is negative, as some tools write what they do not know. */
    OptionalLong count(String field) {
        OptionalDouble number = number(field);
        return number.isPresent() && number.getAsDouble() >= 0
                ? OptionalLong.of((long) number.getAsDouble())
                : OptionalLong.empty();
    }

    /**
     * A duration, or a moment, in nanoseconds.
     *
     * @param nanosPerUnit of the unit that the file has it in
     */
    OptionalLong nanos(String field, double nanosPerUnit) {
        OptionalDouble number = number(field);
        return number.isPresent()
                ? OptionalLong.of(nanos(number.getAsDouble() * nanosPerUnit, where + "/" + field))
                : OptionalLong.empty();
    }

    /** Whole nanoseconds, where they are possible. */
    static long nanos(double nanos, String where) {
        if (!(nanos >= 0 && nanos < LARGEST)) {
            throw new BadFile(where + " is " + nanos / 1e9 + " s: not a time, and not a duration");
        }
        return Math.round(nanos);
    }

    String text(String field) {
        JsonNode value = node.path(field);
        return value.isValueNode() && !value.isNull() ? value.asText() : "";
    }

    private static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
