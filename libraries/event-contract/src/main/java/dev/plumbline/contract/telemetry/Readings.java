package dev.plumbline.contract.telemetry;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The rules that values of samples obey. */
final class Readings {

    /** Longest reason for an absence, in characters. */
    private static final int MAX_REASON_LENGTH = 300;

    private Readings() {}

    static void requireFinite(String component, OptionalDouble value) {
        if (value.isPresent() && !Double.isFinite(value.getAsDouble())) {
            throw new IllegalArgumentException(component + " " + value.getAsDouble() + " is not a number");
        }
    }

    static void requireNotNegative(String component, OptionalDouble value) {
        requireFinite(component, value);
        if (value.isPresent() && value.getAsDouble() < 0) {
            throw new IllegalArgumentException(component + " " + value.getAsDouble() + " is negative");
        }
    }

    static void requireNotNegative(String component, OptionalLong value) {
        if (value.isPresent() && value.getAsLong() < 0) {
            throw new IllegalArgumentException(component + " " + value.getAsLong() + " is negative");
        }
    }

    /** A sorted copy with reasons of bounded length. */
    static Map<String, String> reasons(Map<String, String> absent) {
        TreeMap<String, String> copy = new TreeMap<>(absent);
        copy.replaceAll((name, reason) -> bounded(reason));
        return Collections.unmodifiableMap(copy);
    }

    static String bounded(String reason) {
        return reason.length() <= MAX_REASON_LENGTH ? reason : reason.substring(0, MAX_REASON_LENGTH);
    }
}
