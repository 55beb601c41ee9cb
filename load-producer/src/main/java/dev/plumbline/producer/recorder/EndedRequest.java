package dev.plumbline.producer.recorder;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.series.Series;
import java.util.Objects;

/** A request event that has no sequence yet: that is given when its partition is known. */
public record EndedRequest(
        Series series,
        Attempt attempt,
        long endEpochMillis,
        Stamps stamps,
        Response response,
        Outcome outcome,
        Surroundings surroundings) {

    public EndedRequest {
        Objects.requireNonNull(series, "series");
        Objects.requireNonNull(attempt, "attempt");
        Objects.requireNonNull(stamps, "stamps");
        Objects.requireNonNull(response, "response");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(surroundings, "surroundings");
    }

    /** The event, once its place in the order of its partition is known. */
    public RequestEvent numbered(Origin origin) {
        return new RequestEvent(origin, series, attempt, endEpochMillis, stamps, response, outcome, surroundings);
    }
}
