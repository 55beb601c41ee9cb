package dev.plumbline.judgement.cause;

import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.Explanation.Cause;
import dev.plumbline.contract.verdict.Explanation.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * A change on its way to being explained: parts are taken off it one after the other, the surest first, and none is larger than what
 * is left.
 */
final class Split {

    /** A part below this share of the change is left to the rest. */
    private static final double LEAST_SHARE = 0.05;

    /** A second cause is said in the sentence from this share on. */
    private static final double WORTH_SAYING = 0.2;

    private final String metric;
    private final double change;
    private double rest;
    private final Map<Kind, Part> parts = new EnumMap<>(Kind.class);

    private record Part(double size, String evidence, List<Cause> behind) {}

    /** @param change above 0 */
    Split(String metric, double change) {
        this.metric = metric;
        this.change = change;
        this.rest = change;
    }

    double rest() {
        return rest;
    }

    /** Whether something worth saying is left. */
    boolean isOpen() {
        return rest >= LEAST_SHARE * change;
    }

    /** Takes a part off. */
    void take(Kind kind, double size, String evidence, List<Cause> behind) {
        double taken = Math.min(size, rest);
        if (taken >= LEAST_SHARE * change) {
            parts.put(kind, new Part(taken, evidence, behind));
            rest -= taken;
        }
    }

    void take(Kind kind, double size, String evidence) {
        take(kind, size, evidence, List.of());
    }

    /** Takes all parts of another change off, each so many times. */
    void takeAll(Split other, double times) {
        other.parts.forEach((kind, part) -> {
            Part mine = parts.get(kind);
            double taken = Math.min(part.size() * times, rest);
            rest -= taken;
            parts.put(
                    kind,
                    mine == null
                            ? new Part(taken, part.evidence(), part.behind())
                            : new Part(mine.size() + taken, mine.evidence(), mine.behind()));
        });
    }

    /** What explains most; empty where nothing does. */
    Optional<Cause> largest() {
        return causes().stream().findFirst();
    }

    private List<Cause> causes() {
        List<Cause> causes = new ArrayList<>();
        ranked().forEach(entry -> {
            Part part = entry.getValue();
            causes.add(
                    new Cause(entry.getKey(), OptionalDouble.of(Math.min(1, part.size() / change)), part.evidence()));
            causes.addAll(part.behind());
        });
        return causes;
    }

    private List<Map.Entry<Kind, Part>> ranked() {
        return parts.entrySet().stream()
                .filter(entry -> entry.getValue().size() >= LEAST_SHARE * change)
                .sorted(Comparator.comparingDouble(entry -> -entry.getValue().size()))
                .toList();
    }

    Explanation explanation() {
        List<Map.Entry<Kind, Part>> ranked = ranked();
        String sentence = ranked.isEmpty()
                ? "not attributable: nothing that was seen beside it moved"
                : ranked.stream()
                        .limit(2)
                        .filter(entry -> entry.equals(ranked.getFirst())
                                || entry.getValue().size() >= WORTH_SAYING * change)
                        .map(this::words)
                        .collect(Collectors.joining("; "));
        List<Cause> causes = causes();
        return new Explanation(
                metric,
                causes.isEmpty()
                        ? List.of(new Cause(
                                Kind.NOT_ATTRIBUTABLE, OptionalDouble.empty(), "nothing that was seen beside it moved"))
                        : causes,
                sentence);
    }

    private String words(Map.Entry<Kind, Part> entry) {
        Part part = entry.getValue();
        String behind = part.behind().stream().map(Cause::evidence).collect(Collectors.joining(", "));
        String share = Words.share(Math.min(1, part.size() / change)) + " of " + metric;
        return entry.getKey() == Kind.NOT_ATTRIBUTABLE
                ? share + " not attributable: " + part.evidence()
                : part.evidence() + " explains " + share + (behind.isEmpty() ? "" : " (" + behind + ")");
    }
}
