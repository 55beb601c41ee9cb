package dev.plumbline.workload.files;

import dev.plumbline.workload.dataset.ClassDatasets;
import dev.plumbline.workload.dataset.Dataset;
import dev.plumbline.workload.dataset.DatasetChoice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file with a dataset in it. */
public final class DatasetFile {

    private DatasetFile() {}

    /**
     * Reads it.
     *
     * @throws dev.plumbline.workload.dataset.UnusableDataset in one line with file, line and remedy, if it cannot be asked
     * @throws IOException if it cannot be read
     */
    public static Dataset read(Path file, DatasetChoice choice) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return Dataset.read(file.toString(), bytes::read, choice);
        }
    }

    /** Those that the classes of a workload file name: paths are taken from the folder of that file. */
    public static ClassDatasets beside(Path workload) {
        return new ClassDatasets((dataset, choice) -> read(workload.resolveSibling(dataset), choice));
    }
}
