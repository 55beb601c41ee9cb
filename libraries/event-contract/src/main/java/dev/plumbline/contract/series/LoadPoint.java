package dev.plumbline.contract.series;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;

/**
 * The load that a series is measured under: {@code c8} is a closed loop of eight concurrent requests, {@code r20} is an
 * open loop of twenty requests per second ({@code r0.5} is one every two seconds).
 */
public sealed interface LoadPoint {

    /** The short form that appears in keys, labels and on the wire, for example {@code c8} or {@code r20}. */
    @JsonValue
    String key();

    /**
     * Reads the short form.
     *
     * @throws IllegalArgumentException if the text is neither {@code c<whole number>} nor {@code r<decimal>}
     */
    @JsonCreator
    static LoadPoint parse(String key) {
        try {
            if (key.startsWith("c")) {
                return new ClosedLoop(Integer.parseInt(key.substring(1)));
            }
            if (key.startsWith("r")) {
                return new OpenLoop(Double.parseDouble(key.substring(1)));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("load point '" + key + "' has no number, expected c8 or r20", e);
        }
        throw new IllegalArgumentException("load point '" + key + "' is unknown, expected c8 or r20");
    }

    /** A fixed number of requests in flight; the next is due when one ends. */
    record ClosedLoop(int concurrency) implements LoadPoint {
        public ClosedLoop {
            if (concurrency < 1 || concurrency > 1_000_000) {
                throw new IllegalArgumentException("concurrency " + concurrency + " is outside 1..1000000");
            }
        }

        @Override
        public String key() {
            return "c" + concurrency;
        }
    }

    /** Requests fall due by a schedule, whatever happens to earlier ones. */
    record OpenLoop(double requestsPerSecond) implements LoadPoint {
        public OpenLoop {
            if (!(requestsPerSecond >= 1e-6 && requestsPerSecond <= 1e6)) {
                throw new IllegalArgumentException("rate " + requestsPerSecond + "/s is outside 0.000001..1000000");
            }
        }

        @Override
        public String key() {
            return "r"
                    + BigDecimal.valueOf(requestsPerSecond).stripTrailingZeros().toPlainString();
        }
    }
}
