package dev.plumbline.cli.stack;

import dev.plumbline.cli.stack.Installation.Part;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a local pipe consists of.
 *
 * @param window length of the windows
 * @param partitions partitions of every topic
 * @param kafkaPort the broker's port, 0 for a free one
 * @param topicBytes most bytes that a topic keeps per partition
 * @param targetArguments arguments of the simulated target; empty = none is started
 * @param properties settings of each app, {@code name=value}; an app without an entry is not started
 * @param kafkaDirectory where the broker keeps its data beyond the end of the pipe; empty = in the temporary folder
 */
public record PipePlan(
        Duration window,
        int partitions,
        int kafkaPort,
        long topicBytes,
        Optional<List<String>> targetArguments,
        Map<Part, List<String>> properties,
        Optional<Path> kafkaDirectory) {

    /** Bytes per partition that a topic keeps unless somebody says otherwise. */
    public static final long DEFAULT_TOPIC_BYTES = 256L << 20;

    public PipePlan {
        targetArguments = targetArguments.map(List::copyOf);
        properties = Map.copyOf(properties);
    }

    /** A pipe with a simulated target that keeps nothing. */
    public PipePlan(
            Duration window,
            int partitions,
            int kafkaPort,
            List<String> targetArguments,
            Map<Part, List<String>> properties) {
        this(
                window,
                partitions,
                kafkaPort,
                DEFAULT_TOPIC_BYTES,
                Optional.of(targetArguments),
                properties,
                Optional.empty());
    }
}
