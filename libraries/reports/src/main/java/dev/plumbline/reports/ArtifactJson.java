package dev.plumbline.reports;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.window.LatencyMetric;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** How JSON is written here: records of the contract as on the topics, absent instead of null, nothing that is not a number. */
final class ArtifactJson {

    static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private ArtifactJson() {}

    static void put(ObjectNode node, String field, OptionalDouble value) {
        if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
            node.put(field, value.getAsDouble());
        }
    }

    static void put(ObjectNode node, String field, OptionalLong value) {
        if (value.isPresent()) {
            node.put(field, value.getAsLong());
        }
    }

    /** Count, mean, extremes and percentiles of every metric that has a value. */
    static ObjectNode metrics(Map<LatencyMetric, Histogram> latencies) {
        ObjectNode metrics = MAPPER.createObjectNode();
        for (LatencyMetric metric : LatencyMetric.values()) {
            Histogram histogram = latencies.getOrDefault(metric, Histogram.empty());
            if (!histogram.isEmpty()) {
                ObjectNode node = metrics.putObject(metric.label());
                node.put("count", histogram.count());
                put(node, "meanNanos", histogram.meanNanos());
                put(node, "minNanos", histogram.minNanos());
                put(node, "maxNanos", histogram.maxNanos());
                for (Percentile percentile : Percentile.values()) {
                    put(node, percentile.key() + "Nanos", percentile.nanosOf(histogram));
                }
            }
        }
        return metrics;
    }
}
