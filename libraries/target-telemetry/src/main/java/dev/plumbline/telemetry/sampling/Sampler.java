package dev.plumbline.telemetry.sampling;

import dev.plumbline.contract.telemetry.SamplerState;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The thread around one source: asks at the interval, keeps the last readings, tells samples and changes of state, pauses
 * longer and longer while the source fails.
 *
 * <p>{@link #run} belongs to one thread; everything else may be called from any.
 */
public final class Sampler<T extends TelemetryRecord> implements Runnable {

    private static final Logger LOG = Logger.getLogger(Sampler.class);

    private final Viewpoint viewpoint;
    private final SampleSource<T> source;
    private final Pace pace;
    private final Function<List<T>, SortedMap<String, Double>> values;
    private final Consumer<TelemetryRecord> outlet;
    private final Consumer<List<T>> looks;
    private final ReadingRing<T> ring;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final LongAdder samples = new LongAdder();
    private final LongAdder timedLooks = new LongAdder();
    private final LongAdder lookNanos = new LongAdder();
    /** By the ordinal of the reason. */
    private final AtomicLongArray failures = new AtomicLongArray(FailureReason.values().length);

    private volatile Optional<SamplerState.State> state = Optional.empty();

    /**
     * @param values what request events carry of samples
     * @param outlet takes every sample once and every change of state; must not block
     * @param looks takes the samples of each look together; must not block
     */
    public Sampler(
            Viewpoint viewpoint,
            SampleSource<T> source,
            Pace pace,
            Function<List<T>, SortedMap<String, Double>> values,
            Consumer<TelemetryRecord> outlet,
            Consumer<List<T>> looks) {
        this.viewpoint = viewpoint;
        this.source = source;
        this.pace = pace;
        this.values = values;
        this.outlet = outlet;
        this.looks = looks;
        this.ring = new ReadingRing<>(pace.keptReadings());
    }

    @Override
    public void run() {
        SampleClock clock = viewpoint.clock();
        int failuresInARow = 0;
        try {
            do {
                long began = clock.nanos();
                Poll<T> poll = poll();
                if (poll instanceof Poll.Failed<T> && stopped.getCount() == 0) {
                    // It failed because it was closed under its feet.
                    return;
                }
                if (!source.isPaced()) {
                    timedLooks.increment();
                    lookNanos.add(clock.nanos() - began);
                }
                long pause = switch (poll) {
                    case Poll.Taken<T> taken -> {
                        failuresInARow = 0;
                        take(taken);
                        yield source.isPaced() ? 0 : pace.intervalNanos() - (clock.nanos() - began);
                    }
                    case Poll.Failed<T> failed -> {
                        failuresInARow = Math.min(failuresInARow + 1, 64);
                        fail(failed);
                        yield pace.pauseNanos(failuresInARow);
                    }
                };
                if (stopped.await(Math.max(0, pause), TimeUnit.NANOSECONDS)) {
                    return;
                }
            } while (!Thread.currentThread().isInterrupted());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            source.close();
        }
    }

    private Poll<T> poll() throws InterruptedException {
        try {
            return source.poll();
        } catch (RuntimeException e) {
            // A page of a kind that nobody thought of: as good as any other that cannot be read.
            LOG.debugf(e, "%s gave something that made the reader fail", name());
            return new Poll.Failed<>(FailureReason.UNREADABLE, e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private void take(Poll.Taken<T> taken) {
        Reading<T> reading = new Reading<>(taken.atNanos(), taken.samples(), values.apply(taken.samples()));
        if (!ring.add(reading)) {
            return;
        }
        samples.add(taken.samples().size());
        if (!isUp()) {
            LOG.infof("%s gives samples", name());
            change(new SamplerState.Up());
        }
        taken.samples().forEach(outlet);
        looks.accept(taken.samples());
    }

    private void fail(Poll.Failed<T> failed) {
        failures.incrementAndGet(failed.reason().ordinal());
        boolean known =
                state.isPresent() && state.get() instanceof SamplerState.Down down && down.reason() == failed.reason();
        SamplerState.Down down = new SamplerState.Down(failed.reason(), failed.detail());
        if (known) {
            state = Optional.of(down);
        } else {
            LOG.infof("%s gives no samples: %s", name(), failed.detail());
            change(down);
        }
    }

    private void change(SamplerState.State next) {
        state = Optional.of(next);
        outlet.accept(new SamplerState(viewpoint.now(), next));
    }

    /** Ends the thread soon; what the source is waiting for is given up. */
    public void stop() {
        stopped.countDown();
        source.close();
    }

    /** The source's name, unique within the producer. */
    public String name() {
        return viewpoint.source();
    }

    /** Whether the last poll gave samples. */
    public boolean isUp() {
        return state.isPresent() && state.get() instanceof SamplerState.Up;
    }

    /** The newest reading, as long as the source gives some. */
    public Optional<Reading<T>> current() {
        return isUp() ? ring.newest() : Optional.empty();
    }

    /** Samples so far. */
    public long sampleCount() {
        return samples.sum();
    }

    /** Looks so far, with and without a sample; 0 for a source that keeps the interval itself: how long those take nobody knows. */
    public long lookCount() {
        return timedLooks.sum();
    }

    /** How long those looks took, all together: the way there and back, the other side's work, and the reading. */
    public long lookNanos() {
        return lookNanos.sum();
    }

    /** Polls that gave nothing, by reason. */
    public long failureCount(FailureReason reason) {
        return failures.get(reason.ordinal());
    }

    /** The reading nearest to a moment, if it is near. */
    Optional<Reading<T>> near(long nanos) {
        return ring.nearest(nanos).filter(reading -> Math.abs(reading.atNanos() - nanos) <= pace.nearNanos());
    }

    /** Why there is no reading near a moment. */
    String absence() {
        return name()
                + state.map(now -> switch (now) {
                            case SamplerState.Down down -> ": " + down.detail();
                            case SamplerState.Up unused -> ": no sample near enough";
                            case SamplerState.None none -> ": " + none.reason();
                        })
                        .orElse(": no answer yet");
    }
}
