package dev.plumbline.contract.window;

import dev.plumbline.contract.event.RequestEvent;
import java.util.OptionalLong;

/** The duration distributions of a window; {@code metrics.md} in docs defines each. */
public enum LatencyMetric {
    TTFT("ttft"),
    TTFA("ttfa"),
    /** Gaps between content chunks, pooled over requests. */
    ITL("itl"),
    TPOT("tpot"),
    E2E("e2e"),
    RESPONSE("response"),
    DISPATCH_LAG("dispatch_lag"),
    GATE_WAIT("gate_wait"),
    /** Of failed requests only; every other metric but dispatch lag and gate wait is of completed requests only. */
    TIME_TO_FAILURE("time_to_failure");

    private final String label;

    LatencyMetric(String label) {
        this.label = label;
    }

    /** The name in labels, metric names and tables. */
    public String label() {
        return label;
    }

    /** This metric of one request; empty when it does not exist there, and always for {@link #ITL}, which has many per request. */
    public OptionalLong ofRequest(RequestEvent event) {
        return switch (this) {
            case TTFT -> event.ttftNanos();
            case TTFA -> event.ttfaNanos();
            case ITL -> OptionalLong.empty();
            case TPOT -> event.tpotNanos();
            case E2E -> event.e2eNanos();
            case RESPONSE -> event.responseNanos();
            case DISPATCH_LAG -> event.dispatchLagNanos();
            case GATE_WAIT -> event.gateWaitNanos();
            case TIME_TO_FAILURE -> event.timeToFailureNanos();
        };
    }
}
