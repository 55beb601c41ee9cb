package dev.plumbline.probe;

import dev.plumbline.probe.ModelChoice.Chosen;
import dev.plumbline.protocol.EndpointType;
import java.util.Optional;

/** The API is one that the user describes: nothing is found out about it, its model included. */
final class DescribedProtocolStep implements ProbeStep {

    private final ProbeContext context;

    DescribedProtocolStep(ProbeContext context) {
        this.context = context;
    }

    @Override
    public Step step() {
        return Step.PROTOCOL;
    }

    /** A connection is enough: whether HTTP is spoken over it shows in the short answer. */
    @Override
    public Needs needs() {
        return Needs.of("HTTP", Step.TLS);
    }

    @Override
    public StepEnd run(Findings known) {
        String model = context.address().wanted().model().orElse("");
        return StepEnd.passed(
                "generic, as described",
                known.withEndpointType(EndpointType.GENERIC)
                        .withModel(new Chosen(model, Optional.empty(), "as asked for"), Optional.empty()));
    }
}
