package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.SampleSource;
import dev.plumbline.telemetry.sampling.Viewpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A tool that is run once per look and prints one JSON document: amd-smi, rocm-smi. */
final class ToolQuery implements SampleSource<GpuSample> {

    /** Longest document, in characters. amd-smi prints about 8 kB per GPU. */
    private static final int MAX_DOCUMENT_LENGTH = 4 << 20;

    private final Viewpoint viewpoint;
    private final List<String> command;
    private final long timeoutNanos;
    private final GpuDocument document;
    private volatile Optional<ToolProcess> process = Optional.empty();
    private volatile boolean closed;

    ToolQuery(Viewpoint viewpoint, List<String> command, long timeoutNanos, GpuDocument document) {
        this.viewpoint = viewpoint;
        this.command = List.copyOf(command);
        this.timeoutNanos = timeoutNanos;
        this.document = document;
    }

    @Override
    public Poll<GpuSample> poll() throws InterruptedException {
        try (ToolProcess tool = ToolProcess.start(command, viewpoint.clock(), viewpoint.source())) {
            process = Optional.of(tool);
            if (closed) {
                return new Poll.Failed<>(FailureReason.NOT_STARTED, "closed");
            }
            return read(tool);
        } catch (IOException e) {
            return new Poll.Failed<>(FailureReason.NOT_STARTED, String.valueOf(e.getMessage()));
        } finally {
            process = Optional.empty();
        }
    }

    private Poll<GpuSample> read(ToolProcess tool) throws InterruptedException {
        StringBuilder printed = new StringBuilder();
        long deadline = viewpoint.clock().nanos() + timeoutNanos;
        while (true) {
            Optional<ToolProcess.Output> next =
                    tool.next(deadline - viewpoint.clock().nanos());
            if (next.isEmpty()) {
                return new Poll.Failed<>(
                        FailureReason.TIMEOUT, name() + " did not end within " + timeoutNanos / 1_000_000 + " ms");
            }
            switch (next.get()) {
                case ToolProcess.Output.Line line -> {
                    if (printed.length() + line.text().length() > MAX_DOCUMENT_LENGTH) {
                        return new Poll.Failed<>(FailureReason.TOO_LARGE, name() + " prints without end");
                    }
                    printed.append(line.text()).append('\n');
                }
                case ToolProcess.Output.End end -> {
                    return ended(end.exitCode(), printed.toString());
                }
            }
        }
    }

    private Poll<GpuSample> ended(int exitCode, String printed) {
        // Warnings may stand before the document.
        int start = firstOf(printed);
        if (start >= 0) {
            long now = viewpoint.clock().nanos();
            List<GpuSample> samples = document.read(printed.substring(start), viewpoint.at(now));
            if (!samples.isEmpty()) {
                return new Poll.Taken<>(now, samples);
            }
        }
        String words = printed.lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .map(line -> ": " + (line.length() <= 120 ? line : line.substring(0, 120)))
                .orElse("");
        return exitCode == 0
                ? new Poll.Failed<>(FailureReason.UNREADABLE, name() + " printed no GPU" + words)
                : new Poll.Failed<>(FailureReason.EXITED, name() + " ended with " + exitCode + words);
    }

    private static int firstOf(String printed) {
        int object = printed.indexOf('{');
        int list = printed.indexOf('[');
        return object < 0 || list < 0 ? Math.max(object, list) : Math.min(object, list);
    }

    private String name() {
        return viewpoint.source();
    }

    @Override
    public void close() {
        closed = true;
        process.ifPresent(ToolProcess::close);
    }
}
