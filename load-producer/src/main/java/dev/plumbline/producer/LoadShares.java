package dev.plumbline.producer;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.producer.dispatch.Course;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.workload.Salt;
import dev.plumbline.workload.trace.Replay;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * The load of the settings, divided among event loops. Where it cannot be divided evenly, the first loops take one more.
 *
 * @param replay of a trace, where the load is one
 * @param arrivalSeed of this start's arrivals; every loop walks the same sequence
 * @param loops how many event loops, 1 or more
 */
record LoadShares(LoadPoint loadPoint, ProducerConfig.Load load, Optional<Replay> replay, long arrivalSeed, int loops) {

    private static final Duration LONGEST_RAMP = Duration.ofSeconds(10);

    LoadShares {
        if (loops < 1) {
            throw new IllegalArgumentException("loops " + loops);
        }
    }

    /** A load that no trace says. */
    LoadShares(LoadPoint loadPoint, ProducerConfig.Load load, long arrivalSeed, int loops) {
        this(loadPoint, load, Optional.empty(), arrivalSeed, loops);
    }

    /** Most requests that a loop has in flight. */
    int slotsPerLoop() {
        int slots = switch (loadPoint) {
            case LoadPoint.ClosedLoop closed -> closed.concurrency();
            case LoadPoint.OpenLoop unused -> load.maxInFlight();
            case LoadPoint.Trace trace -> trace.sessions().orElse(load.maxInFlight());
            case LoadPoint.Other other -> throw unmakeable(other);
        };
        return (slots + loops - 1) / loops;
    }

    /** How one loop warms a target up before the load: so many requests at a time, and no more than it may have in flight. */
    LoadPlan warmup(int concurrency) {
        return new LoadPlan.Closed(Math.min(concurrency, slotsPerLoop()), pauseAfterFailureNanos());
    }

    /**
     * How one loop offers its part of the load.
     *
     * @param index of the loop, from 0
     */
    LoadPlan plan(int index) {
        return switch (loadPoint) {
            case LoadPoint.ClosedLoop closed ->
                new LoadPlan.Closed(
                        share(closed.concurrency(), index),
                        pauseAfterFailureNanos(),
                        FireTimes.share(begins(closed.concurrency()), index, loops));
            case LoadPoint.OpenLoop open ->
                new LoadPlan.Open(
                        FireTimes.share(arrivals(open.requestsPerSecond()), index, loops),
                        share(load.maxInFlight(), index));
            case LoadPoint.Trace trace -> replay(trace, index);
            case LoadPoint.Other other -> throw unmakeable(other);
        };
    }

    /** A row, or a session, goes to the loop that makes its request: see {@link dev.plumbline.producer.dispatch.RequestSource}. */
    private LoadPlan replay(LoadPoint.Trace trace, int index) {
        Replay asked = replay.orElseThrow(() -> new IllegalStateException("no trace was read for " + trace.key()));
        return trace.sessions().isPresent()
                ? new LoadPlan.Closed(
                        share(trace.sessions().getAsInt(), index),
                        pauseAfterFailureNanos(),
                        FireTimes.share(begins(trace.sessions().getAsInt()), index, loops),
                        share(asked.trace().sessionCount(), index))
                : new LoadPlan.Open(
                        FireTimes.rows(
                                asked.dueNanos(),
                                index,
                                loops,
                                load.warmupDuration().toNanos()),
                        share(load.maxInFlight(), index));
    }

    private static IllegalStateException unmakeable(LoadPoint.Other load) {
        return new IllegalStateException("no schedule makes the load " + load.key());
    }

    private long pauseAfterFailureNanos() {
        return load.pauseAfterFailure().toNanos();
    }

    /** Not all at once: answers of equal length would keep them in step, and the target would see bursts. */
    private FireTimes begins(int slots) {
        Duration half = load.warmupDuration().dividedBy(2);
        Duration over = load.ramp().orElse(half.compareTo(LONGEST_RAMP) < 0 ? half : LONGEST_RAMP);
        return FireTimes.spread(slots, over.toNanos(), Salt.mixed(arrivalSeed, "begins"));
    }

    private int share(int whole, int index) {
        return whole / loops + (index < whole % loops ? 1 : 0);
    }

    private FireTimes arrivals(double requestsPerSecond) {
        return switch (load.arrivalPattern()) {
            case CONSTANT -> FireTimes.constant(requestsPerSecond, new SplittableRandom(arrivalSeed).nextDouble());
            case POISSON -> FireTimes.poisson(requestsPerSecond, arrivalSeed);
            case GAMMA -> FireTimes.gamma(requestsPerSecond, load.burstiness(), arrivalSeed);
        };
    }

    /** When the load begins, is measured from, and ends; one for all loops. */
    Course course(long startNanos) {
        long measuredFrom = startNanos + load.warmupDuration().toNanos();
        OptionalLong end = load.duration()
                .map(duration -> OptionalLong.of(measuredFrom + duration.toNanos()))
                .orElse(OptionalLong.empty());
        return Course.of(startNanos, end, load.requestCount())
                .measuredFrom(measuredFrom)
                .withGrace(load.grace().toNanos())
                .sharedBy(loops);
    }
}
