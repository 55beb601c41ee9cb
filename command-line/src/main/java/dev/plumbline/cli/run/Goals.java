package dev.plumbline.cli.run;

import dev.plumbline.cli.number.DecimalConverter;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.run.Budget;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a good request meets: every stated latency, and a missing one is not good. Written as in other tools,
 * {@code ttft:200 tpot:50}, milliseconds.
 */
record Goals(String text, Map<LatencyMetric, Long> limitNanos) {

    private static final Map<String, LatencyMetric> NAMES = Map.ofEntries(
            Map.entry("ttft", LatencyMetric.TTFT),
            Map.entry("time_to_first_token", LatencyMetric.TTFT),
            Map.entry("ttfa", LatencyMetric.TTFA),
            Map.entry("tpot", LatencyMetric.TPOT),
            // AIPerf calls the mean time per token inter-token latency.
            Map.entry("inter_token_latency", LatencyMetric.TPOT),
            Map.entry("e2e", LatencyMetric.E2E),
            Map.entry("e2el", LatencyMetric.E2E),
            Map.entry("request_latency", LatencyMetric.E2E),
            Map.entry("response", LatencyMetric.RESPONSE));

    Goals {
        limitNanos = Collections.unmodifiableMap(new EnumMap<>(limitNanos));
    }

    /** @throws IllegalArgumentException with one line for the user */
    static Goals parse(String text) {
        Map<LatencyMetric, Long> limits = new EnumMap<>(LatencyMetric.class);
        Budget.refuseCommas(text);
        for (String part : text.strip().split("[\\s,]+")) {
            int colon = part.indexOf(':');
            LatencyMetric metric = colon < 0 ? null : NAMES.get(part.substring(0, colon));
            if (metric == null) {
                throw new IllegalArgumentException(
                        "'" + part
                                + "' is not a goal: write for example \"ttft:200 tpot:50\", in ms, of ttft, ttfa, tpot, e2e, response");
            }
            try {
                double millis =
                        DecimalConverter.number(part.substring(colon + 1)).orElseThrow(NumberFormatException::new);
                if (!(millis > 0 && millis < 1e9)) {
                    throw new NumberFormatException();
                }
                limits.put(metric, Math.round(millis * 1e6));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + part + "' needs milliseconds above 0 behind the colon", e);
            }
        }
        return new Goals(text.strip(), limits);
    }

    boolean areMetBy(RequestEvent event) {
        return event.outcome() instanceof Outcome.Completed
                && limitNanos.entrySet().stream().allMatch(goal -> {
                    OptionalLong value = goal.getKey().ofRequest(event);
                    return value.isPresent() && value.getAsLong() <= goal.getValue();
                });
    }
}
