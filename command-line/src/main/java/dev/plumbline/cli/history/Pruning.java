package dev.plumbline.cli.history;

import dev.plumbline.cli.outcome.CommandFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Removing old runs. Pinned runs stay, and so do the green ones that {@code last-green} would choose today, for every group and
 * its conditions. An unfinished run counts from the newest change of its files, because a soak may be longer than any age.
 *
 * @param olderThanEpochMillis runs that ended before are removed
 * @param keep so many newest folders stay in any case
 * @param dryRun whether nothing is removed
 */
record Pruning(long olderThanEpochMillis, int keep, boolean dryRun) {

    /**
     * @param removed run ids, newest first
     * @param kept old runs that stay, with the reason, oldest first
     */
    record Result(List<String> removed, Map<String, String> kept) {}

    Result apply(RunStore store, Marks marks) {
        List<String> removed = new ArrayList<>();
        Map<String, String> kept = new TreeMap<>();
        Map<String, Integer> greens = new HashMap<>();
        int seen = 0;
        for (RunEntry entry : (Iterable<RunEntry>) store.entries()::iterator) {
            Path folder = store.root()
                    .resolve(entry.runId() + (entry instanceof RunEntry.Unfinished ? RunStore.PARTIAL : ""));
            Optional<String> reason = entry instanceof RunEntry.Complete complete
                    ? needed(complete.run(), marks, greens)
                    : Optional.empty();
            seen++;
            if (lastEpochMillis(entry, folder) >= olderThanEpochMillis) {
                continue;
            }
            if (seen <= keep) {
                kept.put(entry.runId(), "among the newest " + keep);
            } else if (reason.isPresent()) {
                kept.put(entry.runId(), reason.get());
            } else {
                removed.add(entry.runId());
                if (!dryRun) {
                    remove(folder);
                }
            }
        }
        return new Result(removed, kept);
    }

    private static Optional<String> needed(StoredRun run, Marks marks, Map<String, Integer> greens) {
        Optional<String> pin = marks.pins().entrySet().stream()
                .filter(one -> one.getValue().equals(run.runId()))
                .map(Map.Entry::getKey)
                .findFirst();
        boolean lastGreen = marks.isGreen(run)
                && greens.merge(run.group().key() + run.result().environment().conditions(), 1, Integer::sum)
                        <= RunStore.LAST_GREEN_RUNS;
        return pin.map(name -> "pinned as " + name)
                .or(() -> lastGreen ? Optional.of("last-green needs it") : Optional.empty());
    }

    private static long lastEpochMillis(RunEntry entry, Path folder) {
        return switch (entry) {
            case RunEntry.Complete complete ->
                complete.run().result().identity().endEpochMillis();
            case RunEntry.Damaged damaged -> newestChange(folder);
            case RunEntry.Unfinished unfinished -> newestChange(folder);
        };
    }

    private static long newestChange(Path folder) {
        long[] newest = {0};
        visit(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                newest[0] = Math.max(newest[0], attributes.lastModifiedTime().toMillis());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return visitFile(directory, attributes);
            }
        });
        return newest[0];
    }

    /** Removes a folder of ours; links inside are removed, not followed. */
    private static void remove(Path folder) {
        visit(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void visit(Path folder, SimpleFileVisitor<Path> visitor) {
        try {
            Files.walkFileTree(folder, visitor);
        } catch (IOException e) {
            throw CommandFailure.infrastructure("cannot remove " + folder + ": " + e.getMessage());
        }
    }
}
