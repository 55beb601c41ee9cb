package dev.plumbline.producer.schedule;

import dev.plumbline.contract.series.LoadShape;
import dev.plumbline.contract.series.LoadShape.Change;
import dev.plumbline.contract.series.LoadShape.Piece;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/** The slots of a shape: a change where a level jumps, and one for each slot that a ramp adds or takes. */
final class SlotsOfShape implements SlotTimes {

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long SPREAD_PARTS = 10;

    private final LoadShape shape;
    private final List<Piece> pieces;
    private final long longestSpreadNanos;
    private final long seed;
    private final ArrayDeque<SlotChange> ready = new ArrayDeque<>();
    private int piece;
    private long pieceStartNanos;
    private int slots;
    private boolean isOver;

    SlotsOfShape(LoadShape shape, long longestSpreadNanos, long seed) {
        this.shape = shape;
        this.pieces = shape.pieces();
        this.longestSpreadNanos = longestSpreadNanos;
        this.seed = seed;
        this.slots = SlotTimes.rounded(shape.firstLevel());
    }

    @Override
    public Optional<SlotChange> next() {
        while (ready.isEmpty() && !isOver) {
            if (piece < pieces.size()) {
                walk(pieces.get(piece));
                piece++;
            } else if (shape.lastLevel().isPresent()) {
                jump(shape.lastLevel().get(), Long.MAX_VALUE);
                isOver = true;
            } else {
                piece = 0;
            }
        }
        return Optional.ofNullable(ready.poll());
    }

    private void walk(Piece along) {
        long nanos = along.millis() * NANOS_PER_MILLI;
        jump(along.from(), nanos);
        int last = SlotTimes.rounded(along.to());
        int step = Integer.signum(last - slots);
        while (slots != last) {
            // Half way between the two, where rounding begins to say the other.
            double share = shareAt(along, slots + step / 2.0);
            slots += step;
            change(pieceStartNanos + Math.round(share * nanos), 0);
        }
        pieceStartNanos += nanos;
    }

    private static double shareAt(Piece along, double level) {
        double share = along.change() == Change.LINEAR
                ? (level - along.from()) / (along.to() - along.from())
                : Math.log(level / along.from()) / Math.log(along.to() / along.from());
        return Math.min(1, Math.max(0, share));
    }

    private void jump(double level, long heldNanos) {
        int wanted = SlotTimes.rounded(level);
        if (wanted != slots) {
            slots = wanted;
            change(pieceStartNanos, Math.min(longestSpreadNanos, heldNanos / SPREAD_PARTS));
        }
    }

    private void change(long atNanos, long overNanos) {
        ready.add(new SlotChange(atNanos, slots, overNanos, seed + atNanos));
    }
}
