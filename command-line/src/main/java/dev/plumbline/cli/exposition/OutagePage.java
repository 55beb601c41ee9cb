package dev.plumbline.cli.exposition;

import dev.plumbline.cli.stack.HealingListener;
import dev.plumbline.judgement.result.Outage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * The outages of a stack's parts as a page in Prometheus' text format. Written here and not by Prometheus' client: five
 * numbers are not worth the time that its classes take to load at the start of every command. Any thread.
 */
public final class OutagePage implements HealingListener {

    /** What {@link #text} is, for whoever serves it. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final LongSupplier monotonicNanos;
    private final Map<String, PartOutages> byPart = new TreeMap<>();

    private static final class PartOutages {
        private final Map<String, Long> ends = new TreeMap<>();
        private long awayMillis;
        private long lastSinceEpochMillis;
        private Optional<Long> awaySinceNanos = Optional.empty();
    }

    /**
     * @param parts labels of the parts that are looked after
     * @param monotonicNanos by which an outage that goes on is measured
     */
    public OutagePage(Iterable<String> parts, LongSupplier monotonicNanos) {
        this.monotonicNanos = monotonicNanos;
        parts.forEach(part -> byPart.put(part, new PartOutages()));
    }

    @Override
    public synchronized void away(Outage outage, Duration pause, int left) {
        PartOutages part = part(outage);
        part.ends.merge(outage.cause(), 1L, Long::sum);
        part.lastSinceEpochMillis = outage.sinceEpochMillis();
        if (part.awaySinceNanos.isEmpty()) {
            part.awaySinceNanos = Optional.of(monotonicNanos.getAsLong());
        }
    }

    @Override
    public synchronized void back(Outage outage) {
        PartOutages part = part(outage);
        part.awaySinceNanos = Optional.empty();
        part.awayMillis += outage.awayMillis().orElse(0);
    }

    private PartOutages part(Outage outage) {
        return byPart.computeIfAbsent(outage.part(), unknown -> new PartOutages());
    }

    /** The page as it is now. */
    public synchronized String text() {
        StringBuilder text = new StringBuilder(1 << 10);
        head(text, "plumbline_stack_part_up", "gauge", "1 while a part of the local stack serves or first starts");
        byPart.forEach((name, part) ->
                line(text, "plumbline_stack_part_up", name, "", part.awaySinceNanos.isPresent() ? "0" : "1"));
        // One that is there from the start: of a series that begins with 1, Prometheus does not see the first increase.
        head(text, "plumbline_stack_part_ends_total", "counter", "Ends that nobody asked for");
        byPart.forEach((name, part) -> line(
                text,
                "plumbline_stack_part_ends_total",
                name,
                "",
                Long.toString(
                        part.ends.values().stream().mapToLong(Long::longValue).sum())));
        head(text, "plumbline_stack_part_ends_by_cause_total", "counter", "The same, by cause");
        byPart.forEach((name, part) -> part.ends.forEach((cause, count) -> line(
                text,
                "plumbline_stack_part_ends_by_cause_total",
                name,
                ",cause=\"" + cause + '"',
                Long.toString(count))));
        head(text, "plumbline_stack_part_away_seconds_total", "counter", "How long it was gone in all");
        byPart.forEach((name, part) -> line(
                text, "plumbline_stack_part_away_seconds_total", name, "", Double.toString(awayMillis(part) / 1e3)));
        head(text, "plumbline_stack_part_last_end_timestamp_seconds", "gauge", "When its last outage began");
        byPart.forEach((name, part) -> {
            if (part.lastSinceEpochMillis > 0) {
                line(
                        text,
                        "plumbline_stack_part_last_end_timestamp_seconds",
                        name,
                        "",
                        String.format(java.util.Locale.ROOT, "%.3f", part.lastSinceEpochMillis / 1e3));
            }
        });
        return text.toString();
    }

    private long awayMillis(PartOutages part) {
        return part.awayMillis
                + part.awaySinceNanos
                        .map(since -> (monotonicNanos.getAsLong() - since) / 1_000_000)
                        .orElse(0L);
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void line(StringBuilder text, String name, String part, String labels, String value) {
        text.append(name)
                .append("{part=\"")
                .append(part)
                .append('"')
                .append(labels)
                .append("} ")
                .append(value)
                .append('\n');
    }
}
