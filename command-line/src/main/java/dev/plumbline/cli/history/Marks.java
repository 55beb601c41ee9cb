package dev.plumbline.cli.history;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What people decided about runs.
 *
 * @param plumblineBaselines version of the file
 * @param pins run ids by name
 * @param promoted run ids that are green whatever their verdict says
 * @param demoted run ids that are not
 */
record Marks(int plumblineBaselines, Map<String, String> pins, Set<String> promoted, Set<String> demoted) {

    static final int VERSION = 1;

    Marks {
        pins = Collections.unmodifiableMap(new TreeMap<>(pins));
        promoted = Collections.unmodifiableSet(new TreeSet<>(promoted));
        demoted = Collections.unmodifiableSet(new TreeSet<>(demoted));
    }

    static Marks none() {
        return new Marks(VERSION, Map.of(), Set.of(), Set.of());
    }

    boolean isGreen(StoredRun run) {
        return promoted.contains(run.runId())
                ? run.unfit().isEmpty()
                : !demoted.contains(run.runId()) && run.isGoodByItself();
    }

    Marks withPin(String name, String runId) {
        Map<String, String> changed = new TreeMap<>(pins);
        changed.put(name, runId);
        return new Marks(VERSION, changed, promoted, demoted);
    }

    Marks withoutPin(String name) {
        Map<String, String> changed = new TreeMap<>(pins);
        changed.remove(name);
        return new Marks(VERSION, changed, promoted, demoted);
    }

    Marks marked(String runId, boolean green) {
        Set<String> up = new TreeSet<>(promoted);
        Set<String> down = new TreeSet<>(demoted);
        (green ? up : down).add(runId);
        (green ? down : up).remove(runId);
        return new Marks(VERSION, pins, up, down);
    }

    /** Without the marks of runs that are gone; pinned runs never go. */
    Marks without(Set<String> runIds) {
        Set<String> up = new TreeSet<>(promoted);
        Set<String> down = new TreeSet<>(demoted);
        up.removeAll(runIds);
        down.removeAll(runIds);
        return new Marks(VERSION, pins, up, down);
    }
}
