package dev.plumbline.telemetry.engine;

import dev.plumbline.contract.telemetry.EngineSample;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a request event carries of an engine sample: everything, by the names of the contract with the unit last, for example
 * {@code requestsRunningCount} and {@code preemptionsTotal}.
 *
 * @param prefix before each name, where several sources could give one name twice; else empty
 */
public record EngineEventValues(String prefix) implements Function<List<EngineSample>, SortedMap<String, Double>> {

    @Override
    public SortedMap<String, Double> apply(List<EngineSample> samples) {
        TreeMap<String, Double> values = new TreeMap<>();
        for (EngineSample sample : samples) {
            put(values, "requestsRunningCount", sample.requests().running());
            put(values, "requestsWaitingCount", sample.requests().waiting());
            put(values, "preemptionsTotal", sample.requests().preemptionsTotal());
            put(values, "queueTimeSecondsTotal", sample.requests().queueTimeSecondsTotal());
            put(values, "queueTimeRequestsTotal", sample.requests().queueTimeRequestsTotal());
            put(values, "kvCacheUsageRatio", sample.tokens().kvCacheUsageRatio());
            put(values, "promptTokensTotal", sample.tokens().promptTokensTotal());
            put(values, "cachedPromptTokensTotal", sample.tokens().cachedPromptTokensTotal());
            put(values, "generationTokensTotal", sample.tokens().generationTokensTotal());
        }
        return values;
    }

    private void put(Map<String, Double> values, String plain, OptionalDouble value) {
        String name = prefix.isEmpty() ? plain : prefix + Character.toUpperCase(plain.charAt(0)) + plain.substring(1);
        value.ifPresent(number -> values.put(name, number));
    }
}
