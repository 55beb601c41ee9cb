package dev.plumbline.cli.stack;

import dev.plumbline.cli.stack.Installation.Part;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a local pipe consists of.
 *
 * @param window length of the windows
 * @param partitions partitions of every topic
 * @param kafkaPort the broker's port, 0 for a free one
 * @param targetArguments arguments of the simulated target, its port and log among them
 * @param properties settings of each app, {@code name=value}; an app without an entry is not started
 */
public record PipePlan(
        Duration window,
        int partitions,
        int kafkaPort,
        List<String> targetArguments,
        Map<Part, List<String>> properties) {

    public PipePlan {
        targetArguments = List.copyOf(targetArguments);
        properties = Map.copyOf(properties);
    }
}
