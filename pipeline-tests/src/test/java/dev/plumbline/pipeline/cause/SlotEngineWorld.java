package dev.plumbline.pipeline.cause;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.window.WindowRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;

/**
 * The simulated engine with a timing of its own for every stream, by its model: slots and a queue before them, a prefill and decode
 * intervals that are drawn for each request. Under a closed loop of eight, in a time of its own. It has no GPU and tells of its queue,
 * of what runs and waits, and how full its cache is.
 */
final class SlotEngineWorld {

    private static final int USERS = 8;
    private static final int OUTPUT_TOKENS = 64;
    private static final long SECOND = 1_000_000_000;

    private final Random random;
    private final long windowMillis;
    private final List<Done> done = new ArrayList<>();
    private final List<Span> spans = new ArrayList<>();

    int slots = 16;
    double prefillFactor = 1;
    double decodeFactor = 1;
    double errorShare;
    double emptyShare;
    double streamErrorShare;
    double stallShare;

    /** A request that ended at a moment. */
    private record Done(long atNanos, long sentNanos, List<Long> stamps, FailureKind failed) {}

    /** When a request came, got its slot, and left it. */
    private record Span(long came, long began, long left) {}

    SlotEngineWorld(long seed, long windowMillis) {
        random = new Random(seed);
        this.windowMillis = windowMillis;
    }

    List<WindowRecord> windows(int healthy, int faulty, Consumer<SlotEngineWorld> fault) {
        long switched = healthy * windowMillis * 1_000_000;
        long end = (healthy + faulty + 2) * windowMillis * 1_000_000;
        PriorityQueue<Long> users = new PriorityQueue<>();
        PriorityQueue<Long> free = new PriorityQueue<>();
        for (int i = 0; i < USERS; i++) {
            users.add(random.nextLong(SECOND));
        }
        for (int i = 0; i < slots; i++) {
            free.add(0L);
        }
        boolean isFaulty = false;
        while (users.peek() < end) {
            long came = users.poll();
            if (!isFaulty && came >= switched) {
                isFaulty = true;
                fault.accept(this);
                while (free.size() > slots) {
                    free.remove(free.stream().min(Comparator.naturalOrder()).orElseThrow());
                }
            }
            users.add(serve(came, free));
        }
        return measured((healthy + faulty) * windowMillis * 1_000_000);
    }

    /** Returns when the request has ended. */
    private long serve(long came, PriorityQueue<Long> free) {
        double roll = random.nextDouble();
        if (roll < errorShare) {
            done.add(new Done(came + 5_000_000, came, List.of(), FailureKind.HTTP_5XX));
            return came + 25_000_000;
        }
        long began = Math.max(came, free.poll());
        long at = began + Math.round(80e6 * prefillFactor * Math.exp(0.15 * random.nextGaussian()));
        boolean breaks = random.nextDouble() < streamErrorShare;
        boolean empty = random.nextDouble() < emptyShare;
        int stallsAt = random.nextDouble() < stallShare ? 1 + random.nextInt(OUTPUT_TOKENS - 1) : -1;
        List<Long> stamps = new ArrayList<>();
        for (int i = 0; i < OUTPUT_TOKENS && !empty && !(breaks && i == 3); i++) {
            if (i > 0) {
                at += Math.round(20e6 * decodeFactor * Math.exp(0.1 * random.nextGaussian()));
                at += i == stallsAt ? SECOND : 0;
            }
            stamps.add(at);
        }
        done.add(new Done(at, came, stamps, breaks ? FailureKind.STREAM_ERROR : empty ? FailureKind.EMPTY : null));
        spans.add(new Span(came, began, at));
        free.add(at);
        return at;
    }

    private List<WindowRecord> measured(long endNanos) {
        MeasuredWindows measured = new MeasuredWindows(LoadPoint.parse("c" + USERS), windowMillis);
        done.sort(Comparator.comparingLong(Done::atNanos));
        int[] tokens = tokensBySecond(Math.toIntExact(endNanos / SECOND));
        int next = 0;
        for (int second = 1; second * SECOND <= endNanos; second++) {
            long to = second * SECOND;
            while (next < done.size() && done.get(next).atNanos() < to) {
                Done one = done.get(next++);
                measured.offered();
                if (one.failed() == null) {
                    measured.completed(one.sentNanos(), one.stamps(), 512);
                } else {
                    measured.failed(one.failed());
                }
            }
            look(measured, to);
            measured.flying(USERS, SECOND, tokens[second - 1]);
            measured.until(to);
        }
        return measured.windows();
    }

    private int[] tokensBySecond(int seconds) {
        int[] tokens = new int[seconds];
        for (Done one : done) {
            for (long stamp : one.stamps()) {
                if (stamp < seconds * SECOND) {
                    tokens[(int) (stamp / SECOND)]++;
                }
            }
        }
        return tokens;
    }

    private void look(MeasuredWindows measured, long at) {
        long running = spans.stream()
                .filter(span -> span.began() <= at && at < span.left())
                .count();
        long waiting = spans.stream()
                .filter(span -> span.came() <= at && at < span.began())
                .count();
        List<Span> admitted = spans.stream()
                .filter(span -> span.began() <= at && span.began() > at - SECOND)
                .toList();
        measured.gauge("engine_requests_running", running);
        measured.gauge("engine_requests_waiting", waiting);
        measured.gauge("engine_kv_cache_usage_ratio", running * 576.0 / (16 * 4096));
        measured.counter(
                "engine_queue_time_seconds",
                admitted.stream()
                        .mapToDouble(span -> (span.began() - span.came()) / 1e9)
                        .sum(),
                1_000);
        measured.counter("engine_queue_time_requests", admitted.size(), 1_000);
    }
}
