package dev.plumbline.pipeline;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Settings by which a producer vouches for what it measures however little of its time a machine leaves it: for tests that ask
 * whether all of it arrives, and not whether it is right.
 */
final class AnyMachine {

    static final List<String> SETTINGS = List.of(
            "plumbline.self-check.dispatch-lag=10s",
            "plumbline.self-check.event-loop-stall=10s",
            "plumbline.self-check.delay-ratio=2",
            "plumbline.self-check.cpu-saturation=1",
            "plumbline.self-check.lost-time=1");

    private AnyMachine() {}

    /** The same for {@code plumb run}. */
    static List<String> flags() {
        return SETTINGS.stream().flatMap(setting -> Stream.of("--set", setting)).toList();
    }

    /** The same as variables of the producer's environment. */
    static Map<String, String> environment() {
        return SETTINGS.stream()
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(
                        keyAndValue -> keyAndValue[0].toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"),
                        keyAndValue -> keyAndValue[1]));
    }

    /** The same on a line of a shell. */
    static String shell() {
        return flags().stream().collect(Collectors.joining(" "));
    }
}
