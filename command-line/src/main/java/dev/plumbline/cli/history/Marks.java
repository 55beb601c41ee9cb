package dev.plumbline.cli.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.plumbline.contract.control.Decision;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
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
 * @param decisions who decided it and why, by {@link #PIN} and the name, or {@link #RUN} and the run id; not of what an older
 *     version wrote
 */
record Marks(
        int plumblineBaselines,
        Map<String, String> pins,
        Set<String> promoted,
        Set<String> demoted,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Decision> decisions) {

    static final int VERSION = 1;

    /** What the decision about a name is kept under. */
    static final String PIN = "pin/";

    /** What the decision about a run is kept under. */
    static final String RUN = "run/";

    Marks {
        pins = Collections.unmodifiableMap(new TreeMap<>(pins));
        promoted = Collections.unmodifiableSet(new TreeSet<>(promoted));
        demoted = Collections.unmodifiableSet(new TreeSet<>(demoted));
        // A file of an earlier version has no such field.
        decisions = Collections.unmodifiableMap(new TreeMap<>(Objects.requireNonNullElse(decisions, Map.of())));
    }

    static Marks none() {
        return new Marks(VERSION, Map.of(), Set.of(), Set.of(), Map.of());
    }

    boolean isGreen(StoredRun run) {
        return promoted.contains(run.runId())
                ? run.unfit().isEmpty()
                : !demoted.contains(run.runId()) && run.isGoodByItself();
    }

    Marks withPin(String name, String runId, Decision decision) {
        if (runId.equals(pins.get(name))) {
            return this;
        }
        Map<String, String> changed = new TreeMap<>(pins);
        changed.put(name, runId);
        return new Marks(VERSION, changed, promoted, demoted, with(PIN + name, decision));
    }

    Marks withoutPin(String name) {
        Map<String, String> changed = new TreeMap<>(pins);
        changed.remove(name);
        return new Marks(VERSION, changed, promoted, demoted, without(PIN + name));
    }

    Marks marked(String runId, boolean green, Decision decision) {
        Set<String> up = new TreeSet<>(promoted);
        Set<String> down = new TreeSet<>(demoted);
        (green ? up : down).add(runId);
        (green ? down : up).remove(runId);
        return new Marks(VERSION, pins, up, down, with(RUN + runId, decision));
    }

    /** Without the marks of runs that are gone; pinned runs never go. */
    Marks without(Set<String> runIds) {
        Set<String> up = new TreeSet<>(promoted);
        Set<String> down = new TreeSet<>(demoted);
        up.removeAll(runIds);
        down.removeAll(runIds);
        Map<String, Decision> left = new TreeMap<>(decisions);
        runIds.forEach(runId -> left.remove(RUN + runId));
        return new Marks(VERSION, pins, up, down, left);
    }

    private Map<String, Decision> with(String key, Decision decision) {
        Map<String, Decision> more = new TreeMap<>(decisions);
        more.put(key, decision);
        return more;
    }

    private Map<String, Decision> without(String key) {
        Map<String, Decision> fewer = new TreeMap<>(decisions);
        fewer.remove(key);
        return fewer;
    }
}
