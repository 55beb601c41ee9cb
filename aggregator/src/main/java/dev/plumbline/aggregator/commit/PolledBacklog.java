package dev.plumbline.aggregator.commit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The backlog as each stream thread's own consumer knows it from its last fetch. A processor has no access to that
 * consumer, so the supplier hands Streams one that makes itself known to the thread that polls it.
 *
 * <p>Any thread; answers for the partitions of the calling one.
 */
public final class PolledBacklog implements Backlog {

    private final ThreadLocal<Optional<Consumer<?, ?>>> polled = ThreadLocal.withInitial(Optional::empty);

    @Override
    public OptionalLong recordsNotRead(String topic, int partition) {
        TopicPartition asked = new TopicPartition(topic, partition);
        return polled.get()
                .filter(consumer -> consumer.assignment().contains(asked))
                .map(consumer -> consumer.currentLag(asked))
                .orElse(OptionalLong.empty());
    }

    /** The same consumer, which from its first poll on answers for the thread that polls it. */
    @SuppressWarnings("unchecked")
    Consumer<byte[], byte[]> watched(Consumer<byte[], byte[]> consumer) {
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("poll")) {
                        polled.set(Optional.of(consumer));
                    }
                    try {
                        return method.invoke(consumer, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
