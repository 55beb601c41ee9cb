package dev.plumbline.detector.watch;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.Snapshot;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.wire.UndecodableRecord;
import java.util.List;
import java.util.Map;

/**
 * What this detector, or one before it, has published.
 *
 * @param verdicts the last of each series, by series key, conditions included; from the snapshots, and from the verdicts that were published
 *     after them
 * @param baselines the last that was learned of each comparison, by {@link BaselineRecord#comparison}
 * @param alerts oldest first, the newest {@link Watch#KEPT_ALERTS} at most
 * @param snapshots everything that is in the snapshots topic, by record key
 * @param undecodable what lay among them and could not be understood
 */
public record Published(
        Map<String, VerdictRecord> verdicts,
        Map<String, BaselineRecord> baselines,
        List<AlertRecord> alerts,
        Map<String, Snapshot> snapshots,
        List<UndecodableRecord> undecodable) {

    public Published {
        verdicts = Map.copyOf(verdicts);
        baselines = Map.copyOf(baselines);
        alerts = List.copyOf(alerts);
        snapshots = Map.copyOf(snapshots);
        undecodable = List.copyOf(undecodable);
    }

    /** Nothing yet. */
    public static Published nothing() {
        return new Published(Map.of(), Map.of(), List.of(), Map.of(), List.of());
    }
}
