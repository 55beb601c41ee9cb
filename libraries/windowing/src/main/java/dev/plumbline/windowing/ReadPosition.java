package dev.plumbline.windowing;

/**
 * How far a stage has read its partition, as a piece of its state: what Kafka gives once more because its own offsets were
 * lost is known by it.
 *
 * <p>One thread at a time.
 *
 * @param <S> the value form of the stage's state
 */
abstract class ReadPosition<S> extends ChangeLedger.Entry<S> {

    private final ChangeLedger<S> ledger;
    private final TallySink tallies;
    private long offset;

    /** @param firstOffset what lies below it is not read */
    ReadPosition(long firstOffset, ChangeLedger<S> ledger, TallySink tallies) {
        super("progress");
        this.offset = firstOffset - 1;
        this.ledger = ledger;
        this.tallies = tallies;
    }

    void restore(long keptOffset) {
        offset = keptOffset;
        justRestored();
    }

    /** Of the last record that was read. */
    final long offset() {
        return offset;
    }

    /** Takes note of a record; false when it is in the state already. */
    final boolean readTo(long newOffset) {
        if (newOffset <= offset) {
            tallies.add(Tally.READ_AGAIN);
            return false;
        }
        offset = newOffset;
        ledger.changed(this);
        return true;
    }
}
