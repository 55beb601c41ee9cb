package dev.plumbline.contract.control;

import java.util.Objects;

/**
 * What was learned of some series before this was decided counts no more; it is learned anew from the windows that begin
 * afterwards. Baselines that a person chose stay: they have a record of their own to be taken back.
 *
 * @param id the same for the same scope, so that the newest reset of it is kept
 */
public record BaselineReset(String id, Scope scope, Decision decision) implements Control {

    /** What the keys of these records begin with. */
    public static final String KIND = "reset/";

    public BaselineReset {
        OneLine.require("id", id);
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(decision, "decision");
    }

    @Override
    public String key() {
        return KIND + id;
    }

    @Override
    public String who() {
        return decision.who();
    }
}
