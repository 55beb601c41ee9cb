package dev.plumbline.probe;

import dev.plumbline.probe.GpuTool.Reading;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The GPUs of this machine, where the target is on it; read beside the other steps. */
final class GpuStep implements ProbeStep {

    private final ProbeContext context;
    private final GpuTool gpuTool;
    private Optional<CompletableFuture<Reading>> reading = Optional.empty();

    GpuStep(ProbeContext context, GpuTool gpuTool) {
        this.context = context;
        this.gpuTool = gpuTool;
    }

    @Override
    public Step step() {
        return Step.GPU_TOOL;
    }

    @Override
    public Needs needs() {
        return Needs.of("DNS", Step.DNS);
    }

    @Override
    public void begin(Findings known) {
        if (isHere(known.addresses().getFirst())) {
            reading = Optional.of(gpuTool.read());
        }
    }

    @Override
    public StepEnd run(Findings known) {
        if (reading.isEmpty()) {
            return StepEnd.skipped(
                    "the target is on another machine, its GPUs are not seen from here; give them with"
                            + " --metadata gpu=…",
                    known);
        }
        Reading read = reading.get().join();
        return StepEnd.of(read.outcome(), known.withGpu(read.facts()));
    }

    /** Whether an address is this machine's; a tunnel to another machine looks the same. */
    private boolean isHere(InetAddress address) {
        return !context.isProxied() && (address.isLoopbackAddress() || Transport.isOwn(address));
    }
}
