package dev.plumbline.target;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is wrong with the target at the moment. A factor of 1 and a share of 0 change nothing.
 *
 * @param prefillFactor multiplies a prefill that begins, 0.01 to 1000
 * @param decodeFactor multiplies a decode interval that begins, 0.01 to 1000
 * @param slots slots in place of the configured ones, 0 to 100000, where 0 admits nobody; absent changes nothing
 * @param errorShare share of requests answered with status 500 at once, 0 to 1
 * @param streamErrorShare share of requests that end with an error after some of their content, 0 to 1
 * @param emptyShare share of requests that finish without content, 0 to 1
 * @param stallShare share of requests that pause once between two tokens, 0 to 1
 * @param stallMillis length of that pause in milliseconds, 0 to 3600000
 */
public record Regressions(
        double prefillFactor,
        double decodeFactor,
        OptionalInt slots,
        double errorShare,
        double streamErrorShare,
        double emptyShare,
        double stallShare,
        long stallMillis) {

    /** Nothing is wrong. */
    public static final Regressions NONE = new Regressions(1, 1, OptionalInt.empty(), 0, 0, 0, 0, 1000);

    /** @throws IllegalArgumentException when a component is out of its range; the message names it */
    public Regressions {
        Require.within("prefillFactor", prefillFactor, 0.01, 1000);
        Require.within("decodeFactor", decodeFactor, 0.01, 1000);
        slots.ifPresent(count -> Require.within("slots", count, 0, 100_000));
        Require.within("errorShare", errorShare, 0, 1);
        Require.within("streamErrorShare", streamErrorShare, 0, 1);
        Require.within("emptyShare", emptyShare, 0, 1);
        Require.within("stallShare", stallShare, 0, 1);
        Require.within("stallMillis", stallMillis, 0, 3_600_000);
    }

    /**
     * This, with one component replaced.
     *
     * @param name a component's name
     * @throws IllegalArgumentException when there is no such component, or the value is out of its range
     */
    public Regressions with(String name, double value) {
        return switch (name) {
            case "prefillFactor" ->
                new Regressions(
                        value, decodeFactor, slots, errorShare, streamErrorShare, emptyShare, stallShare, stallMillis);
            case "decodeFactor" ->
                new Regressions(
                        prefillFactor, value, slots, errorShare, streamErrorShare, emptyShare, stallShare, stallMillis);
            case "slots" ->
                new Regressions(
                        prefillFactor,
                        decodeFactor,
                        OptionalInt.of((int) whole(name, value, 100_000)),
                        errorShare,
                        streamErrorShare,
                        emptyShare,
                        stallShare,
                        stallMillis);
            case "errorShare" ->
                new Regressions(
                        prefillFactor,
                        decodeFactor,
                        slots,
                        value,
                        streamErrorShare,
                        emptyShare,
                        stallShare,
                        stallMillis);
            case "streamErrorShare" ->
                new Regressions(
                        prefillFactor, decodeFactor, slots, errorShare, value, emptyShare, stallShare, stallMillis);
            case "emptyShare" ->
                new Regressions(
                        prefillFactor,
                        decodeFactor,
                        slots,
                        errorShare,
                        streamErrorShare,
                        value,
                        stallShare,
                        stallMillis);
            case "stallShare" ->
                new Regressions(
                        prefillFactor,
                        decodeFactor,
                        slots,
                        errorShare,
                        streamErrorShare,
                        emptyShare,
                        value,
                        stallMillis);
            case "stallMillis" ->
                new Regressions(
                        prefillFactor,
                        decodeFactor,
                        slots,
                        errorShare,
                        streamErrorShare,
                        emptyShare,
                        stallShare,
                        whole(name, value, 3_600_000));
            default ->
                throw new IllegalArgumentException("there is no regression named " + name + "; there are " + NAMES);
        };
    }

    /** The names that {@link #with} takes. */
    public static final List<String> NAMES = List.of(
            "prefillFactor",
            "decodeFactor",
            "slots",
            "errorShare",
            "streamErrorShare",
            "emptyShare",
            "stallShare",
            "stallMillis");

    /** Names of the components that change something now, in the order of {@link #NAMES}; never stallMillis alone. */
    public List<String> active() {
        List<String> active = new ArrayList<>();
        if (Double.compare(prefillFactor, 1) != 0) {
            active.add("prefillFactor");
        }
        if (Double.compare(decodeFactor, 1) != 0) {
            active.add("decodeFactor");
        }
        if (slots.isPresent()) {
            active.add("slots");
        }
        if (errorShare > 0) {
            active.add("errorShare");
        }
        if (streamErrorShare > 0) {
            active.add("streamErrorShare");
        }
        if (emptyShare > 0) {
            active.add("emptyShare");
        }
        if (stallShare > 0) {
            active.add("stallShare");
        }
        return List.copyOf(active);
    }

    private static long whole(String name, double value, long largest) {
        if (!(value >= 0 && value <= largest) || Double.compare(value, Math.rint(value)) != 0) {
            throw new IllegalArgumentException(name + " must be a whole number of 0 to " + largest + ", got " + value);
        }
        return (long) value;
    }
}
