package dev.plumbline.target.lockstep;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;

/**
 * Who holds which block of the KV cache. A block is either of one sequence alone, or named after the prompt up to its end and
 * shared; a named block that no sequence holds stays, the least recently used goes first when room is needed. Not thread safe.
 */
final class KvBlocks {

    /** A block that can be found again. */
    static final class Named {
        private final long name;
        private int holders;

        private Named(long name) {
            this.name = name;
        }
    }

    private final KvSettings settings;
    /** Whether the memory has room for so many blocks. */
    private final IntPredicate fits;

    private final Map<Long, Named> byName = new HashMap<>();
    private final LinkedHashMap<Long, Named> idle = new LinkedHashMap<>();
    private int ownBlocks;

    KvBlocks(KvSettings settings, IntPredicate fits) {
        this.settings = settings;
        this.fits = fits;
    }

    /** Blocks with something in them. */
    int filled() {
        return ownBlocks + byName.size();
    }

    /** Blocks that a sequence holds. */
    int inUse() {
        return filled() - idle.size();
    }

    /** Leading blocks of the prompt that are there; never all of it, because the last token has to be computed. */
    int hits(Sequence sequence) {
        int most = Math.min(sequence.prompt().count(), (sequence.promptTokens() - 1) / settings.blockTokens());
        int found = 0;
        while (settings.prefixCache()
                && found < most
                && byName.containsKey(sequence.prompt().name(found))) {
            found++;
        }
        return found;
    }

    /** Blocks that would be in use if this sequence's prompt were, too. */
    int inUseWith(Sequence sequence) {
        int shared = 0;
        int hits = hits(sequence);
        for (int block = 0; block < hits; block++) {
            if (!idle.containsKey(sequence.prompt().name(block))) {
                shared++;
            }
        }
        return inUse() + settings.blocksOf(sequence.promptTokens()) - shared;
    }

    /** Gives a sequence that holds nothing the blocks that were found and room for {@code tokens}; or nothing at all. */
    boolean admit(Sequence sequence, int hits, int tokens) {
        for (int block = 0; block < hits; block++) {
            hold(sequence, Objects.requireNonNull(byName.get(sequence.prompt().name(block))));
        }
        sequence.offeredBlocks = hits;
        if (grow(sequence, tokens)) {
            return true;
        }
        release(sequence);
        return false;
    }

    /** Gives a sequence room for {@code tokens} in all; or nothing. */
    boolean grow(Sequence sequence, int tokens) {
        int wanted = settings.blocksOf(tokens) - sequence.heldBlocks();
        if (wanted <= 0) {
            return true;
        }
        while (!hasRoom(wanted)) {
            if (idle.isEmpty()) {
                return false;
            }
            long eldest = idle.firstEntry().getKey();
            idle.remove(eldest);
            byName.remove(eldest);
        }
        sequence.ownBlocks += wanted;
        ownBlocks += wanted;
        return true;
    }

    private boolean hasRoom(int wanted) {
        int after = filled() + wanted;
        return after <= settings.blocks() && fits.test(after);
    }

    /** Names the blocks of the prompt that have become full. One whose name another block has stays nameless. */
    void offer(Sequence sequence) {
        int full = Math.min(sequence.prompt().count(), sequence.computedTokens / settings.blockTokens());
        while (settings.prefixCache() && sequence.offeredBlocks < full) {
            long name = sequence.prompt().name(sequence.offeredBlocks++);
            if (!byName.containsKey(name)) {
                Named block = new Named(name);
                byName.put(name, block);
                hold(sequence, block);
                sequence.ownBlocks--;
                ownBlocks--;
            }
        }
    }

    private void hold(Sequence sequence, Named block) {
        if (block.holders++ == 0) {
            idle.remove(block.name);
        }
        sequence.named.add(block);
    }

    /** Takes all blocks of a sequence; the ends of prompts become older than their beginnings. */
    void release(Sequence sequence) {
        for (Named block : sequence.named.reversed()) {
            if (--block.holders == 0 && isKnown(block)) {
                idle.put(block.name, block);
            } else if (block.holders == 0) {
                ownBlocks--;
            }
        }
        sequence.named.clear();
        ownBlocks -= sequence.ownBlocks;
        sequence.ownBlocks = 0;
        sequence.offeredBlocks = 0;
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isKnown(Named block) {
        return byName.get(block.name) == block;
    }

    /** Forgets all names. What sequences hold stays theirs, and cannot be found any more. */
    void forgetNames() {
        ownBlocks += inUse() - ownBlocks;
        byName.clear();
        idle.clear();
    }
}
