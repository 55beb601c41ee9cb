package dev.plumbline.contract.control;

import java.util.Objects;

/**
 * Nobody is to be called for some series for a while, a planned maintenance for example. They are judged and shown as ever.
 *
 * @param id the same for the same scope, so that a later mute of it takes the place of this one
 * @param decision must say until when
 */
public record Mute(String id, Scope scope, Decision decision) implements Control {

    /** What the keys of these records begin with. */
    public static final String KIND = "mute/";

    public Mute {
        OneLine.require("id", id);
        Objects.requireNonNull(scope, "scope");
        if (decision.untilEpochMillis().isEmpty()) {
            throw new IllegalArgumentException("a mute without an end hides what comes for ever");
        }
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
