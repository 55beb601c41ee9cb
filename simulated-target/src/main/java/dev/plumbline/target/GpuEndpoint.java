package dev.plumbline.target;

import dev.plumbline.target.lockstep.LockstepCore;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;

/**
 * {@code GET /admin/nvidia-smi?query=…&format=…&lms=…}: the text of {@link NvidiaSmiText}, once, or a row every so many
 * milliseconds until the client goes. Used on the event loop only.
 */
final class GpuEndpoint {

    private static final int LARGEST_MILLIS = 3_600_000;

    private final LockstepCore core;
    private final TargetClock clock;
    private final Timers timers;

    GpuEndpoint(LockstepCore core, TargetClock clock, Timers timers) {
        this.core = core;
        this.clock = clock;
        this.timers = timers;
    }

    void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response().putHeader("content-type", "text/plain; charset=utf-8");
        String lms = request.getParam("lms", "0");
        NvidiaSmiText text = new NvidiaSmiText(request.getParam("query", ""), request.getParam("format", "csv"));
        Optional<String> complaint = text.complaint();
        if (complaint.isPresent() || !lms.matches("\\d{1,7}") || Integer.parseInt(lms) > LARGEST_MILLIS) {
            response.setStatusCode(400)
                    .end(complaint.orElse("The interval must be 0 to " + LARGEST_MILLIS + " ms, got " + lms + "\n"));
            return;
        }
        String first = text.head() + row(text);
        if (Integer.parseInt(lms) == 0) {
            response.end(first);
            return;
        }
        response.setChunked(true).write(Buffer.buffer(first));
        repeat(response, text, Integer.parseInt(lms) * 1_000_000L, clock.nanos());
    }

    private void repeat(HttpServerResponse response, NvidiaSmiText text, long everyNanos, long lastNanos) {
        long dueNanos = lastNanos + everyNanos;
        timers.at(dueNanos, () -> {
            if (!response.closed()) {
                response.write(Buffer.buffer(row(text)));
                repeat(response, text, everyNanos, Math.max(dueNanos, clock.nanos() - everyNanos));
            }
        });
    }

    private String row(NvidiaSmiText text) {
        return text.row(core.gpu(clock.nanos()), clock.epochMillis());
    }
}
