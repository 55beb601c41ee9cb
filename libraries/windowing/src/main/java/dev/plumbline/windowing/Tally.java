package dev.plumbline.windowing;

/** Everything that is counted while windows are made. Each clamp, drop, skip and refusal has its own. */
public enum Tally {
    /** Records read from the events topic, whatever they were. */
    RECORDS_CONSUMED,
    /** Request events added to a window. */
    EVENTS_COUNTED,
    /** Of those: they came after their window had been closed in their partition. */
    EVENTS_LATE,
    /** Heartbeats taken. */
    HEARTBEATS,
    /** Records that had been taken before, by producer, epoch and sequence. */
    DUPLICATES,
    /** Request events that a producer named as lost before they reached Kafka. */
    EVENTS_LOST,
    /** Records that were read once more, because Kafka's own offsets had been lost; the state knows them. */
    READ_AGAIN,
    /** Request events of windows that another application had said before this one began. */
    EVENTS_COUNTED_BEFORE,
    /** Records that could not be decoded. */
    UNDECODABLE,
    /** Records of a group that does not live in the partition they lay in. */
    REFUSED_WRONG_PARTITION,
    /** Request events that end too far after the moment they were written. */
    REFUSED_FUTURE,
    /** Request events of a series above the limit. */
    REFUSED_SERIES_LIMIT,
    /** Records of a producer above the limit. */
    REFUSED_PRODUCER_LIMIT,
    /** Records of an epoch or a sequence so old that it is not remembered whether they were taken. */
    REFUSED_FORGOTTEN,
    /** Request events with a number that cannot be a measurement. */
    REFUSED_IMPLAUSIBLE,
    /** Partials that do not belong to this set-up: another window length or an unknown source partition. */
    REFUSED_FOREIGN_PARTIAL,
    /** One-second activities left out of a heartbeat: too far ahead, implausible, or above a limit. */
    ACTIVITY_REFUSED,
    /** Heartbeats whose watermark was cut to what the append time allows. */
    WATERMARK_CAPPED,
    /** Runs of missing sequences that were forgotten because there were too many. */
    MISSING_RANGES_OVERFLOWED,
    /** Times that a producer's watermark stood still, or fell far behind, so that nobody waits for it any more. */
    PRODUCERS_STALLED,
    /** Times that such a producer has caught up. */
    PRODUCERS_CAUGHT_UP,
    /** Parts of windows that left before their window closed, because there was no more room. */
    PARTS_EARLY,
    /** Windows that became final before everyone had closed them, because there was no more room. */
    WINDOWS_EARLY,
    /** Groups of the second stage that were forgotten because there were too many. */
    GROUPS_FORGOTTEN,
    /** Producers expelled for silence. */
    PRODUCERS_EXPELLED,
    /** Expulsions that were void: the producer had spoken again or was gone. */
    EXPULSIONS_VOID,
    /** Window records of revision 0. */
    WINDOWS_CLOSED,
    /** Window records of a later revision. */
    CORRECTIONS,
    /** Remembered revisions that were forgotten because there were too many. */
    REVISIONS_FORGOTTEN
}
