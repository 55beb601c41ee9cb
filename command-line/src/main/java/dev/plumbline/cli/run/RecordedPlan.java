package dev.plumbline.cli.run;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The settings of a run as its record holds them, by flag name without dashes: in the run's files, its report and the topic of
 * runs. There is no other way for a setting to get there, and each value is one that may be seen.
 */
final class RecordedPlan {

    private final Map<String, RecordedValue> values;

    private RecordedPlan(Map<String, RecordedValue> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /** What was given, and the defaults of what was not. */
    static RecordedPlan of(Collection<OptionSpec> options) {
        Map<String, RecordedValue> values = new TreeMap<>();
        for (OptionSpec option : options) {
            if (!option.usageHelp()) {
                RecordedValue.of(option).ifPresent(value -> values.put(ScenarioFlags.key(option), value));
            }
        }
        return new RecordedPlan(values);
    }

    /** The same with a fact that no option states, and that is no secret. */
    RecordedPlan with(String name, String fact) {
        Map<String, RecordedValue> more = new TreeMap<>(values);
        more.put(name, RecordedValue.ofFact(fact));
        return new RecordedPlan(more);
    }

    /** The same without what has no meaning in this run. */
    RecordedPlan without(Collection<String> names) {
        Map<String, RecordedValue> fewer = new TreeMap<>(values);
        fewer.keySet().removeAll(names);
        return new RecordedPlan(fewer);
    }

    /** What the record says. */
    Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        values.forEach((name, value) -> texts.put(name, value.text()));
        return texts;
    }
}
