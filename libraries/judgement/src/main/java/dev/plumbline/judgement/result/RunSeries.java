package dev.plumbline.judgement.result;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run measures apart, known before its load: a series for each class of its workload, for each tenant and for each variant.
 * Most runs have one.
 *
 * @param whole whom the run's totals belong to; in a run of one series that one
 * @param parts what is measured apart, in order; at least one, at most {@value #MOST}, none twice
 */
public record RunSeries(Series whole, List<Series> parts) {

    /** The most that one run measures apart: each is judged and told by itself. */
    public static final int MOST = 100;

    public RunSeries {
        Objects.requireNonNull(whole, "whole");
        parts = List.copyOf(parts);
        if (parts.isEmpty() || parts.size() > MOST) {
            throw new IllegalArgumentException(
                    "a run of " + parts.size() + " series (classes x tenants x variants), allowed are 1 to " + MOST);
        }
        if (new HashSet<>(parts).size() < parts.size()) {
            throw new IllegalArgumentException("a series is twice among those of the run: " + parts);
        }
        if (parts.size() == 1 && !parts.get(0).equals(whole)) {
            throw new IllegalArgumentException(
                    "the only series of a run is not the run's: " + parts.get(0).key());
        }
    }

    /** A run of one series. */
    public static RunSeries one(Series series) {
        return new RunSeries(series, List.of(series));
    }

    /**
     * What a workload tells apart.
     *
     * @param requestClass empty where it has one class only: the run keeps its scenario
     * @param tenant empty where nobody is told apart: the run keeps its tenant
     */
    public record Part(Optional<String> requestClass, Optional<String> tenant) {
        public Part {
            Objects.requireNonNull(requestClass, "requestClass");
            Objects.requireNonNull(tenant, "tenant");
        }
    }

    /**
     * Each part of a workload for each variant.
     *
     * @param whole scenario, tenant and variant of the run
     * @param workload in order; none is the run's only one
     * @param variants that serve it; none is the run's only one
     * @throws IllegalArgumentException where there are more than {@value #MOST}, one is twice, or a name is too long
     */
    public static RunSeries of(Series whole, List<Part> workload, List<String> variants) {
        ComparisonGroup group = whole.group();
        List<Part> told = workload.isEmpty() ? List.of(new Part(Optional.empty(), Optional.empty())) : workload;
        List<Series> parts = new ArrayList<>();
        for (Part one : told) {
            ComparisonGroup part = new ComparisonGroup(
                    group.target(),
                    group.model(),
                    one.requestClass()
                            .map(name -> group.scenario() + "." + name)
                            .orElse(group.scenario()),
                    group.loadPoint(),
                    one.tenant().orElse(group.tenant()));
            (variants.isEmpty() ? List.of(whole.variant()) : variants)
                    .forEach(variant -> parts.add(new Series(part, variant, whole.conditions())));
        }
        return parts.size() == 1 ? one(parts.get(0)) : new RunSeries(whole, parts);
    }

    /** Classes of a workload, in order, told apart by nothing else; one alone keeps the scenario of the run. */
    public static RunSeries ofClasses(Series whole, List<String> classes) {
        return of(
                whole,
                classes.size() < 2
                        ? List.of()
                        : classes.stream()
                                .map(name -> new Part(Optional.of(name), Optional.empty()))
                                .toList(),
                List.of());
    }

    /** Whether it is more than one. */
    public boolean areSeveral() {
        return parts.size() > 1;
    }

    /** What tells a series from the others of the run, for people: {@code rag}, {@code canary}, {@code rag team-a canary}. */
    public String name(Series part) {
        if (!areSeveral()) {
            return part.group().scenario();
        }
        List<String> words = new ArrayList<>();
        if (differ(parts.stream().map(one -> one.group().scenario()))) {
            words.add(className(part));
        }
        if (differ(parts.stream().map(one -> one.group().tenant()))) {
            words.add(part.group().tenant());
        }
        if (differ(parts.stream().map(Series::variant))) {
            words.add(part.variant());
        }
        return String.join(" ", words);
    }

    /**
     * Every name under which a series may be meant, as in a budget: its own, its class, its scenario, its tenant, its variant; and
     * the run's scenario, which means all.
     */
    public List<String> names(Series part) {
        return Stream.of(
                        name(part),
                        className(part),
                        part.group().scenario(),
                        part.group().tenant(),
                        part.variant(),
                        whole.group().scenario())
                .distinct()
                .toList();
    }

    private String className(Series part) {
        String prefix = whole.group().scenario() + ".";
        String scenario = part.group().scenario();
        return scenario.startsWith(prefix) ? scenario.substring(prefix.length()) : scenario;
    }

    /** The series that another variant is held against: of its group, served by the run's own variant; empty where it is that. */
    public Optional<Series> servedBeside(Series part) {
        return part.variant().equals(whole.variant())
                ? Optional.empty()
                : parts.stream()
                        .filter(one -> one.group().equals(part.group())
                                && one.variant().equals(whole.variant()))
                        .findFirst();
    }

    private static boolean differ(Stream<String> values) {
        return values.distinct().limit(2).count() > 1;
    }
}
