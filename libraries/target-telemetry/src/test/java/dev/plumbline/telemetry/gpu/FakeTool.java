package dev.plumbline.telemetry.gpu;

import dev.plumbline.telemetry.scrape.Resources;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** Executables that a test writes in the place of a GPU tool. */
final class FakeTool {

    private FakeTool() {}

    /** A shell script. */
    static Path script(Path folder, String name, String body) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /**
     * An nvidia-smi that takes the real one's arguments and prints rows that were captured from real GPUs, one GPU per row
     * and round, for ever. It knows the captured fields and refuses others in the real one's words.
     *
     * @param rows numbers of captured rows, from 1, separated by blanks
     * @param rename a sed expression over the names of the fields it knows
     */
    static Path nvidiaSmi(Path folder, String rows, String rename) throws IOException {
        return script(
                folder,
                "nvidia-smi",
                "csv='%s'\nrows='%s'\nrename='%s'\n%s"
                        .formatted(captured(), rows, rename, Resources.text("/gpu/fake-nvidia-smi.sh")));
    }

    private static Path captured() {
        try {
            return Path.of(Objects.requireNonNull(FakeTool.class.getResource("/gpu/nvidia-smi-query-gpu.csv"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
