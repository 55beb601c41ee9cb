package dev.plumbline.contract.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.plumbline.contract.series.ComparisonGroup;

/** A record of the events topic. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RequestEvent.class, name = "request"),
    @JsonSubTypes.Type(value = Heartbeat.class, name = "heartbeat"),
    @JsonSubTypes.Type(value = ProducerExpelled.class, name = "producer-expelled")
})
public sealed interface Event permits RequestEvent, Heartbeat, ProducerExpelled {

    /** The group by which the record's partition was chosen. */
    ComparisonGroup group();

    /** Event time, milliseconds since the epoch: the end of a request, or until when a heartbeat speaks. */
    long eventTimeEpochMillis();
}
