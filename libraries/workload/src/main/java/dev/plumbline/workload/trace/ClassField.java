package dev.plumbline.workload.trace;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** What of a row says its class, so that rows of one class are measured apart from those of another. */
public sealed interface ClassField {

    /** As it is written: the format's own field. */
    String OWN = "auto";

    /** As it is written: no field. */
    String NONE = "none";

    /** Of rows that have no class where others have one. */
    String OTHER = "other";

    /** Most classes that are measured apart because the format has a field for them. */
    int MOST_OWN = 16;

    /** Most classes that are measured apart because somebody named a field. */
    int MOST_NAMED = 32;

    /** Longest name of a class. */
    int LONGEST_NAME = 40;

    /** The field that the format has for it, where it has one. */
    record Own() implements ClassField {}

    /** All rows are of one class. */
    record None() implements ClassField {}

    /**
     * A field or a column.
     *
     * @param name with points between the names of fields that lie in others
     */
    record Named(String name) implements ClassField {
        public Named {
            if (Objects.requireNonNull(name, "name").isBlank()) {
                throw new IllegalArgumentException("a field needs a name");
            }
        }
    }

    /** As a person writes it: {@value #OWN}, {@value #NONE}, or a field's name. */
    static ClassField parse(String text) {
        return switch (text.strip()) {
            case OWN -> new Own();
            case NONE -> new None();
            default -> new Named(text.strip());
        };
    }

    /**
     * The class of a row.
     *
     * @param own name of the field that the format has for it; empty = it has none
     * @param value of a field; empty where the row has none of that name
     */
    default Optional<String> of(String own, Function<String, Optional<String>> value) {
        return switch (this) {
            case None ignored -> Optional.empty();
            case Own ignored ->
                own.isEmpty() ? Optional.empty() : value.apply(own).flatMap(ClassField::label);
            case Named named -> value.apply(named.name()).flatMap(ClassField::label);
        };
    }

    /** What a class is called: lower-case letters, digits, dots, dashes and underscores of a value; empty where none is left. */
    private static Optional<String> label(String value) {
        String name = value.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9._-]+", "-")
                .replaceAll("^[^a-z0-9]+|[^a-z0-9]+$", "");
        return name.isEmpty()
                ? Optional.empty()
                : Optional.of(name.substring(0, Math.min(name.length(), LONGEST_NAME)));
    }
}
