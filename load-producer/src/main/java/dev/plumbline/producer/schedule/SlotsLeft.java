package dev.plumbline.producer.schedule;

import java.util.Optional;

/** Changes that are left of others from a moment on, which is their begin. */
final class SlotsLeft implements SlotTimes {

    private final SlotTimes whole;
    private final long fromNanos;
    private Optional<SlotChange> taken;

    /** @param taken the first of them, which was taken already */
    SlotsLeft(Optional<SlotChange> taken, SlotTimes whole, long fromNanos) {
        this.taken = taken;
        this.whole = whole;
        this.fromNanos = fromNanos;
    }

    @Override
    public Optional<SlotChange> next() {
        Optional<SlotChange> next = taken.or(whole::next);
        taken = Optional.empty();
        return next.map(change ->
                new SlotChange(change.atNanos() - fromNanos, change.slots(), change.overNanos(), change.seed()));
    }
}
