package dev.plumbline.detector.watch;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.wire.UndecodableRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * What must be published for a record before it may be acknowledged.
 *
 * @param undecodable what could not be understood or not be judged, with the reason
 * @param warnings lines for the log
 */
public record Outgoing(
        List<BaselineRecord> baselines,
        List<AlertRecord> alerts,
        List<VerdictRecord> verdicts,
        List<UndecodableRecord> undecodable,
        List<String> warnings) {

    static final Outgoing NOTHING = new Outgoing(List.of(), List.of(), List.of(), List.of(), List.of());

    public Outgoing {
        baselines = List.copyOf(baselines);
        alerts = List.copyOf(alerts);
        verdicts = List.copyOf(verdicts);
        undecodable = List.copyOf(undecodable);
        warnings = List.copyOf(warnings);
    }

    /** Nothing but what was set aside. */
    static Outgoing ofSetAside(List<UndecodableRecord> setAside, List<String> warnings) {
        return new Outgoing(List.of(), List.of(), List.of(), setAside, warnings);
    }

    /** The same, with alerts of other series that come first. */
    Outgoing afterAlerts(List<AlertRecord> others) {
        if (others.isEmpty()) {
            return this;
        }
        List<AlertRecord> all = new ArrayList<>(others);
        all.addAll(alerts);
        return new Outgoing(baselines, all, verdicts, undecodable, warnings);
    }
}
