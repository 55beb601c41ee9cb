package dev.plumbline.probe;

import java.util.List;

/** The steps of a probe in their order; {@code docs/check.md} shows them with what each needs. */
final class ProbeSteps {

    private ProbeSteps() {}

    /** @param withAnswer whether a short answer is asked for, the only step that makes the target write tokens */
    static List<ProbeStep> of(ProbeContext context, GpuTool gpuTool, boolean withAnswer) {
        // Nothing is found out about an API that the user describes.
        boolean described = context.address().wanted().generic().isPresent();
        return List.of(
                new NameStep(context),
                new ConnectStep(context),
                new TlsStep(context),
                described
                        ? new LeftOutStep(
                                Step.HTTP, Needs.of("a connection", Step.TLS), "part of the short answer", false)
                        : new HttpStep(context),
                described ? new DescribedProtocolStep(context) : new ProtocolStep(context),
                described
                        ? new LeftOutStep(
                                Step.MODEL, Needs.of("a protocol", Step.PROTOCOL), "not asked of a generic API", true)
                        : new ModelStep(context),
                withAnswer
                        ? new AnswerStep(context)
                        : new LeftOutStep(Step.ANSWER, Needs.NOTHING, "not asked for", false),
                new MetricsStep(context),
                new GpuStep(context, gpuTool));
    }
}
