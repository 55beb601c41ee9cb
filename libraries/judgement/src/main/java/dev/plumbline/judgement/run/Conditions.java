package dev.plumbline.judgement.run;

import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.result.RunVerdict.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What must be the same for two runs to be compared, and what may differ and is told. What a run does not say is {@code
 * unknown}, and unknown differs from everything that is known.
 */
public final class Conditions {

    private static final String UNKNOWN = "unknown";

    private Conditions() {}

    /**
     * Refuses a comparison of different things.
     *
     * @param now and {@code here}: group and environment of the run that is judged, or will be
     * @param baselineId names the other run in the message
     * @param vary conditions that may differ
     * @throws UnfitBaselineException naming all that differs, both values of each, and the flags that allow it
     */
    public static void requireEqual(
            ComparisonGroup now,
            Environment here,
            String baselineId,
            ComparisonGroup before,
            Environment there,
            Set<String> vary) {
        part("target", now.target(), before.target(), baselineId);
        part("model", now.model(), before.model(), baselineId);
        part("scenario", now.scenario(), before.scenario(), baselineId);
        part("load", now.loadPoint().key(), before.loadPoint().key(), baselineId);
        part("tenant", now.tenant(), before.tenant(), baselineId);
        List<Difference> differences = differences(here.conditions(), there.conditions()).stream()
                .filter(difference -> !vary.contains(difference.key()))
                .toList();
        if (!differences.isEmpty()) {
            throw new UnfitBaselineException((differences.size() == 1
                            ? "a condition differs"
                            : differences.size() + " conditions differ")
                    + " from those of baseline " + baselineId + ": "
                    + differences.stream()
                            .map(each -> each.key() + " is '" + each.now() + "' here and '" + each.before() + "' there")
                            .collect(Collectors.joining(", "))
                    + "; "
                    + differences.stream().map(each -> "--vary " + each.key()).collect(Collectors.joining(" "))
                    + (differences.size() == 1 ? " compares" : " compare") + " anyway");
        }
    }

    /** Whether conditions are equal but for those that may differ. */
    public static boolean areEqual(Environment here, Environment there, Set<String> vary) {
        return differences(here.conditions(), there.conditions()).stream()
                .allMatch(difference -> vary.contains(difference.key()));
    }

    /** Every difference, by key. */
    static List<Difference> differences(Map<String, String> now, Map<String, String> before) {
        Set<String> keys = new TreeSet<>(now.keySet());
        keys.addAll(before.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String key : keys) {
            String here = now.getOrDefault(key, UNKNOWN);
            String there = before.getOrDefault(key, UNKNOWN);
            if (!here.equals(there)) {
                differences.add(new Difference(key, here, there));
            }
        }
        return differences;
    }

    private static void part(String name, String now, String before, String baselineId) {
        if (!now.equals(before)) {
            throw new UnfitBaselineException("baseline " + baselineId + " has the " + name + " '" + before
                    + "', this run '" + now + "': another comparison group; choose a baseline of the same one");
        }
    }
}
