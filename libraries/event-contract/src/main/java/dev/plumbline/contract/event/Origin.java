package dev.plumbline.contract.event;

import java.util.Objects;

/**
 * Where a record comes from; unique within its partition.
 *
 * @param producerId stable name of the producer
 * @param epoch one start of that producer, or what it wrote from when its machine's clock was set, in milliseconds since the
 *     Unix epoch at that moment; a later one is larger
 * @param sequence 1, 2, 3 … per epoch and partition
 */
public record Origin(String producerId, long epoch, long sequence) {

    public Origin {
        Objects.requireNonNull(producerId, "producerId");
        if (producerId.isBlank() || producerId.length() > 200) {
            throw new IllegalArgumentException("producerId must have 1 to 200 characters");
        }
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch " + epoch + " is negative");
        }
        if (sequence < 1) {
            throw new IllegalArgumentException("sequence " + sequence + " is below 1");
        }
    }
}
