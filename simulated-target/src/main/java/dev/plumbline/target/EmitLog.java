package dev.plumbline.target;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the latest records in memory and writes all of them to a file, off the event loop.
 *
 * <p>The first line of the file ties the monotonic clock to the wall clock: {@code
 * {"nanos":…,"epochMillis":…,"seed":…}}. Every further line is one {@link EmitRecord#toJson()}. A record that finds the
 * queue to the writer full, or comes after a write has failed, is dropped from the file and counted.
 */
final class EmitLog implements AutoCloseable {

    static final int RING_RECORDS = 16_384;
    private static final int QUEUE_RECORDS = 65_536;
    private static final long FLUSH_MILLIS = 200;

    private final ArrayDeque<EmitRecord> ring = new ArrayDeque<>();
    private final BlockingQueue<EmitRecord> queue = new ArrayBlockingQueue<>(QUEUE_RECORDS);
    private final AtomicLong dropped = new AtomicLong();
    private final Optional<Thread> writer;
    private volatile boolean closed;
    private volatile boolean failed;

    private EmitLog(Optional<BufferedWriter> file) {
        this.writer = file.map(open -> {
            Thread thread = new Thread(() -> write(open), "emit-log");
            thread.setDaemon(true);
            thread.start();
            return thread;
        });
    }

    static EmitLog open(Optional<Path> path, TargetClock clock, long seed) throws IOException {
        if (path.isEmpty()) {
            return new EmitLog(Optional.empty());
        }
        BufferedWriter file = Files.newBufferedWriter(path.get(), StandardCharsets.UTF_8);
        file.write("{\"nanos\":" + clock.nanos() + ",\"epochMillis\":" + clock.epochMillis() + ",\"seed\":" + seed
                + "}\n");
        file.flush();
        return new EmitLog(Optional.of(file));
    }

    void add(EmitRecord emitRecord) {
        synchronized (ring) {
            if (ring.size() == RING_RECORDS) {
                ring.removeFirst();
            }
            ring.addLast(emitRecord);
        }
        if (writer.isPresent() && (failed || !queue.offer(emitRecord))) {
            dropped.incrementAndGet();
        }
    }

    /** The latest {@code limit} records, oldest first. */
    List<EmitRecord> latest(int limit) {
        synchronized (ring) {
            List<EmitRecord> all = new ArrayList<>(ring);
            return List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size()));
        }
    }

    /** Records that are not in the file though a file was asked for. */
    long dropped() {
        return dropped.get();
    }

    private void write(BufferedWriter open) {
        try (BufferedWriter file = open) {
            List<EmitRecord> batch = new ArrayList<>();
            while (!closed || !queue.isEmpty()) {
                EmitRecord first = queue.poll(FLUSH_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, 4096);
                    for (EmitRecord each : batch) {
                        file.write(each.toJson());
                        file.write('\n');
                    }
                    batch.clear();
                }
                if (queue.isEmpty()) {
                    file.flush();
                }
            }
        } catch (IOException e) {
            failed = true;
            dropped.addAndGet(queue.size());
            System.err.println("target: the emit log cannot be written any more: " + e.getMessage());
        } catch (InterruptedException e) {
            failed = true;
            dropped.addAndGet(queue.size());
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what is queued and closes the file; says on standard error how many records were dropped, if any. */
    @Override
    public void close() {
        closed = true;
        writer.ifPresent(thread -> {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        if (dropped.get() > 0) {
            System.err.println("target: " + dropped.get() + " records are missing in the emit log");
        }
    }
}
