package dev.plumbline.aggregator.commit;

import java.util.OptionalLong;

/** How much of a partition the current stream thread has not read yet. */
@FunctionalInterface
public interface Backlog {

    /** Nothing is ever left to read. */
    Backlog NONE = (topic, partition) -> OptionalLong.of(0);

    /** Records between what was read and the end of the partition; empty while that is not known. */
    OptionalLong recordsNotRead(String topic, int partition);
}
