package dev.plumbline.producer.phases;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the first requests of a load met a cold target: kernels that are not compiled, a model that is not loaded, caches that are
 * empty. The first wave are those that were sent before any had ended; they are held against those that follow.
 *
 * <p>It was cold when the median of the wave is at least {@value #LEAST_RATIO} times that of the rest, and the ranks of its latencies
 * are higher than by chance, one-sided at 1 % (Mann and Whitney, 1947; of a wave of one request by the exact share of the rest that
 * took as long). So a wave that is as slow as any other is not called cold more often than in one load of a hundred.
 *
 * <p>Safe for any thread.
 */
public final class FirstWave {

    static final double LEAST_RATIO = 1.5;

    /** Requests that are compared with the wave. */
    static final int REST = 200;

    private static final int LEAST_REST = 20;
    private static final int MOST_WAVE = 1_000;
    private static final double HIGHEST_CHANCE = 0.01;
    private static final double NORMAL_QUANTILE = 2.3263478740408408;

    private final List<Double> wave = new ArrayList<>();
    private final List<Double> rest = new ArrayList<>();
    private long firstEndNanos = Long.MAX_VALUE;
    private boolean isMeasured;
    private volatile boolean isComplete;
    private final AtomicLong firstOverNanos = new AtomicLong(Long.MAX_VALUE);

    /**
     * A wave that met a cold target.
     *
     * @param requests how many they were
     * @param p50Nanos median of their time to first token, or of e2e where answers come in one piece
     * @param restP50Nanos the same of those that followed
     * @param measured whether some of them were measured, so that they are in the numbers
     */
    public record Cold(int requests, double p50Nanos, double restP50Nanos, boolean measured) {}

    /** Takes the end of a request, whatever became of it. */
    public void over(long endNanos) {
        if (endNanos < firstOverNanos.get()) {
            firstOverNanos.accumulateAndGet(endNanos, Math::min);
        }
    }

    /** Whether a request that was sent then, and is over, was sent before any had ended. */
    public boolean holds(long sentNanos) {
        return sentNanos < firstOverNanos.get();
    }

    /** Takes a request that has ended by itself. Cheap once there are enough. */
    public void ended(long sentNanos, long endNanos, double latencyNanos, boolean measured) {
        if (!isComplete) {
            take(sentNanos, endNanos, latencyNanos, measured);
        }
    }

    private synchronized void take(long sentNanos, long endNanos, double latencyNanos, boolean measured) {
        firstEndNanos = Math.min(firstEndNanos, endNanos);
        if (sentNanos < firstEndNanos && wave.size() < MOST_WAVE) {
            wave.add(latencyNanos);
            isMeasured |= measured;
        } else if (sentNanos >= firstEndNanos) {
            rest.add(latencyNanos);
            isComplete = rest.size() >= REST;
        }
    }

    /** What is known by now; empty while too few have followed, and where the wave was like the rest. */
    public synchronized Optional<Cold> cold() {
        if (rest.size() < LEAST_REST) {
            return Optional.empty();
        }
        double ofWave = median(wave);
        double ofRest = median(rest);
        return ofWave >= LEAST_RATIO * ofRest && isAboveChance()
                ? Optional.of(new Cold(wave.size(), ofWave, ofRest, isMeasured))
                : Optional.empty();
    }

    private boolean isAboveChance() {
        double above = 0;
        for (double slow : wave) {
            for (double other : rest) {
                above += slow > other ? 1 : slow == other ? 0.5 : 0;
            }
        }
        double n = wave.size();
        double m = rest.size();
        if (wave.size() == 1) {
            return (m - above + 1) / (m + 1) <= HIGHEST_CHANCE;
        }
        double z = (above - n * m / 2 - 0.5) / Math.sqrt(n * m * (n + m + 1) / 12);
        return z >= NORMAL_QUANTILE;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
