package dev.plumbline.contract.window;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A request worth looking at, and the duration that makes it so. */
public record SlowRequest(String requestId, long nanos) {

    /** How many are kept per metric and window. */
    public static final int KEPT = 3;

    private static final Comparator<SlowRequest> SLOWEST_FIRST =
            Comparator.comparingLong(SlowRequest::nanos).reversed().thenComparing(SlowRequest::requestId);

    public SlowRequest {
        Objects.requireNonNull(requestId, "requestId");
    }

    /** The slowest of both lists, slowest first, at most {@link #KEPT}; the same for every order of merging. */
    public static List<SlowRequest> slowest(List<SlowRequest> a, List<SlowRequest> b) {
        return Stream.concat(a.stream(), b.stream())
                .sorted(SLOWEST_FIRST)
                .limit(KEPT)
                .toList();
    }
}
