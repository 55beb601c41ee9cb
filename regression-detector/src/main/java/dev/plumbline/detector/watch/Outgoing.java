package dev.plumbline.detector.watch;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.wire.UndecodableRecord;
import java.util.ArrayList;
import java.util.List;

/** What must be published for a record before it may be acknowledged. */
public record Outgoing(
        List<BaselineRecord> baselines,
        List<AlertRecord> alerts,
        List<VerdictRecord> verdicts,
        List<UndecodableRecord> undecodable) {

    static final Outgoing NOTHING = new Outgoing(List.of(), List.of(), List.of(), List.of());

    public Outgoing {
        baselines = List.copyOf(baselines);
        alerts = List.copyOf(alerts);
        verdicts = List.copyOf(verdicts);
        undecodable = List.copyOf(undecodable);
    }

    /** The same, with alerts of other series that come first. */
    Outgoing afterAlerts(List<AlertRecord> others) {
        if (others.isEmpty()) {
            return this;
        }
        List<AlertRecord> all = new ArrayList<>(others);
        all.addAll(alerts);
        return new Outgoing(baselines, all, verdicts, undecodable);
    }
}
