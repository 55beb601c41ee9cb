package dev.plumbline.contract.event;

import dev.plumbline.contract.series.ComparisonGroup;
import java.util.Objects;

/**
 * An aggregator's decision, by wall clock, that a silent producer no longer holds windows open. It is written into the
 * events topic itself and takes effect when it is read back, so that a replay closes the same windows.
 *
 * @param untilEpochMillis the producer's last watermark; the decision is void if the producer has spoken since
 * @param silentMillis how long it had been silent
 */
public record ProducerExpelled(
        String producerId, long epoch, ComparisonGroup group, long untilEpochMillis, long silentMillis)
        implements Event {

    public ProducerExpelled {
        Objects.requireNonNull(producerId, "producerId");
        Objects.requireNonNull(group, "group");
        if (epoch < 0 || untilEpochMillis < 0 || silentMillis < 0) {
            throw new IllegalArgumentException("negative number in the expulsion of " + producerId);
        }
    }

    @Override
    public long eventTimeEpochMillis() {
        return untilEpochMillis;
    }
}
