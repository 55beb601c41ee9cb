package dev.plumbline.aggregator.commit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;

/**
 * The backlog as each stream thread's own consumer knows it from its last fetch. A processor has no access to that
 * consumer, so the supplier hands Streams one that makes itself known to the thread that polls it.
 *
 * <p>What a consumer knows grows old when no broker answers, and it does not say so: it would call a partition empty in
 * which others write. So its count of answered fetches is watched, and knowledge older than {@value #FRESH_MILLIS} ms is
 * none.
 *
 * <p>Any thread; answers for the partitions of the calling one.
 */
public final class PolledBacklog implements Backlog {

    /** An empty partition is answered for twice a second. */
    static final long FRESH_MILLIS = 2_000;

    private final InstantSource clock;
    private final ThreadLocal<Optional<Polled>> polled = ThreadLocal.withInitial(Optional::empty);

    /** @param clock tells how old knowledge is */
    public PolledBacklog(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public OptionalLong recordsNotRead(String topic, int partition) {
        TopicPartition asked = new TopicPartition(topic, partition);
        return polled.get()
                .filter(known -> known.consumer.assignment().contains(asked) && known.isFresh(clock.millis()))
                .map(known -> known.consumer.currentLag(asked))
                .orElse(OptionalLong.empty());
    }

    /** The same consumer, which from its first poll on answers for the thread that polls it. */
    @SuppressWarnings("unchecked")
    Consumer<byte[], byte[]> watched(Consumer<byte[], byte[]> consumer) {
        Polled known = new Polled(consumer);
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("poll")) {
                        polled.set(Optional.of(known));
                    }
                    try {
                        return method.invoke(consumer, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** A consumer, and when its brokers answered last. One thread. */
    private static final class Polled {
        private final Consumer<?, ?> consumer;
        private double answers;
        private long answeredEpochMillis;

        Polled(Consumer<?, ?> consumer) {
            this.consumer = consumer;
        }

        boolean isFresh(long nowEpochMillis) {
            double now = answers();
            if (now != answers) {
                answers = now;
                answeredEpochMillis = nowEpochMillis;
            }
            return nowEpochMillis - answeredEpochMillis <= FRESH_MILLIS;
        }

        private double answers() {
            for (Metric metric : consumer.metrics().values()) {
                if (metric.metricName().name().equals("fetch-total")
                        && metric.metricName().group().equals("consumer-fetch-manager-metrics")
                        && metric.metricValue() instanceof Double total) {
                    return total;
                }
            }
            return 0;
        }
    }
}
