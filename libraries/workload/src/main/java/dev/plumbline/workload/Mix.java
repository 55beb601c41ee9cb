package dev.plumbline.workload;

import java.util.List;
import java.util.SplittableRandom;

/** Several workloads in one: the seed and the ordinal decide of which of them a session is, by weight. */
public final class Mix implements Workload {

    private final List<Part> parts;
    private final Weights weights;
    private final long seed;

    /**
     * One of several.
     *
     * @param weight 0 or more; among all that many sessions are of it
     */
    public record Part(double weight, Workload of) {}

    /**
     * @param parts one or more, no two of the same class; those of weight 0 are left out
     * @throws IllegalArgumentException if no weight is above 0, or one is below
     */
    public Mix(List<Part> parts, long seed) {
        this.weights = Weights.of(parts.stream().mapToDouble(Part::weight).toArray());
        this.parts = List.copyOf(parts);
        this.seed = Salt.mixed(seed, "mix");
    }

    private Mix(Mix like, List<Part> parts) {
        this.weights = like.weights;
        this.parts = parts;
        this.seed = like.seed;
    }

    @Override
    public Session session(long ordinal) {
        int part = weights.drawn(new SplittableRandom(Salt.mixed(seed, ordinal)));
        return parts.get(part).of().session(ordinal);
    }

    private List<Workload> drawn() {
        return parts.stream().filter(part -> part.weight() > 0).map(Part::of).toList();
    }

    @Override
    public List<RequestClass> classes() {
        return drawn().stream()
                .flatMap(workload -> workload.classes().stream())
                .distinct()
                .toList();
    }

    @Override
    public List<String> tenants() {
        return drawn().stream()
                .flatMap(workload -> workload.tenants().stream())
                .distinct()
                .toList();
    }

    /** Each class with its own tenants only. */
    @Override
    public List<Kind> kinds() {
        return drawn().stream()
                .flatMap(workload -> workload.kinds().stream())
                .distinct()
                .toList();
    }

    @Override
    public boolean readsAnswers() {
        return drawn().stream().anyMatch(Workload::readsAnswers);
    }

    @Override
    public Workload salted(long salt) {
        return new Mix(
                this,
                parts.stream()
                        .map(part -> new Part(part.weight(), part.of().salted(salt)))
                        .toList());
    }
}
