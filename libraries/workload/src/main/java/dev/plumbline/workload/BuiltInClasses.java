package dev.plumbline.workload;

import dev.plumbline.protocol.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Classes that need no file, for a mix such as {@code chat=3,rag=1,agents=.5}. Their shapes are no measurement of anybody's service:
 * they are round numbers of the size that is usual for such requests, and stand where everybody can read them.
 */
public final class BuiltInClasses {

    private static final String NAME = "built-in classes";

    /** Also what a workload file looks like. */
    private static final String TEXT = """
            classes:
              chat:
                isl: lognormal(60,0.9,max=1000)
                osl: lognormal(180,0.7,max=1000)
              rag:
                isl: lognormal(30,0.5,max=200)
                osl: lognormal(150,0.6,max=800)
                prefix: {pool: 50, words: 1500~300, zipf: 1}
              summarization:
                isl: lognormal(2500,0.5,max=8000)
                osl: lognormal(200,0.4,max=600)
              agents:
                isl: lognormal(120,0.7,max=800)
                osl: lognormal(90,0.6,max=400)
                prefix: {pool: 4, words: 800, role: system}
                turns: uniform(1,3)
                think: lognormal(4s,0.7,max=30s)
                tools: {calls: "uniform(1,4)", time: "lognormal(700ms,0.8,max=10s)", result: "lognormal(200,0.8,max=1000)"}
                subAgents: {count: "uniform(0,1)", turns: 3}
              batch:
                isl: lognormal(600,0.6,max=3000)
                osl: lognormal(350,0.5,max=1500)
            """;

    private BuiltInClasses() {}

    /** Their names. */
    public static List<String> names() {
        return WorkloadFile.classes(NAME, TEXT).stream()
                .map(each -> each.of().name())
                .toList();
    }

    /** What they are, as a workload file says it. */
    public static String text() {
        return TEXT;
    }

    /**
     * A mix of them.
     *
     * @param mix names and weights, {@code chat=3,rag=1}; without a weight it is 1
     * @throws UnusableWorkload in one line
     */
    public static StatedWorkload mix(String mix) {
        List<StatedWorkload.StatedClass> known = WorkloadFile.classes(NAME, TEXT);
        List<String> names = known.stream().map(each -> each.of().name()).toList();
        List<StatedWorkload.StatedClass> chosen = new ArrayList<>();
        StringBuilder canonical = new StringBuilder();
        for (String part : ShapeGrammar.compact(mix).split(",", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            double weight = equals < 0 ? 1 : weight(part.substring(equals + 1), part);
            Optional<StatedWorkload.StatedClass> found =
                    known.stream().filter(each -> each.of().name().equals(name)).findFirst();
            if (found.isEmpty()) {
                throw new UnusableWorkload("'" + name + "' is no built-in class: "
                        + Nearest.of(name, names)
                                .map(near -> "did you mean " + near + "? ")
                                .orElse("")
                        + "there are " + String.join(", ", names) + "; others are written into a workload file");
            }
            if (chosen.stream().anyMatch(each -> each.of().name().equals(name))) {
                throw new UnusableWorkload("'" + name + "' is given twice");
            }
            chosen.add(new StatedWorkload.StatedClass(
                    weight, found.get().of(), found.get().source()));
            canonical.append(name).append('=').append(weight).append('\n');
        }
        if (chosen.stream().allMatch(each -> each.weight() == 0)) {
            throw new UnusableWorkload(
                    "has weights that are all 0, so nothing would be asked: give one class a weight above 0");
        }
        return new StatedWorkload(canonical + TEXT, chosen);
    }

    private static double weight(String text, String part) {
        if (text.startsWith("-")) {
            throw new UnusableWorkload("'" + part + "': a weight is 0 or more, for example chat=3");
        }
        try {
            return ShapeGrammar.decimal(text);
        } catch (IllegalArgumentException e) {
            throw new UnusableWorkload("'" + part + "' has no weight: write for example chat=3 or agents=.5", e);
        }
    }
}
