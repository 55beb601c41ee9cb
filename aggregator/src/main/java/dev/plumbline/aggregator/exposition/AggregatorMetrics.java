package dev.plumbline.aggregator.exposition;

import dev.plumbline.aggregator.topology.Progress;
import dev.plumbline.windowing.PartitionIntake;
import dev.plumbline.windowing.Tally;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The aggregator's own numbers. Counters begin at 0 in each process and also count what an aborted transaction repeats:
 * they describe the work; what the windows say is exact.
 *
 * <p>Any thread.
 */
public final class AggregatorMetrics implements Progress {

    private static final String PREFIX = "plumbline_aggregator_";
    private static final String REFUSED = "REFUSED_";

    private final InstantSource clock;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Map<Tally, CounterDataPoint> counters = new EnumMap<>(Tally.class);
    private final Map<Integer, IntakeState> intakes = new ConcurrentHashMap<>();
    private final Map<Integer, MergeState> merges = new ConcurrentHashMap<>();
    private final Map<Restore, Long> restores = new ConcurrentHashMap<>();

    /** @param clock tells how far a watermark lags */
    public AggregatorMetrics(InstantSource clock) {
        this.clock = clock;
        Counter refused = Counter.builder()
                .name(PREFIX + "refused_total")
                .help("Records that were not counted and lie in the undecodable topic, by reason")
                .labelNames("reason")
                .register(registry);
        for (Tally tally : Tally.values()) {
            String name = tally.name().toLowerCase(Locale.ROOT);
            counters.put(
                    tally,
                    tally.name().startsWith(REFUSED)
                            ? refused.labelValues(name.substring(REFUSED.length()))
                            : counter(name, help(tally)));
        }
        gauges();
        ProcessMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
    }

    @Override
    public void counted(Tally tally, long times) {
        CounterDataPoint counter = counters.get(tally);
        if (counter != null && times > 0) {
            counter.inc(times);
        }
    }

    @Override
    public void intake(int partition, IntakeState state) {
        intakes.put(partition, state);
    }

    @Override
    public void merge(int partition, MergeState state) {
        merges.put(partition, state);
    }

    @Override
    public void intakeGone(int partition) {
        intakes.remove(partition);
    }

    @Override
    public void mergeGone(int partition) {
        merges.remove(partition);
    }

    /** What a scrape gets. */
    public record Page(String contentType, byte[] body) {}

    /**
     * All numbers in the format that the reader prefers.
     *
     * @param accept the request's {@code Accept} header; empty for none
     */
    public Page page(Optional<String> accept) throws IOException {
        ExpositionFormatWriter writer = ExpositionFormats.init().findWriter(accept.orElse(""));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writer.write(body, registry.scrape());
        return new Page(writer.getContentType(), body.toByteArray());
    }

    private CounterDataPoint counter(String name, String help) {
        // An unlabelled counter is its own data point and appears with 0 before it first counts.
        return Counter.builder().name(PREFIX + name + "_total").help(help).register(registry);
    }

    private void gauges() {
        gauge(
                "open_windows",
                "Windows of a series that are open, by partition of the events topic",
                (state, now) -> Optional.of((double) state.openWindows()));
        gauge(
                "series",
                "Series that have a place below the limit, by partition of the events topic",
                (state, now) -> Optional.of((double) state.series()));
        gauge(
                "live_producers",
                "Producers that hold windows open, once per group, by partition of the events topic",
                (state, now) -> Optional.of((double) state.liveProducers()));
        gauge(
                "open_bytes",
                "About how much memory the open windows take, by partition of the events topic",
                (state, now) -> Optional.of((double) state.openBytes()));
        gauge(
                "stalled_producers",
                "Producers that nobody waits for, because their watermark stands still or lies far behind, once per group",
                (state, now) -> Optional.of((double) state.stalledProducers()));
        gauge(
                "watermark_lag_seconds",
                "Now minus the smallest watermark that windows wait for; absent when they wait for nobody",
                (state, now) -> state.slowestHolder().map(holder -> lagSeconds(holder, now)));
        GaugeWithCallback.builder()
                .name(PREFIX + "holder_lag_seconds")
                .help(
                        "Now minus the watermark of the slowest producer of a partition, among those that windows wait for and"
                                + " those that nobody waits for")
                .labelNames("partition", "producer", "target", "standing")
                .callback(callback -> intakes.forEach((partition, state) -> {
                    long now = clock.millis();
                    state.slowestHolder()
                            .ifPresent(holder -> callback.call(
                                    lagSeconds(holder, now),
                                    String.valueOf(partition),
                                    holder.producerId(),
                                    holder.group().target(),
                                    "waited_for"));
                    state.slowestStalled()
                            .ifPresent(holder -> callback.call(
                                    lagSeconds(holder, now),
                                    String.valueOf(partition),
                                    holder.producerId(),
                                    holder.group().target(),
                                    "stalled"));
                }))
                .register(registry);
        merging("merging_windows", "Windows that are not final yet", MergeState::openWindows);
        merging("merging_bytes", "About how much memory the windows that are not final take", MergeState::openBytes);
        merging(
                "merge_lag_seconds",
                "Now minus the end of the oldest window that is not final; 0 when none waits",
                state -> state.oldestOpenEndEpochMillis().isEmpty()
                        ? 0
                        : secondsSince(state.oldestOpenEndEpochMillis().getAsLong(), clock.millis()));
        GaugeWithCallback.builder()
                .name(PREFIX + "restore_remaining_records")
                .help("Records of their state that are still to be read before partitions are taken up")
                .callback(callback -> callback.call(
                        restores.values().stream().mapToLong(Long::longValue).sum()))
                .register(registry);
    }

    /**
     * How Kafka Streams stands, asked at each scrape: 1 for the state that it is in.
     *
     * @param state the name of the state
     * @param all the names of all states
     */
    public void streams(Supplier<String> state, List<String> all) {
        GaugeWithCallback.builder()
                .name(PREFIX + "streams_state")
                .help("1 for the state that Kafka Streams is in: only while it is running, every partition is read")
                .labelNames("state")
                .callback(callback -> {
                    String now = state.get();
                    all.forEach(one -> callback.call(one.equals(now) ? 1 : 0, one));
                })
                .register(registry);
    }

    /** So many records of a store's partition are still to be restored. */
    public void restoring(String store, int partition, long remaining) {
        restores.put(new Restore(store, partition), remaining);
    }

    /** A store's partition is restored, or somebody else's now. */
    public void restored(String store, int partition) {
        restores.remove(new Restore(store, partition));
    }

    private record Restore(String name, int partition) {}

    private static double lagSeconds(PartitionIntake.Holder holder, long nowEpochMillis) {
        return secondsSince(holder.untilEpochMillis(), nowEpochMillis);
    }

    private static double secondsSince(long epochMillis, long nowEpochMillis) {
        return (nowEpochMillis - epochMillis) / 1e3;
    }

    private void merging(String name, String help, ToDoubleFunction<MergeState> reading) {
        GaugeWithCallback.builder()
                .name(PREFIX + name)
                .help(help + ", by merge partition")
                .labelNames("partition")
                .callback(callback -> merges.forEach(
                        (partition, state) -> callback.call(reading.applyAsDouble(state), String.valueOf(partition))))
                .register(registry);
    }

    private interface Reading {
        Optional<Double> of(IntakeState state, long nowEpochMillis);
    }

    private void gauge(String name, String help, Reading reading) {
        GaugeWithCallback.builder()
                .name(PREFIX + name)
                .help(help)
                .labelNames("partition")
                .callback(callback -> intakes.forEach((partition, state) -> reading.of(state, clock.millis())
                        .ifPresent(value -> callback.call(value, String.valueOf(partition)))))
                .register(registry);
    }

    private static String help(Tally tally) {
        return switch (tally) {
            case RECORDS_CONSUMED -> "Records read from the events topic";
            case EVENTS_COUNTED -> "Request events added to a window";
            case EVENTS_LATE -> "Request events that came after their window had been closed";
            case HEARTBEATS -> "Heartbeats taken";
            case DUPLICATES -> "Records that had been taken before";
            case EVENTS_LOST -> "Request events that a producer named as lost before they reached Kafka";
            case UNDECODABLE -> "Records that could not be decoded";
            case ACTIVITY_REFUSED -> "One-second activities left out of a heartbeat";
            case WATERMARK_CAPPED -> "Heartbeats whose watermark was cut to what the append time allows";
            case MISSING_RANGES_OVERFLOWED -> "Runs of missing sequences that were forgotten";
            case READ_AGAIN -> "Records that were read once more although the state knew them";
            case EVENTS_COUNTED_BEFORE -> "Request events of windows that another application had said before";
            case PRODUCERS_STALLED -> "Times that a producer's watermark stood still or fell far behind";
            case PRODUCERS_CAUGHT_UP -> "Times that such a producer caught up";
            case PARTS_EARLY -> "Parts of windows that left early for want of room";
            case WINDOWS_EARLY -> "Windows that became final early for want of room";
            case GROUPS_FORGOTTEN -> "Groups of which is no longer remembered how far they were";
            case PRODUCERS_EXPELLED -> "Producers expelled for silence";
            case EXPULSIONS_VOID -> "Expulsions without effect, because the producer had spoken again or was gone";
            case WINDOWS_CLOSED -> "Window records of revision 0";
            case CORRECTIONS -> "Window records of a later revision";
            case REVISIONS_FORGOTTEN -> "Remembered revisions that were forgotten";
            case REFUSED_WRONG_PARTITION,
                    REFUSED_FUTURE,
                    REFUSED_SERIES_LIMIT,
                    REFUSED_PRODUCER_LIMIT,
                    REFUSED_FORGOTTEN,
                    REFUSED_IMPLAUSIBLE,
                    REFUSED_FOREIGN_PARTIAL -> "Refused records";
        };
    }
}
