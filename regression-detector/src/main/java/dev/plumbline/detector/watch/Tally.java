package dev.plumbline.detector.watch;

/** What is counted of windows and records, each under its own name. */
public enum Tally {
    /** Finals that were held against a baseline, or went into learning one. */
    JUDGED("windows_judged", "Windows that were judged or learned from"),
    /** Finals that were too poorly covered to be judged. */
    INVALID("windows_invalid", "Windows that were not judged because producers were sick"),
    /** Finals without load, or with load for a part of their time: that is known of them, and there is nothing to judge. */
    WITHOUT_LOAD(
            "windows_without_load",
            "Windows that were not judged because nothing was due in them, or a load began or ended"),
    CORRECTIONS("windows_corrections", "Corrections by late events; counted, never judged"),
    /** Finals that lie in time before one that was judged. */
    REPEATED("windows_repeated", "Finals of windows that had been judged already"),
    /** Finals that a verdict from before the restart covers. */
    RECOVERED("windows_recovered", "Windows whose verdict was published before this start"),
    /** Finals and corrections whose judging or counting threw an exception. */
    SET_ASIDE("windows_set_aside", "Windows that could not be judged and went to the undecodable topic"),
    /** Series of which several windows in a row were set aside. */
    STARTED_OVER(
            "series_started_over", "Series whose state was discarded because none of their windows could be judged"),
    /** Read once more, because a baseline in the making is not in the snapshots. */
    RELEARNED("windows_relearned", "Windows that a baseline in the making was learned from once more after a start"),
    UNDECODABLE("records_undecodable", "Records that could not be understood"),
    REDELIVERED("records_redelivered", "Records that Kafka delivered more than once"),
    OTHER_LENGTH("windows_other_length", "Windows of a length that this detector does not judge"),
    /** Those that are known are judged on. */
    REFUSED("series_refused_windows", "Windows of groups or variants that there was no room for"),
    FORGOTTEN("series_forgotten", "Series that were forgotten because no window of them came for long"),
    ALERTS_SUPPRESSED("alerts_suppressed", "Alerts that had been published before this start"),
    VERDICTS("verdicts", "Verdicts published"),
    ALERTS("alerts", "Alert transitions published"),
    BASELINES("baselines", "Baselines published"),
    DEPLOYS_OVER_LIMIT(
            "deploys_over_limit", "Deploy markers that were forgotten or not counted because there are too many"),
    DECISIONS_OVER_LIMIT(
            "decisions_over_limit",
            "Chosen baselines, resets, acknowledgements and mutes that were refused because there are too many"),
    CONTROLS_UNREADABLE("controls_unreadable", "Attempts to read deploy markers and decisions of people that failed"),
    /** Records of a partition that had just moved to another detector. */
    NOT_ASSIGNED("records_not_assigned", "Records of partitions that another detector reads by now");

    private final String label;
    private final String help;

    Tally(String label, String help) {
        this.label = label;
        this.help = help;
    }

    /** Name without prefix and suffix. */
    public String label() {
        return label;
    }

    public String help() {
        return help;
    }
}
