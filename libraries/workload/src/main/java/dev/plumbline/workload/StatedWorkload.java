package dev.plumbline.workload;

import java.util.ArrayList;
import java.util.List;

/**
 * A workload that somebody stated, in a file or as a mix of built-in classes. It is checked, and asks nothing yet.
 */
public final class StatedWorkload {

    private final String text;
    private final List<StatedClass> classes;

    /** A class, with its weight in the mix. */
    record StatedClass(double weight, RequestClass of, Source source) {}

    /** Where the texts of a class come from. */
    sealed interface Source {
        /** They are made. */
        record Generated(GeneratedClass shapes) implements Source {}

        /** They are read. */
        record Dataset(String dataset, String where) implements Source {}
    }

    StatedWorkload(String text, List<StatedClass> classes) {
        this.text = text;
        this.classes = classes.stream().filter(each -> each.weight() > 0).toList();
    }

    /** All that it was made of. Equal texts are equal workloads. */
    public String text() {
        return text;
    }

    /** Classes of a weight above 0, in the order in which they were stated. */
    public List<RequestClass> classes() {
        return classes.stream().map(StatedClass::of).toList();
    }

    /** The workload in {@linkplain Vocabulary#COMMON common} words; see {@link #open(long, Datasets, Vocabulary)}. */
    public OpenedWorkload open(long seed, Datasets datasets) {
        return open(seed, datasets, Vocabulary.COMMON);
    }

    /**
     * The workload.
     *
     * @param seed of everything that is drawn
     * @param vocabulary of which words the texts are that are made
     * @throws UnusableWorkload if a dataset cannot be opened
     */
    public OpenedWorkload open(long seed, Datasets datasets, Vocabulary vocabulary) {
        List<OpenedWorkload> opened = classes.stream()
                .map(each -> open(each, seed, datasets, vocabulary))
                .toList();
        Largest largest =
                opened.stream().map(OpenedWorkload::largest).reduce(Largest::or).orElseThrow();
        if (opened.size() == 1) {
            return opened.getFirst();
        }
        List<Mix.Part> parts = new ArrayList<>();
        for (int i = 0; i < opened.size(); i++) {
            parts.add(new Mix.Part(classes.get(i).weight(), opened.get(i).workload()));
        }
        return new OpenedWorkload(new Mix(parts, seed), largest);
    }

    private static OpenedWorkload open(StatedClass of, long seed, Datasets datasets, Vocabulary vocabulary) {
        return switch (of.source()) {
            case Source.Generated generated ->
                new OpenedWorkload(
                        new GeneratedWorkload(generated.shapes(), seed, vocabulary),
                        generated.shapes().largest());
            case Source.Dataset read -> {
                try {
                    yield datasets.open(
                            of.of(), read.dataset(), Salt.mixed(seed, of.of().name()));
                } catch (IllegalArgumentException e) {
                    throw new UnusableWorkload(read.where() + ": " + e.getMessage(), e);
                }
            }
        };
    }
}
