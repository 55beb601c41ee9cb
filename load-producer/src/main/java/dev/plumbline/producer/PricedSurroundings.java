package dev.plumbline.producer;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Circumstances.GaugeSum;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.window.WindowRates;
import dev.plumbline.producer.emission.LoadSurroundings;
import dev.plumbline.producer.time.ProducerClock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tells with each second what an hour of the target's GPUs costs, beside what else was seen. It is a gauge and no sum, so that event
 * loops, producers and series that share the GPUs do not add up to more than there are. One thread.
 */
final class PricedSurroundings implements LoadSurroundings {

    /** Nobody waits longer for a second. */
    private static final long MOST_BEHIND_MILLIS = 60_000;

    private final LoadSurroundings seen;
    private final Circumstances price;
    private final ProducerClock clock;
    private final Map<String, Long> nextEpochMillis = new HashMap<>();

    /** @param perHour of all GPUs of a target together, in whatever currency */
    PricedSurroundings(LoadSurroundings seen, double perHour, ProducerClock clock) {
        this.seen = seen;
        this.price = new Circumstances(
                Map.of(WindowRates.GPU_PRICE_GAUGE, GaugeSum.of(perHour)),
                Map.of(),
                OptionalLong.empty(),
                Optional.empty());
        this.clock = clock;
    }

    @Override
    public RequestEvent sampled(RequestEvent event) {
        return seen.sampled(event);
    }

    @Override
    public SortedMap<Long, Circumstances> drain(String variant) {
        TreeMap<Long, Circumstances> all = new TreeMap<>(seen.drain(variant));
        long now = clock.epochMillisAt(clock.nanos());
        long second = now - now % Activity.SLOT_MILLIS;
        long from = Math.max(nextEpochMillis.getOrDefault(variant, second), second - MOST_BEHIND_MILLIS);
        for (long start = from; start <= second; start += Activity.SLOT_MILLIS) {
            all.merge(start, price, Circumstances::plus);
        }
        nextEpochMillis.put(variant, Math.max(from, second + Activity.SLOT_MILLIS));
        return all;
    }
}
