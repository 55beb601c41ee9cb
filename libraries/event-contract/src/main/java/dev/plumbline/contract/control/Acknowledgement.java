package dev.plumbline.contract.control;

import java.util.Objects;

/**
 * Somebody has seen an alert and takes care of it. The alert stays open and its series stays what it is; only nobody needs to be
 * called for it. A deploy of the series that is marked afterwards ends it: what is served then is something else.
 *
 * @param alertId the alert
 * @param series key of its series ({@link dev.plumbline.contract.series.Series#lane}), for people
 */
public record Acknowledgement(String alertId, String series, Decision decision) implements Control {

    /** What the keys of these records begin with. */
    public static final String KIND = "ack/";

    public Acknowledgement {
        OneLine.require("alertId", alertId);
        if (series.isBlank()) {
            throw new IllegalArgumentException("series is blank");
        }
        Objects.requireNonNull(decision, "decision");
    }

    @Override
    public String key() {
        return KIND + alertId;
    }

    @Override
    public String who() {
        return decision.who();
    }
}
