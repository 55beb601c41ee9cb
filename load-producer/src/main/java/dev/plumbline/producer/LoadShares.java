package dev.plumbline.producer;

import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.LoadShape;
import dev.plumbline.producer.dispatch.Course;
import dev.plumbline.producer.dispatch.LoadPlan;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.schedule.RateCurve;
import dev.plumbline.producer.schedule.SlotChange;
import dev.plumbline.producer.schedule.SlotTimes;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.workload.Salt;
import dev.plumbline.workload.trace.Replay;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * The load of the settings: this producer's share of it, divided among event loops. Where it cannot be divided evenly, the first take
 * one more.
 *
 * @param replay of a trace, where the load is one
 * @param arrivalSeed of this start's arrivals; every loop walks the same sequence
 * @param loops how many event loops, 1 or more
 */
record LoadShares(LoadPoint loadPoint, ProducerConfig.Load load, Optional<Replay> replay, long arrivalSeed, int loops) {

    private static final Duration LONGEST_RAMP = Duration.ofSeconds(10);
    private static final Duration SPREAD_OF_CHANGE = Duration.ofSeconds(1);

    LoadShares {
        if (loops < 1) {
            throw new IllegalArgumentException("loops " + loops);
        }
    }

    /** A load that no trace says. */
    LoadShares(LoadPoint loadPoint, ProducerConfig.Load load, long arrivalSeed, int loops) {
        this(loadPoint, load, Optional.empty(), arrivalSeed, loops);
    }

    /** Most requests that a loop has in flight, of one target. */
    int slotsPerLoop() {
        int slots = mostInFlight(loadPoint, load);
        return (slots + loops - 1) / loops;
    }

    /** Most connections that a loop has to one target. */
    int connectionsPerLoop() {
        return slotsPerLoop() * requestsOfSlot(loadPoint, load);
    }

    /** Most requests that a slot of the load has in flight at once, or most answers to one. */
    static int requestsOfSlot(LoadPoint loadPoint, ProducerConfig.Load load) {
        return loadPoint instanceof LoadPoint.ClosedLoop || loadPoint instanceof LoadPoint.ShapedSlots
                ? load.batch()
                : 1;
    }

    /** Most that all loops have in flight of one target: requests, or batches of a load of slots. */
    static int mostInFlight(LoadPoint loadPoint, ProducerConfig.Load load) {
        LoadShare share = shareOf(load);
        int ofAll = switch (loadPoint) {
            case LoadPoint.ClosedLoop closed -> closed.concurrency();
            case LoadPoint.OpenLoop unused -> load.maxInFlight();
            case LoadPoint.Trace trace -> trace.sessions().orElse(load.maxInFlight());
            case LoadPoint.ShapedRate unused -> load.maxInFlight();
            case LoadPoint.ShapedSlots shaped ->
                shaped.shape().kind() == LoadShape.Kind.ADJUSTABLE
                        ? Math.max((int) shaped.shape().firstLevel(), load.maxInFlight())
                        : (int) Math.ceil(shaped.shape().highestLevel());
            case LoadPoint.Other other -> throw unmakeable(other);
        };
        return Math.max(1, share.of(ofAll));
    }

    /** Slots that a closed loop begins with, or an open loop may have; no more event loops than these can be of use. */
    static int leastForLoops(LoadPoint loadPoint, ProducerConfig.Load load) {
        return loadPoint instanceof LoadPoint.ShapedSlots shaped
                        && shaped.shape().kind() == LoadShape.Kind.ADJUSTABLE
                ? Math.max(1, shareOf(load).of((int) shaped.shape().firstLevel()))
                : mostInFlight(loadPoint, load);
    }

    static LoadShare shareOf(ProducerConfig.Load load) {
        return load.share().map(LoadShare::parse).orElse(LoadShare.WHOLE);
    }

    /** How one loop warms a target up before the load: so many requests at a time, and no more than it may have in flight. */
    LoadPlan warmup(int concurrency) {
        return new LoadPlan.Closed(Math.min(concurrency, slotsPerLoop()), pauseAfterFailureNanos());
    }

    /** How one loop offers its part of a load that begins at the first stamp of a clock. */
    LoadPlan plan(int index) {
        return plan(index, 0, Anchor.first(0));
    }

    /**
     * How one loop offers its part of the load.
     *
     * @param index of the loop, from 0
     * @param startNanos when the course begins, a stamp
     */
    LoadPlan plan(int index, long startNanos, Anchor anchor) {
        return switch (loadPoint) {
            case LoadPoint.ClosedLoop closed -> closed(closed.concurrency(), SlotTimes.none(), index);
            case LoadPoint.ShapedSlots shaped -> {
                SlotTimes.Standing standing = SlotTimes.from(
                        SlotTimes.rounded(firstLevel(shaped.shape())),
                        SlotTimes.of(
                                shaped.shape(),
                                load.ramp().orElse(LONGEST_RAMP).toNanos(),
                                Salt.mixed(arrivalSeed, "changes")),
                        goneNanos(startNanos, anchor));
                yield closed(standing.slots(), standing.changes(), index);
            }
            case LoadPoint.OpenLoop open ->
                open(
                        open.arrivals().orElseGet(() -> ProducerSettings.arrivals(load)),
                        RateCurve.constant(open.requestsPerSecond()),
                        index,
                        startNanos,
                        anchor);
            case LoadPoint.ShapedRate shaped ->
                open(
                        shaped.arrivals(),
                        load.warmupUntilSteady() || LoadStatement.isAdjustable(shaped.shape())
                                ? RateCurve.constant(firstLevel(shaped.shape()))
                                : RateCurve.of(shaped.shape()),
                        index,
                        startNanos,
                        anchor);
            case LoadPoint.Trace trace -> replay(trace, index);
            case LoadPoint.Other other -> throw unmakeable(other);
        };
    }

    /** A row, or a session, goes to the loop that makes its request: see {@link dev.plumbline.producer.dispatch.RequestSource}. */
    private LoadPlan replay(LoadPoint.Trace trace, int index) {
        Replay asked = replay.orElseThrow(() -> new IllegalStateException("no trace was read for " + trace.key()));
        return trace.sessions().isPresent()
                ? new LoadPlan.Closed(
                        SlotTimes.share(trace.sessions().getAsInt(), index, loops),
                        pauseAfterFailureNanos(),
                        FireTimes.share(begins(trace.sessions().getAsInt()), index, loops),
                        SlotTimes.none(),
                        SlotTimes.share(asked.trace().sessionCount(), index, loops))
                : new LoadPlan.Open(
                        FireTimes.rows(
                                asked.dueNanos(),
                                index,
                                loops,
                                load.warmupDuration().toNanos()),
                        SlotTimes.share(load.maxInFlight(), index, loops));
    }

    private LoadPlan.Closed closed(int slotsOfAll, SlotTimes changesOfAll, int index) {
        LoadShare share = shareOf(load);
        int slots = share.of(slotsOfAll);
        return new LoadPlan.Closed(
                SlotTimes.share(slots, index, loops),
                pauseAfterFailureNanos(),
                FireTimes.share(begins(Math.max(1, slots)), index, loops),
                SlotTimes.share(share.of(changesOfAll), index, loops),
                Long.MAX_VALUE);
    }

    /** @param measured the rate from the begin of the measured part on */
    private LoadPlan.Open open(Arrivals pattern, RateCurve measured, int index, long startNanos, Anchor anchor) {
        LoadShare share = shareOf(load);
        int cap = Math.max(1, SlotTimes.share(share.of(load.maxInFlight()), index, loops));
        long warmupNanos = load.warmupDuration().toNanos();
        if (load.beginAt().isPresent() && !share.isWhole()) {
            // The sequence of all is the same whoever walks it from when on, so it is walked from its begin.
            long begin = anchor.nanosAt(load.beginAt().get().toEpochMilli());
            long warmupOfAll = load.goesOn()
                    .since()
                    .map(since -> anchor.nanosAt(since.toEpochMilli()) - begin)
                    .orElse(warmupNanos);
            FireTimes ofAll =
                    LoadShare.WHOLE.arrivals(pattern, measured.after(warmupOfAll), seedOfAll(), startNanos, anchor);
            FireTimes mine = FireTimes.share(ofAll, (int) share.ordinalOfAll(index), share.count() * loops);
            return new LoadPlan.Open(
                    load.goesOn().since().isPresent() ? FireTimes.from(mine, startNanos - begin) : mine, cap);
        }
        RateCurve rate = measured.from(goneNanos(startNanos, anchor)).after(warmupNanos);
        return new LoadPlan.Open(
                FireTimes.share(share.arrivals(pattern, rate, arrivalSeed, startNanos, anchor), index, loops), cap);
    }

    /** How much of the load is over when the measured part of this producer begins; 0 where it is the first. */
    private long goneNanos(long startNanos, Anchor anchor) {
        return load.goesOn()
                .since()
                .map(since -> Math.max(
                        0, startNanos + load.warmupDuration().toNanos() - anchor.nanosAt(since.toEpochMilli())))
                .orElse(0L);
    }

    /** What a load begins with: an adjustable one with the level that somebody has set. */
    private double firstLevel(LoadShape shape) {
        return LoadStatement.isAdjustable(shape)
                ? load.goesOn().level().orElse(shape.firstLevel())
                : shape.firstLevel();
    }

    /** The begin is all that producers know of each other. */
    private long seedOfAll() {
        return Salt.mixed(load.beginAt().orElseThrow().toEpochMilli(), "arrivals of all");
    }

    /** What becomes of the rate of an open loop whose measured part begins at a moment of its course that was not known before. */
    UnaryOperator<RateCurve> rateFrom(long measuredFromCourseNanos) {
        return loadPoint instanceof LoadPoint.ShapedRate shaped
                ? before -> before.then(measuredFromCourseNanos, RateCurve.of(shaped.shape()))
                : UnaryOperator.identity();
    }

    /** What becomes of the rate of an open loop that is changed by hand at a moment of its course. */
    UnaryOperator<RateCurve> rateFrom(long courseNanos, double perSecond) {
        return before -> before.then(courseNanos, RateCurve.constant(perSecond));
    }

    /** What becomes of the slots of one loop of a closed loop that is changed by hand. */
    SlotChange slots(int ofAll, int index) {
        return new SlotChange(
                        0,
                        ofAll,
                        load.ramp().orElse(SPREAD_OF_CHANGE).toNanos(),
                        Salt.mixed(arrivalSeed, "change to " + ofAll))
                .share(index, loops);
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

    /** When the load begins, is measured from, and ends; one for all loops. */
    Course course(long startNanos) {
        Course unlimited = Course.of(
                        startNanos,
                        OptionalLong.empty(),
                        load.requestCount().isPresent()
                                ? OptionalLong.of(
                                        shareOf(load).of(load.requestCount().getAsLong()))
                                : OptionalLong.empty())
                .withGrace(load.grace().toNanos())
                .withCoolDown(load.coolDown().toNanos());
        return load.warmupUntilSteady()
                ? unlimited.notYetMeasured().sharedBy(loops)
                : measured(unlimited, startNanos + load.warmupDuration().toNanos());
    }

    /** A course whose measured part begins at a stamp. */
    Course measured(Course before, long measuredFromNanos) {
        return before.measuredFrom(measuredFromNanos)
                .until(load.duration()
                        .map(duration -> OptionalLong.of(measuredFromNanos + duration.toNanos()))
                        .orElse(OptionalLong.empty()))
                .sharedBy(loops);
    }

    /** When the load is to begin, where that is stated. */
    OptionalLong beginEpochMillis() {
        return load.beginAt().map(Instant::toEpochMilli).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }
}
