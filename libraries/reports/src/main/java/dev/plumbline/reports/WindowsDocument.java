package dev.plumbline.reports;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunWindow;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/** {@code windows.json}: the windows of a run, oldest first, one per line, each with its distributions and its percentiles. */
final class WindowsDocument {

    private WindowsDocument() {}

    /** Writes them one by one: together they may be large. */
    static void write(RunResult result, OutputStream out) throws IOException {
        try (JsonGenerator json =
                ArtifactJson.MAPPER.createGenerator(new OutputStreamWriter(out, StandardCharsets.UTF_8))) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartArray();
            for (RunWindow window : result.windows()) {
                json.writeRaw('\n');
                ArtifactJson.MAPPER.writeValue(json, node(window, result.liesAfterLoad(window)));
            }
            json.writeRaw('\n');
            json.writeEndArray();
        }
    }

    private static ObjectNode node(RunWindow window, boolean liesAfterLoad) {
        ObjectNode node = ArtifactJson.MAPPER.createObjectNode();
        node.put("startEpochMillis", window.startEpochMillis());
        node.put("lengthMillis", window.lengthMillis());
        node.put("partial", window.partial());
        if (liesAfterLoad) {
            node.put("afterLoad", true);
        }
        node.put("coverage", window.coverage());
        RunRates.of(window)
                .ifPresent(rates -> node.putObject("rates")
                        .put("offeredPerSecond", rates.offeredPerSecond())
                        .put("completedPerSecond", rates.completedPerSecond())
                        .put("outputTokensPerSecond", rates.outputTokensPerSecond())
                        .put("meanInFlight", rates.meanInFlight()));
        ArtifactJson.put(
                node, "errorShare", RunFigures.errorShare(window.measured().requests()));
        node.set("percentiles", ArtifactJson.metrics(window.measured().latencies()));
        node.set("measured", ArtifactJson.MAPPER.valueToTree(window.measured()));
        node.set("excluded", ArtifactJson.MAPPER.valueToTree(window.excluded()));
        return node;
    }
}
