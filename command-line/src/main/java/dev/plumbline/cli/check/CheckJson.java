package dev.plumbline.cli.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.probe.ProbeReport;
import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import dev.plumbline.probe.StepResult;
import dev.plumbline.probe.TargetAddress;
import java.util.Locale;

/** The JSON of a check; absent is what is not known. */
final class CheckJson {

    private CheckJson() {}

    static String of(TargetAddress address, ProbeReport report) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("url", address.url().base());
        root.put("exitCode", CheckExit.of(report));
        ArrayNode steps = root.putArray("steps");
        for (StepResult result : report.steps()) {
            ObjectNode step = steps.addObject()
                    .put("step", result.step().name().toLowerCase(Locale.ROOT))
                    .put("durationNanos", result.durationNanos());
            switch (result.outcome()) {
                case Passed passed -> step.put("outcome", "passed").put("detail", passed.detail());
                case Failed failed ->
                    step.put("outcome", "failed")
                            .put("kind", failed.kind().name().toLowerCase(Locale.ROOT))
                            .put("line", failed.line());
                case Skipped skipped -> step.put("outcome", "skipped").put("why", skipped.why());
            }
        }
        report.discovery().ifPresent(discovery -> {
            ObjectNode found = root.putObject("discovery");
            found.put("endpointType", discovery.endpointType().shortName());
            found.put("model", discovery.model());
            found.put("engine", discovery.engine().kind().label());
            discovery.engine().version().ifPresent(version -> found.put("engineVersion", version));
            discovery.contextLengthTokens().ifPresent(tokens -> found.put("contextLengthTokens", tokens));
            discovery
                    .metrics()
                    .ifPresent(metrics -> found.putObject("metrics")
                            .put("url", metrics.url())
                            .put("engine", metrics.engine().label()));
            ObjectNode subject = found.putObject("subject");
            discovery.facts().subject().forEach(subject::put);
            ObjectNode conditions = found.putObject("conditions");
            discovery.facts().conditions().forEach(conditions::put);
        });
        return root.toPrettyString();
    }
}
