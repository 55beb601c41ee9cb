package dev.plumbline.pipeline.simulation;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.Series;
import dev.plumbline.windowing.SimulatedPipe;
import dev.plumbline.windowing.TestEvents;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A service and its producer: the one thing in the simulation of which the truth is known. Once there is a baseline, the
 * service becomes slow, stays slow and recovers, while its producer is sick, asks for other work, is killed, says goodbye and
 * comes again, each at its own time.
 */
final class MeasuredService implements SimulatedPipe.Participant {

    static final String PRODUCER = "measuring";

    private static final long BEAT_MILLIS = 250;
    private static final int REQUESTS_PER_BEAT = 4;
    private static final long TTFT_MILLIS = 60;
    private static final long TPOT_MILLIS = 10;
    private static final long TOKENS = 12;
    private static final double SIGMA = 0.1;

    /** What becomes of the measuring; the service goes on meanwhile. */
    private enum Measuring {
        ORDERLY,
        SICK,
        OF_OTHER_WORK,
        KILLED,
        ENDED;

        boolean isSilent() {
            return this == KILLED || this == ENDED;
        }
    }

    /** What the requests of a window had in common, each true as soon as it is so of one of them. */
    static final class Truth {
        private boolean ordinary;
        private boolean slow;
        private boolean otherWork;
        private boolean ordinaryWork;

        /** All of them were slow, by half or more. */
        boolean isSlow() {
            return slow && !ordinary;
        }

        /** Some of them asked for other work. */
        boolean isOfOtherWork() {
            return otherWork;
        }

        /** Some of them asked for what the baseline was learned from. */
        boolean isOrdinaryWork() {
            return ordinaryWork;
        }
    }

    private final SimulatedPipe pipe;
    private final Random random;
    private final Series series;
    private final boolean isMuchOtherWork;
    private final List<Event> events = new ArrayList<>();
    private final Map<Long, Truth> truths = new HashMap<>();
    private TestEvents numbers;
    private Measuring measuring = Measuring.ORDERLY;
    private double slowness = 1;
    private long lastBeat;
    private long measuringUntil;
    private long serviceUntil;
    private boolean hasBaseline;
    private long requests;

    MeasuredService(SimulatedPipe pipe, Random random) {
        this.pipe = pipe;
        this.random = random;
        this.series = new Series(TestEvents.group("service-" + random.nextInt(10)), "stable");
        this.isMuchOtherWork = random.nextInt(3) == 0;
        this.numbers = new TestEvents(PRODUCER, pipe.now());
        this.lastBeat = pipe.now();
    }

    Series series() {
        return series;
    }

    /** From now on the service may become slow: before, slow would be what it is held against. */
    void baselineIsLearned() {
        if (!hasBaseline) {
            serviceUntil = pipe.now() + random.nextInt(60_000);
        }
        hasBaseline = true;
    }

    /** What it wrote, in the order of writing. */
    List<Event> events() {
        return Collections.unmodifiableList(events);
    }

    /** Request events that were written, and so acknowledged. */
    long requests() {
        return requests;
    }

    /** Of the window that begins then; without requests nothing is true. */
    Truth truth(long windowStartEpochMillis) {
        return truths.getOrDefault(windowStartEpochMillis, new Truth());
    }

    @Override
    public void write() {
        long now = pipe.now();
        if (now >= serviceUntil) {
            changeService(now);
        }
        if (now >= measuringUntil) {
            changeMeasuring(now);
        }
        // A broker that was away gets what fell due meanwhile.
        while (!measuring.isSilent() && lastBeat + BEAT_MILLIS <= now) {
            lastBeat += BEAT_MILLIS;
            beat(lastBeat);
        }
    }

    private void changeService(long now) {
        if (!hasBaseline) {
            return;
        }
        boolean getsSlow = slowness <= 1;
        slowness = getsSlow ? 1.5 + random.nextDouble() : 1;
        serviceUntil = now + (getsSlow ? 5_000 + random.nextInt(60_000) : 10_000 + random.nextInt(120_000));
    }

    private void changeMeasuring(long now) {
        if (measuring.isSilent()) {
            numbers = new TestEvents(PRODUCER, now);
            lastBeat = now;
        }
        measuring = next();
        measuringUntil = now
                + switch (measuring) {
                    case ORDERLY -> 5_000 + random.nextInt(60_000);
                    case SICK, KILLED, ENDED -> 1_000 + random.nextInt(20_000);
                    case OF_OTHER_WORK -> 2_000 + random.nextInt(60_000);
                };
        if (measuring == Measuring.ENDED) {
            append(numbers.leaving(series.group(), now));
        }
    }

    private Measuring next() {
        int chance = random.nextInt(100);
        if (chance < 16) {
            return Measuring.SICK;
        }
        if (chance < 22) {
            return Measuring.KILLED;
        }
        // Until there is a baseline it is always the same work, and there is no end that would begin it anew.
        if (!hasBaseline || chance < (isMuchOtherWork ? 60 : 84)) {
            return Measuring.ORDERLY;
        }
        return chance < 92 ? Measuring.OF_OTHER_WORK : Measuring.ENDED;
    }

    private void beat(long at) {
        long tokens = measuring == Measuring.OF_OTHER_WORK ? TOKENS * 2 : TOKENS;
        int due = REQUESTS_PER_BEAT + random.nextInt(3) - 1;
        long windowStart = at - Math.floorMod(at, SimulatedPipe.WINDOW);
        for (int i = 0; i < due; i++) {
            append(numbers.completed(
                    numbers.next(),
                    series,
                    at,
                    drawn(TTFT_MILLIS * slowness),
                    drawn(TPOT_MILLIS * slowness * (tokens - 1)),
                    tokens));
        }
        boolean isSick = measuring == Measuring.SICK;
        append(numbers.heartbeat(
                series.group(),
                at,
                new Activity(
                        series.variant(),
                        at - Math.floorMod(at, Activity.SLOT_MILLIS),
                        due,
                        due * 100 * TestEvents.MS,
                        due * tokens,
                        isSick ? Set.of(Sickness.CPU_SATURATED) : Set.of())));
        Truth truth = truths.computeIfAbsent(windowStart, unused -> new Truth());
        truth.slow |= slowness > 1;
        truth.ordinary |= slowness <= 1;
        truth.otherWork |= measuring == Measuring.OF_OTHER_WORK;
        truth.ordinaryWork |= measuring != Measuring.OF_OTHER_WORK;
    }

    private long drawn(double median) {
        return Math.round(median * Math.exp(SIGMA * random.nextGaussian()));
    }

    private void append(Event event) {
        events.add(event);
        requests += event instanceof RequestEvent ? 1 : 0;
        pipe.append(event);
    }

    @Override
    public void look() {
        // It looks at nothing.
    }

    @Override
    public void leave() {
        if (!measuring.isSilent()) {
            append(numbers.leaving(series.group(), pipe.now()));
        }
    }
}
