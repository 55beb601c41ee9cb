package dev.plumbline.windowing;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Which live objects differ from what was last written of them. Objects become values only when somebody asks for the
 * changes, once per commit instead of once per event.
 *
 * <p>One thread at a time. Bounded by the objects that it is about, and by those removed since the last time.
 *
 * @param <S> the value form of the objects
 */
public final class ChangeLedger<S> {

    private final List<Entry<S>> changed = new ArrayList<>();
    private final Set<String> removed = new LinkedHashSet<>();

    /**
     * A live object with a name under which its value is kept.
     *
     * @param <S> its value form
     */
    abstract static class Entry<S> {
        private final String key;
        private boolean changed;
        private boolean written;
        private boolean removed;

        Entry(String key) {
            this.key = key;
        }

        abstract S snapshot();

        /** Says that what is kept of it is up to date, because it was just read from there. */
        final void justRestored() {
            written = true;
        }
    }

    void changed(Entry<S> entry) {
        if (!entry.changed) {
            entry.changed = true;
            changed.add(entry);
        }
    }

    void removed(Entry<S> entry) {
        entry.removed = true;
        if (entry.written) {
            removed.add(entry.key);
        }
    }

    /**
     * Hands over each change since the last call: removals first, as an empty value, because the same key may have been
     * taken anew.
     */
    void drain(BiConsumer<String, Optional<S>> changes) {
        removed.forEach(key -> changes.accept(key, Optional.empty()));
        removed.clear();
        for (Entry<S> entry : changed) {
            entry.changed = false;
            if (!entry.removed) {
                entry.written = true;
                changes.accept(entry.key, Optional.of(entry.snapshot()));
            }
        }
        changed.clear();
    }
}
