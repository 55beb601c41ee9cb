package dev.plumbline.telemetry.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.contract.telemetry.ModelLifecycle.Pulling;
import dev.plumbline.telemetry.sampling.SampleClock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The lines of a pull, thinned out: a line is told when its words or its layer are new, when its layer is complete, or half a
 * second after the last one. Ollama writes one per layer and 60 ms, for hours where a model is large.
 *
 * <p>Lines come on one thread; what they came to may be asked from another one afterwards.
 */
final class PullProgress implements Consumer<JsonNode> {

    private static final long INTERVAL_NANOS = 500_000_000;

    private final SampleClock clock;
    private final Consumer<Pulling> outlet;
    private Optional<Pulling> told = Optional.empty();
    private long toldNanos;
    private volatile Optional<String> failure = Optional.empty();
    private volatile boolean succeeded;

    PullProgress(SampleClock clock, Consumer<Pulling> outlet) {
        this.clock = clock;
        this.outlet = outlet;
    }

    @Override
    public void accept(JsonNode line) {
        if (line.path("error").isTextual()) {
            failure = Optional.of(line.path("error").textValue());
            return;
        }
        String status = line.path("status").asText("");
        if (status.isEmpty()) {
            return;
        }
        if (status.equals("success")) {
            succeeded = true;
        }
        Pulling now = new Pulling(
                status,
                Optional.ofNullable(line.path("digest").textValue()),
                bytes(line.path("completed")),
                bytes(line.path("total")));
        long at = clock.nanos();
        if (told.filter(now::equals).isEmpty() && (isNew(now) || isComplete(now) || at - toldNanos >= INTERVAL_NANOS)) {
            told = Optional.of(now);
            toldNanos = at;
            outlet.accept(now);
        }
    }

    private boolean isNew(Pulling now) {
        return told.isEmpty()
                || !told.get().status().equals(now.status())
                || !told.get().digest().equals(now.digest());
    }

    private static boolean isComplete(Pulling now) {
        return now.totalBytes().isPresent() && now.totalBytes().equals(now.completedBytes());
    }

    private static OptionalLong bytes(JsonNode number) {
        return number.isIntegralNumber() && number.longValue() >= 0
                ? OptionalLong.of(number.longValue())
                : OptionalLong.empty();
    }

    /** What the server said went wrong. */
    Optional<String> failure() {
        return failure;
    }

    /** Whether the server said that it is done. */
    boolean succeeded() {
        return succeeded;
    }
}
