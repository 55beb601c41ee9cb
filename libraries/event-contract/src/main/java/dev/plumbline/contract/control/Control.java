package dev.plumbline.contract.control;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** A record of the controls topic. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = DeployMarker.class, name = "deploy"),
    @JsonSubTypes.Type(value = Acknowledgement.class, name = "acknowledgement"),
    @JsonSubTypes.Type(value = Mute.class, name = "mute"),
    @JsonSubTypes.Type(value = BaselineReset.class, name = "baselineReset")
})
public sealed interface Control permits DeployMarker, Acknowledgement, Mute, BaselineReset {

    /** Record key: the kind, a slash, and what tells records of the kind apart. */
    String key();

    /** Who told it, for people. */
    String who();
}
