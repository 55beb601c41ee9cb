package dev.plumbline.contract.control;

import dev.plumbline.contract.series.Series;
import java.util.Optional;

/**
 * The series that a control speaks of. What is empty is not asked for: an empty scope is all of them.
 *
 * @param target logical name of the service
 * @param model logical model name
 * @param variant stable, canary, a build
 * @param scenario prompt class
 * @param load key of the load point
 * @param tenant whose traffic it is
 */
public record Scope(
        Optional<String> target,
        Optional<String> model,
        Optional<String> variant,
        Optional<String> scenario,
        Optional<String> load,
        Optional<String> tenant) {

    /** Every series. */
    public static final Scope EVERYTHING = new Scope(Optional.empty(), Optional.empty(), Optional.empty());

    public Scope {
        target.ifPresent(value -> OneLine.require("target", value));
        model.ifPresent(value -> OneLine.require("model", value));
        variant.ifPresent(value -> OneLine.require("variant", value));
        scenario.ifPresent(value -> OneLine.require("scenario", value));
        load.ifPresent(value -> OneLine.require("load", value));
        tenant.ifPresent(value -> OneLine.require("tenant", value));
    }

    /** Series of whatever scenario, load and tenant. */
    public Scope(Optional<String> target, Optional<String> model, Optional<String> variant) {
        this(target, model, variant, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** One series, whatever its conditions. */
    public static Scope of(Series series) {
        return new Scope(
                Optional.of(series.group().target()),
                Optional.of(series.group().model()),
                Optional.of(series.variant()),
                Optional.of(series.group().scenario()),
                Optional.of(series.group().loadPoint().key()),
                Optional.of(series.group().tenant()));
    }

    /** Whether a series is spoken of. */
    public boolean covers(Series series) {
        return allows(target, series.group().target())
                && allows(model, series.group().model())
                && allows(variant, series.variant())
                && allows(scenario, series.group().scenario())
                && allows(load, series.group().loadPoint().key())
                && allows(tenant, series.group().tenant());
    }

    private static boolean allows(Optional<String> asked, String has) {
        return asked.isEmpty() || asked.get().equals(has);
    }
}
