package dev.plumbline.producer.selfcheck;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Where Linux tells how long a limit on CPU time stopped a process: {@code cpu.stat} of its control groups, of both versions. */
final class CpuLimit {

    private CpuLimit() {}

    /**
     * The files of the process's own group and of those that it is in, as each may have a limit. Not every one needs to be there: a
     * container sees its own group at the root, or not at all.
     *
     * @param controlGroups the folder in which the groups are
     * @param ofThisProcess what {@code /proc/self/cgroup} says
     */
    static List<Path> files(Path controlGroups, String ofThisProcess) {
        List<Path> files = new ArrayList<>();
        for (String line : ofThisProcess.lines().toList()) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3) {
                if (parts[1].isEmpty()) {
                    upwards(controlGroups, parts[2], files);
                } else if (Arrays.asList(parts[1].split(",")).contains("cpu")) {
                    upwards(controlGroups.resolve(parts[1]), parts[2], files);
                }
            }
        }
        return files;
    }

    private static void upwards(Path root, String group, List<Path> files) {
        Path own = root.resolve(group.replaceFirst("^/+", "")).normalize();
        Path folder = own.startsWith(root) ? own : root;
        while (folder != null && folder.startsWith(root)) {
            files.add(folder.resolve("cpu.stat"));
            folder = folder.getParent();
        }
    }

    /** What a {@code cpu.stat} says: microseconds in version 2, nanoseconds in version 1; empty where it tells of no limit. */
    static OptionalLong throttledNanos(String stat) {
        for (String line : stat.lines().toList()) {
            if (line.matches("throttled_usec \\d{1,15}")) {
                return OptionalLong.of(TimeUnit.MICROSECONDS.toNanos(value(line)));
            }
            if (line.matches("throttled_time \\d{1,18}")) {
                return OptionalLong.of(value(line));
            }
        }
        return OptionalLong.empty();
    }

    private static long value(String line) {
        return Long.parseLong(line.substring(line.indexOf(' ') + 1));
    }
}
