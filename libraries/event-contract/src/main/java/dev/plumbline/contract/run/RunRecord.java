package dev.plumbline.contract.run;

import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.window.RequestCounts;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * One run.
 *
 * @param plan settings that can be repeated, by name
 * @param environment subject and conditions
 * @param endEpochMillis empty while it runs
 * @param totals empty while it runs
 */
public record RunRecord(
        String runId,
        List<Series> series,
        Map<String, String> plan,
        Environment environment,
        long startEpochMillis,
        OptionalLong endEpochMillis,
        Optional<Totals> totals) {

    public RunRecord {
        Objects.requireNonNull(runId, "runId");
        series = List.copyOf(series);
        plan = Collections.unmodifiableMap(new TreeMap<>(plan));
        Objects.requireNonNull(environment, "environment");
        Objects.requireNonNull(endEpochMillis, "endEpochMillis");
        Objects.requireNonNull(totals, "totals");
    }

    /**
     * What the numbers belong to.
     *
     * @param subject what may differ between baseline and candidate: model revision, quantization, image, flags
     * @param conditions what must match: GPU, driver, dataset and seed policy, generation config, region
     */
    public record Environment(Map<String, String> subject, Map<String, String> conditions) {
        public Environment {
            subject = Collections.unmodifiableMap(new TreeMap<>(subject));
            conditions = Collections.unmodifiableMap(new TreeMap<>(conditions));
        }
    }

    /**
     * What came of it.
     *
     * @param acknowledgedEvents request events that Kafka acknowledged
     * @param lostEvents request events that were lost on the way to Kafka, and named in a heartbeat
     * @param decision the verdict as an exit code would tell it
     */
    public record Totals(RequestCounts requests, long acknowledgedEvents, long lostEvents, Decision decision) {
        public Totals {
            Objects.requireNonNull(requests, "requests");
            Objects.requireNonNull(decision, "decision");
        }
    }

    /** How a run was judged. */
    public enum Decision {
        PASS,
        REGRESSION,
        INCONCLUSIVE,
        NOT_JUDGED,
        FAILED
    }
}
