package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.telemetry.sampling.SampleSource;
import dev.plumbline.telemetry.sampling.Viewpoint;
import dev.plumbline.telemetry.scrape.PageAddress;
import dev.plumbline.telemetry.scrape.PageClient;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes the sources of GPU samples. */
public final class GpuSources {

    private GpuSources() {}

    /** What a tool on this machine is called. */
    public static String commandOf(GpuSourceKind tool) {
        return switch (tool) {
            case NVIDIA_SMI -> "nvidia-smi";
            case AMD_SMI -> "amd-smi";
            case ROCM_SMI -> "rocm-smi";
            case AUTO, DCGM, AMD_EXPORTER, NONE -> throw new IllegalArgumentException(tool + " is not a command");
        };
    }

    /**
     * The first tool that lies in a folder of a search path.
     *
     * @param searchPath folders, separated as the machine separates them
     */
    public static Optional<GpuSourceKind> findTool(String searchPath) {
        return Stream.of(GpuSourceKind.NVIDIA_SMI, GpuSourceKind.AMD_SMI, GpuSourceKind.ROCM_SMI)
                .filter(tool -> Pattern.compile(Pattern.quote(File.pathSeparator))
                        .splitAsStream(searchPath)
                        .anyMatch(folder -> isExecutable(folder, commandOf(tool))))
                .findFirst();
    }

    private static boolean isExecutable(String folder, String name) {
        try {
            Path file = Path.of(folder, name);
            return Files.isRegularFile(file) && Files.isExecutable(file);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /**
     * A tool, on this machine or on whichever one the command leads to.
     *
     * @param command the tool and what stands before it, for example {@code ssh}, {@code gpu-host}, {@code nvidia-smi}
     */
    public static SampleSource<GpuSample> tool(
            Viewpoint viewpoint, GpuSourceKind tool, List<String> command, Duration interval, Duration timeout) {
        return switch (tool) {
            case NVIDIA_SMI -> new NvidiaSmi(viewpoint, command, interval.toNanos(), timeout.toNanos());
            case AMD_SMI ->
                new ToolQuery(
                        viewpoint,
                        joined(command, List.of("metric", "--json")),
                        timeout.toNanos(),
                        new AmdSmiDocument());
            case ROCM_SMI ->
                new ToolQuery(
                        viewpoint,
                        joined(command, RocmSmiDocument.ARGUMENTS),
                        timeout.toNanos(),
                        new RocmSmiDocument());
            case AUTO, DCGM, AMD_EXPORTER, NONE -> throw new IllegalArgumentException(tool + " is not a command");
        };
    }

    private static List<String> joined(List<String> command, List<String> arguments) {
        return Stream.concat(command.stream(), arguments.stream()).toList();
    }

    /** A page of an exporter. */
    public static SampleSource<GpuSample> page(
            Viewpoint viewpoint, GpuSourceKind exporter, PageClient client, PageAddress address, Duration timeout) {
        List<GpuPage> kinds = switch (exporter) {
            case AUTO -> List.of(new DcgmPage(), new AmdExporterPage());
            case DCGM -> List.of(new DcgmPage());
            case AMD_EXPORTER -> List.of(new AmdExporterPage());
            case NVIDIA_SMI, AMD_SMI, ROCM_SMI, NONE -> throw new IllegalArgumentException(exporter + " has no page");
        };
        return new GpuExporter(viewpoint, client, address, timeout, kinds);
    }
}
