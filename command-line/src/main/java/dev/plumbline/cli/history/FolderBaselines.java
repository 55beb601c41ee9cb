package dev.plumbline.cli.history;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.contract.verdict.BaselineRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Baselines that were exported from a cluster, as files: {@code <artifact dir>/baselines/<id>.json}. */
final class FolderBaselines implements BaselineStore {

    private static final String SUFFIX = ".json";

    private final Path folder;

    FolderBaselines(Path root) {
        this.folder = root.resolve("baselines");
    }

    @Override
    public String place() {
        return folder.toString();
    }

    @Override
    public List<BaselineRecord> all() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<BaselineRecord> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList()) {
                all.add(BaselineFile.read(file));
            }
        } catch (IOException e) {
            throw CommandFailure.usage(String.valueOf(e.getMessage()));
        }
        all.sort(Comparator.comparing(BaselineRecord::key).thenComparing(BaselineRecord::baselineId));
        return List.copyOf(all);
    }

    @Override
    public void put(BaselineRecord baseline) {
        try {
            Files.createDirectories(folder);
            RunFile.replace(file(baseline), BaselineFile.encode(baseline));
        } catch (IOException e) {
            throw CommandFailure.infrastructure("cannot write " + file(baseline) + ": " + e.getMessage());
        }
    }

    @Override
    public void remove(BaselineRecord baseline) {
        try {
            Files.deleteIfExists(file(baseline));
        } catch (IOException e) {
            throw CommandFailure.infrastructure("cannot remove " + file(baseline) + ": " + e.getMessage());
        }
    }

    /** Where a baseline lies, or would lie. Whatever is no letter of a plain file name is none in it. */
    private Path file(BaselineRecord baseline) {
        return folder.resolve(baseline.baselineId().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "_") + SUFFIX);
    }
}
