package dev.plumbline.detector.watch;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import java.util.List;
import java.util.Map;

/**
 * What this detector, or one before it, has published.
 *
 * @param verdicts the last of each series, by series key
 * @param baselines the last of each group, by group key
 * @param alerts oldest first, the newest {@link Watch#KEPT_ALERTS} at most
 */
public record Published(
        Map<String, VerdictRecord> verdicts, Map<String, BaselineRecord> baselines, List<AlertRecord> alerts) {

    public Published {
        verdicts = Map.copyOf(verdicts);
        baselines = Map.copyOf(baselines);
        alerts = List.copyOf(alerts);
    }

    /** Nothing yet. */
    public static Published nothing() {
        return new Published(Map.of(), Map.of(), List.of());
    }
}
