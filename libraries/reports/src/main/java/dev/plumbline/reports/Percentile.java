package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import java.util.OptionalLong;

/** The percentiles that every file shows. */
enum Percentile {
    P50("p50", 0.5),
    P90("p90", 0.9),
    P95("p95", 0.95),
    P99("p99", 0.99),
    P999("p999", 0.999);

    private static final int FEW_BEYOND = 5;

    private final String key;
    private final double quantile;

    Percentile(String key, double quantile) {
        this.key = key;
        this.quantile = quantile;
    }

    /** In names of fields: {@code p999}. */
    String key() {
        return key;
    }

    /** For people: {@code p99.9}. */
    String label() {
        return this == P999 ? "p99.9" : key;
    }

    OptionalLong nanosOf(Histogram histogram) {
        return histogram.quantileNanos(quantile);
    }

    /** Whether fewer than five values lie beyond it: then it is hardly more than the largest value. */
    boolean restsOnFew(Histogram histogram) {
        return histogram.count() * (1 - quantile) < FEW_BEYOND;
    }
}
