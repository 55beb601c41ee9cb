package dev.plumbline.pipeline.simulation;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** What happened in simulations, by name: where nothing happens, nothing is proven. One thread. */
final class Happenings {

    private final Map<String, Integer> counts = new TreeMap<>();

    void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    void countIf(boolean happened, String what) {
        if (happened) {
            count(what);
        }
    }

    /** Of simulations that run side by side. */
    synchronized void add(Happenings others) {
        others.counts.forEach((what, times) -> counts.merge(what, times, Integer::sum));
    }

    Map<String, Integer> counts() {
        return Collections.unmodifiableMap(counts);
    }
}
