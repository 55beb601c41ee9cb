package dev.plumbline.cli.history;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.contract.verdict.BaselineRecord;
import java.util.List;
import java.util.Optional;

/** Where the baselines of detectors are kept. There are two: the topic that detectors read, and a folder to carry them about. */
interface BaselineStore {

    /** Where it is, in a few words. */
    String place();

    /** All baselines, ordered by their keys. */
    List<BaselineRecord> all();

    /** Keeps a baseline; in the topic it takes the place of the one with its key. */
    void put(BaselineRecord baseline);

    /** Takes a baseline back. */
    void remove(BaselineRecord baseline);

    /** The baseline with this id, or with this unique beginning of it; empty where there is none. */
    default Optional<BaselineRecord> find(String text) {
        List<BaselineRecord> all = all();
        List<BaselineRecord> exact =
                all.stream().filter(one -> one.baselineId().equals(text)).toList();
        List<BaselineRecord> found = exact.isEmpty()
                ? all.stream().filter(one -> one.baselineId().startsWith(text)).toList()
                : exact;
        if (found.size() > 1) {
            throw CommandFailure.usage("'" + text + "' is the beginning of " + found.size() + " baselines: "
                    + RunStore.some(
                            found.stream().map(BaselineRecord::baselineId).toList()));
        }
        return found.stream().findFirst();
    }

    /** The same, which must be there. */
    default BaselineRecord require(String text) {
        return find(text).orElseThrow(() -> {
            List<String> ids = all().stream().map(BaselineRecord::baselineId).toList();
            return CommandFailure.usage("there is no baseline '" + text + "' in " + place() + "; "
                    + (ids.isEmpty() ? "it holds none" : "it holds " + RunStore.some(ids)));
        });
    }
}
