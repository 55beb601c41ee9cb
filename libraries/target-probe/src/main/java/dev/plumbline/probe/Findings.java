package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.probe.Discovery.EngineMetrics;
import dev.plumbline.probe.ModelChoice.Chosen;
import dev.plumbline.protocol.EndpointType;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the steps of a probe have found so far. Each step gets it and gives back a copy that knows more.
 *
 * @param addresses of the host, or of the proxy in front of it; empty until they are known
 * @param survey empty until anything was asked over HTTP
 * @param admitted whether the server speaks HTTP and lets us in
 * @param endpointType the API to drive
 * @param chosen the model to name
 * @param ollamaShow Ollama's answer about the model
 * @param metrics where the engine's metrics are
 * @param gpu conditions of a run; empty where no GPU was seen
 */
record Findings(
        List<InetAddress> addresses,
        Survey survey,
        boolean admitted,
        Optional<EndpointType> endpointType,
        Optional<Chosen> chosen,
        Optional<JsonNode> ollamaShow,
        Optional<EngineMetrics> metrics,
        Map<String, String> gpu) {

    static final Findings NONE = new Findings(
            List.of(),
            new Survey(Map.of()),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of());

    Findings {
        addresses = List.copyOf(addresses);
        gpu = Map.copyOf(gpu);
    }

    /** The software that serves, as far as the survey tells. */
    Engine engine() {
        return EngineFacts.engine(survey);
    }

    Findings withAddresses(List<InetAddress> found) {
        return new Findings(found, survey, admitted, endpointType, chosen, ollamaShow, metrics, gpu);
    }

    Findings withSurvey(Survey found, boolean letIn) {
        return new Findings(addresses, found, letIn, endpointType, chosen, ollamaShow, metrics, gpu);
    }

    Findings withEndpointType(EndpointType found) {
        return new Findings(addresses, survey, admitted, Optional.of(found), chosen, ollamaShow, metrics, gpu);
    }

    Findings withModel(Chosen found, Optional<JsonNode> show) {
        return new Findings(addresses, survey, admitted, endpointType, Optional.of(found), show, metrics, gpu);
    }

    Findings withMetrics(EngineMetrics found) {
        return new Findings(addresses, survey, admitted, endpointType, chosen, ollamaShow, Optional.of(found), gpu);
    }

    Findings withGpu(Map<String, String> found) {
        return new Findings(addresses, survey, admitted, endpointType, chosen, ollamaShow, metrics, found);
    }
}
