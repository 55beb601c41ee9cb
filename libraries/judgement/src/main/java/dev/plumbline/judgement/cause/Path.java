package dev.plumbline.judgement.cause;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether two runs went another way to their target: a port that is forwarded, a proxy, another region. Each time to the first token
 * has the round trip in it, and no engine tells of it. It is a fact about a run, as its probe saw it: {@code under 1 ms},
 * {@code about 16 ms}, powers of two.
 *
 * <p>Two looks at one way may fall on both sides of a border; so it takes two steps, and two milliseconds.
 */
public final class Path {

    /** Its name among the facts about a run's subject. */
    static final String FACT = "roundTrip";

    private static final Pattern MILLIS = Pattern.compile("(under|about) (\\d+) ms");
    private static final double LEAST_TIMES = 3.9;
    private static final double LEAST_MILLIS = 2;

    private Path() {}

    /**
     * One sentence; empty where the way was about the same, or is not known of both.
     *
     * @param now facts about the subject of a run
     * @param before those of the run that it is held against
     */
    public static Optional<String> sentence(Map<String, String> now, Map<String, String> before) {
        OptionalDouble here = millis(now.getOrDefault(FACT, ""));
        OptionalDouble there = millis(before.getOrDefault(FACT, ""));
        if (here.isEmpty() || there.isEmpty()) {
            return Optional.empty();
        }
        double longer = Math.max(here.getAsDouble(), there.getAsDouble());
        double shorter = Math.min(here.getAsDouble(), there.getAsDouble());
        return longer < LEAST_TIMES * shorter || longer - shorter < LEAST_MILLIS
                ? Optional.empty()
                : Optional.of("the way to the target and back takes " + now.get(FACT) + ", of the baseline it took "
                        + before.get(FACT) + ": every time to the first token has that in it");
    }

    private static OptionalDouble millis(String words) {
        Matcher told = MILLIS.matcher(words);
        if (!told.matches()) {
            return OptionalDouble.empty();
        }
        double millis = Double.parseDouble(told.group(2));
        return OptionalDouble.of(told.group(1).equals("under") ? millis / 2 : millis);
    }
}
