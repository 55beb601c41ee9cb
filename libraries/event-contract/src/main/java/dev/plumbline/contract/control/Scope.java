package dev.plumbline.contract.control;

import dev.plumbline.contract.series.Series;
import java.util.Optional;

/**
 * The series that a control speaks of. What is empty is not asked for: an empty scope is all of them.
 *
 * @param target logical name of the service
 * @param model logical model name
 * @param variant stable, canary, a build
 */
public record Scope(Optional<String> target, Optional<String> model, Optional<String> variant) {

    /** Every series. */
    public static final Scope EVERYTHING = new Scope(Optional.empty(), Optional.empty(), Optional.empty());

    public Scope {
        target.ifPresent(value -> OneLine.require("target", value));
        model.ifPresent(value -> OneLine.require("model", value));
        variant.ifPresent(value -> OneLine.require("variant", value));
    }

    /** Whether a series is spoken of. */
    public boolean covers(Series series) {
        return target.filter(value -> !value.equals(series.group().target())).isEmpty()
                && model.filter(value -> !value.equals(series.group().model())).isEmpty()
                && variant.filter(value -> !value.equals(series.variant())).isEmpty();
    }
}
