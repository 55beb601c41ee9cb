package dev.plumbline.cli.run;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import dev.plumbline.probe.BaseUrl;
import dev.plumbline.probe.Credentials;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.Engine;
import dev.plumbline.probe.ProbeTimeouts;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.EndpointType;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine;

/** What a run hands to its producer about a target that was found. */
final class DrivenTarget {

    private DrivenTarget() {}

    /** @param flags those of the load */
    static Map<String, String> properties(String typedUrl, EndpointType type, String... flags) {
        return properties(typedUrl, type, TargetAddress.Wanted.ANYTHING, flags);
    }

    /** @param wanted what was asked for */
    static Map<String, String> properties(
            String typedUrl, EndpointType type, TargetAddress.Wanted wanted, String... flags) {
        RunOptions options = CommandLine.populateCommand(new RunOptions(), flags);
        BaseUrl url = BaseUrl.parse(typedUrl);
        RunPlan plan = RunPlan.checked("id", options, false);
        return ProducerProperties.of(
                plan,
                new Series(new ComparisonGroup("t", "m", "chat", plan.loadPoint(), "default"), "stable"),
                new TargetAddress(
                        typedUrl,
                        url,
                        wanted,
                        Credentials.NONE,
                        new TargetAddress.Route(Optional.empty(), Optional.empty()),
                        ProbeTimeouts.DEFAULT),
                new Discovery(
                        url,
                        type,
                        "m",
                        new Engine(Engine.Kind.LLAMA_CPP, Optional.empty()),
                        OptionalLong.empty(),
                        Optional.empty(),
                        new Discovery.Facts(Map.of(), Map.of())),
                Map.of());
    }
}
