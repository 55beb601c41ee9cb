package dev.plumbline.probe;

import dev.plumbline.protocol.EndpointType;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a probe found out.
 *
 * @param url without the path of an API
 * @param endpointType the API to drive
 * @param model as requests must name it; may be empty for a generic API only
 * @param contextLengthTokens what prompt and answer may have together, where the server tells
 * @param metrics the engine's metrics, where they are
 * @param facts for the run record
 */
public record Discovery(
        BaseUrl url,
        EndpointType endpointType,
        String model,
        Engine engine,
        OptionalLong contextLengthTokens,
        Optional<EngineMetrics> metrics,
        Facts facts) {

    public Discovery {
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(endpointType, "endpointType");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(contextLengthTokens, "contextLengthTokens");
        Objects.requireNonNull(metrics, "metrics");
        Objects.requireNonNull(facts, "facts");
    }

    /** The full URL of the API to drive; may hold a secret in its query. */
    public String endpointUrl() {
        return endpointType == EndpointType.GENERIC ? url.whole() : url.endpoint(endpointType);
    }

    /** Its path with its query, to the letter; begins with a slash, may hold a secret. */
    public String endpointPath() {
        String path = endpointUrl().substring(url.origin().length());
        return path.startsWith("/") ? path : "/" + path;
    }

    /**
     * Metrics in the text format of Prometheus.
     *
     * @param url where they are
     * @param engine whose metric names they have; a proxy or a simulator may show another engine's
     */
    public record EngineMetrics(String url, Engine.Kind engine) {
        public EngineMetrics {
            Objects.requireNonNull(url, "url");
            Objects.requireNonNull(engine, "engine");
        }
    }

    /**
     * What the numbers belong to; a fact that should be known and is not has the value {@link #UNKNOWN}.
     *
     * @param subject what may differ between baseline and candidate
     * @param conditions what must match
     */
    public record Facts(Map<String, String> subject, Map<String, String> conditions) {

        /** The value of a fact that could not be found out. */
        public static final String UNKNOWN = "unknown";

        public Facts {
            subject = Collections.unmodifiableMap(new TreeMap<>(subject));
            conditions = Collections.unmodifiableMap(new TreeMap<>(conditions));
        }

        /** Names of the facts that could not be found out, sorted within subject and conditions. */
        public List<String> unknown() {
            return Stream.of(subject, conditions)
                    .flatMap(facts -> facts.entrySet().stream())
                    .filter(fact -> fact.getValue().equals(UNKNOWN))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }
}
