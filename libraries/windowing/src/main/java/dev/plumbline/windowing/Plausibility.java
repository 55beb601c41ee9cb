package dev.plumbline.windowing;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Choices;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.ConditionsDigest;
import java.util.Optional;
import java.util.stream.Stream;

/** Which numbers can be a measurement. What cannot would turn a sum over or bury every other one in it. */
final class Plausibility {

    /** A count above this in one event or one second is no measurement. */
    private static final long LARGEST_COUNT = 1_000_000_000;

    /** More time in flight in one second than this is no measurement: a million requests. */
    private static final long LARGEST_IN_FLIGHT_NANOS = 1_000_000_000_000_000L;

    private Plausibility() {}

    /** What is wrong with a request's numbers. The stamps are ordered, so the longest duration is from due to end. */
    static Optional<String> fault(RequestEvent event) {
        Stamps stamps = event.stamps();
        if (stamps.endNanos() - stamps.dueNanos() < 0) {
            return Optional.of("took longer than can be counted: due at " + stamps.dueNanos() + " ns, ended at "
                    + stamps.endNanos() + " ns");
        }
        if (event.response().contentChunks() > LARGEST_COUNT) {
            return Optional.of(event.response().contentChunks() + " content chunks");
        }
        // No answer can have decoded for longer than the request took.
        Optional<Choices> choices = event.response()
                .choices()
                .filter(several -> several.decodeNanos() / several.count() > stamps.endNanos() - stamps.dueNanos());
        if (choices.isPresent()) {
            return Optional.of(choices.get().count() + " answers that decoded for "
                    + choices.get().decodeNanos() + " ns within a request of "
                    + (stamps.endNanos() - stamps.dueNanos()) + " ns");
        }
        Tokens tokens = event.response().tokens();
        return Stream.concat(
                        Stream.of(tokens.prompt(), tokens.output(), tokens.reasoning(), tokens.cached())
                                .flatMap(Optional::stream)
                                .map(TokenCount::count),
                        tokens.speculation().stream()
                                .flatMap(told ->
                                        Stream.of(told.drafted(), told.drafts().orElse(0))))
                .filter(count -> count > LARGEST_COUNT)
                .findFirst()
                .map(count -> count + " tokens");
    }

    /** Whether one second of a producer can have been like this. */
    static boolean isPlausible(Activity activity) {
        return !activity.variant().isBlank()
                && activity.conditions().map(ConditionsDigest::isValid).orElse(true)
                && activity.variant().length() <= ComparisonGroup.MAX_LABEL_LENGTH
                && activity.offered() <= LARGEST_COUNT
                && activity.inFlightNanos() <= LARGEST_IN_FLIGHT_NANOS
                && activity.outputTokens() <= LARGEST_COUNT
                && activity.outputTokens() >= -LARGEST_COUNT
                && activity.edges()
                        .map(edges -> edges.began() <= LARGEST_COUNT && edges.ended() <= LARGEST_COUNT)
                        .orElse(true);
    }
}
