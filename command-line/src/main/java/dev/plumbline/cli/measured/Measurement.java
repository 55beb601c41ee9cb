package dev.plumbline.cli.measured;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.judgement.result.RunResult;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What one file, or one folder of a run, holds. */
public sealed interface Measurement {

    /** The file or folder, for people. */
    String name();

    /**
     * Requests: a run, ours or made of what another tool wrote.
     *
     * @param facts what has to be the same for it to be compared, by name: {@code tool}, {@code model}, {@code load} and more; what
     *     the file does not say is missing
     * @param notes what was assumed, or left out; a sentence each, without a full stop
     */
    record OfRequests(String name, RunResult run, Map<String, String> facts, List<String> notes)
            implements Measurement {
        public OfRequests {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(run, "run");
            facts = Collections.unmodifiableMap(new TreeMap<>(facts));
            notes = List.copyOf(notes);
        }
    }

    /**
     * Bare numbers.
     *
     * @param blocks of values that follow each other, in the order of the file
     */
    record OfValues(String name, List<Histogram> blocks) implements Measurement {
        public OfValues {
            Objects.requireNonNull(name, "name");
            blocks = List.copyOf(blocks);
        }
    }

    /**
     * Percentiles and means only: nothing that has an interval.
     *
     * @param tool that wrote it
     * @param remedy how it writes every request
     */
    record OfSummary(String name, String tool, String remedy) implements Measurement {}

    /** A baseline of a detector, as {@code plumb baseline export} writes it. */
    record OfBaseline(String name, BaselineRecord baseline) implements Measurement {}
}
