package dev.plumbline.contract.verdict;

import dev.plumbline.contract.window.LatencyMetric;
import java.util.Optional;
import java.util.OptionalDouble;

/** What is judged: a number of a window and the direction in which it is bad. */
public enum JudgedMetric {
    TTFT_P50("ttft", LatencyMetric.TTFT, 0.50, Direction.HIGHER_IS_WORSE, Role.GATING),
    TTFT_P95("ttft", LatencyMetric.TTFT, 0.95, Direction.HIGHER_IS_WORSE, Role.GATING),
    TPOT_P50("tpot", LatencyMetric.TPOT, 0.50, Direction.HIGHER_IS_WORSE, Role.GATING),
    TPOT_P95("tpot", LatencyMetric.TPOT, 0.95, Direction.HIGHER_IS_WORSE, Role.GATING),
    /** Output tokens per second of window, when they streamed; judged under a closed loop. */
    OUTPUT_TOKEN_RATE("output_token_rate", Direction.LOWER_IS_WORSE, Role.GATING),
    /** Requests completed / requests that fell due; judged under an open loop. */
    ACHIEVED_RATIO("achieved_ratio", Direction.LOWER_IS_WORSE, Role.GATING),
    /** Failed / ended requests that were sent; judged by a test of its own. */
    ERROR_RATE("error_rate", Direction.HIGHER_IS_WORSE, Role.GATING),
    E2E_P50("e2e", LatencyMetric.E2E, 0.50, Direction.HIGHER_IS_WORSE, Role.OBSERVED),
    E2E_P95("e2e", LatencyMetric.E2E, 0.95, Direction.HIGHER_IS_WORSE, Role.OBSERVED);

    /** Which way is bad. */
    public enum Direction {
        HIGHER_IS_WORSE,
        LOWER_IS_WORSE
    }

    /** Whether a metric can raise an alert. */
    public enum Role {
        GATING,
        OBSERVED
    }

    private final String label;
    private final Optional<LatencyMetric> latency;
    private final OptionalDouble quantile;
    private final Direction direction;
    private final Role role;

    JudgedMetric(String label, LatencyMetric latency, double quantile, Direction direction, Role role) {
        this.label = label;
        this.latency = Optional.of(latency);
        this.quantile = OptionalDouble.of(quantile);
        this.direction = direction;
        this.role = role;
    }

    JudgedMetric(String label, Direction direction, Role role) {
        this.label = label;
        this.latency = Optional.empty();
        this.quantile = OptionalDouble.empty();
        this.direction = direction;
        this.role = role;
    }

    /** Label without the quantile, as in metric labels: {@code ttft}. */
    public String label() {
        return label;
    }

    /** Name for people: {@code p95(ttft)} or {@code output_token_rate}. */
    public String displayName() {
        return quantile.isPresent() ? "p" + Math.round(quantile.getAsDouble() * 100) + "(" + label + ")" : label;
    }

    /** The distribution that it is read from; empty for rates. */
    public Optional<LatencyMetric> latency() {
        return latency;
    }

    /** The quantile, 0 to 1; empty for rates. */
    public OptionalDouble quantile() {
        return quantile;
    }

    public Direction direction() {
        return direction;
    }

    public Role role() {
        return role;
    }
}
