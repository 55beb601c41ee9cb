package dev.plumbline.producer.selfcheck;

import dev.plumbline.producer.background.BackgroundThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Looks ten times a second how much {@link LostTime} there was, on a thread of its own: the kernel may take a millisecond to write
 * {@code /proc/stat}, and an event loop must not wait for it. So what is lost in the last tenth of a slot may be seen in the next.
 *
 * <p>A file that is absent, or that cannot be read, says nothing. Safe for any thread.
 */
public final class LostTimeWatch implements Supplier<LostTime>, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LostTimeWatch.class);
    private static final long INTERVAL_MILLIS = 100;

    private final Path processorTimes;
    private final List<Path> limits;
    private final Supplier<OptionalLong> collectorNanos;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> BackgroundThread.daemon(task, "lost-time-watch"));
    private volatile LostTime lost = LostTime.unknown();

    /**
     * @param root below which {@code proc} and {@code sys} are
     * @param collectorNanos in which the garbage collector stopped the process so far
     */
    LostTimeWatch(Path root, Supplier<OptionalLong> collectorNanos) {
        this.processorTimes = root.resolve("proc/stat");
        this.limits = CpuLimit.files(
                root.resolve("sys/fs/cgroup"),
                text(root.resolve("proc/self/cgroup")).orElse(""));
        this.collectorNanos = collectorNanos;
        look();
    }

    /** That of this process; it has looked once. */
    public static LostTimeWatch ofThisProcess() {
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(collector -> stopsTheProcess(collector.getName()))
                .toList();
        return new LostTimeWatch(Path.of("/"), () -> collectorNanos(collectors));
    }

    /** Begins to look; once. */
    public void start() {
        var unused = thread.scheduleWithFixedDelay(this::look, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** As of the last look. */
    @Override
    public LostTime get() {
        return lost;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    void look() {
        try {
            lost = new LostTime(
                    collectorNanos.get(), firstLine(processorTimes).flatMap(ProcStat::stolen), throttledNanos());
        } catch (RuntimeException e) {
            // Thrown on, it would end the looking without a word.
            LOG.error("Time that was lost cannot be told any more", e);
            lost = LostTime.unknown();
        }
    }

    private OptionalLong throttledNanos() {
        OptionalLong sum = OptionalLong.empty();
        for (Path limit : limits) {
            OptionalLong nanos = text(limit).map(CpuLimit::throttledNanos).orElse(OptionalLong.empty());
            if (nanos.isPresent()) {
                sum = OptionalLong.of(sum.orElse(0) + nanos.getAsLong());
            }
        }
        return sum;
    }

    /** Those that work beside the process have a second bean that counts only their pauses. */
    static boolean stopsTheProcess(String collector) {
        return !collector.endsWith("Cycles");
    }

    private static OptionalLong collectorNanos(List<GarbageCollectorMXBean> collectors) {
        long millis = 0;
        for (GarbageCollectorMXBean collector : collectors) {
            long each = collector.getCollectionTime();
            if (each < 0) {
                return OptionalLong.empty();
            }
            millis += each;
        }
        return OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException | SecurityException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> firstLine(Path file) {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            return Optional.ofNullable(reader.readLine());
        } catch (IOException | SecurityException e) {
            return Optional.empty();
        }
    }
}
