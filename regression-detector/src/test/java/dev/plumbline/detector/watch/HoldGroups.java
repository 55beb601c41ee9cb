package dev.plumbline.detector.watch;

import dev.plumbline.contract.wire.Codec;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import java.util.ArrayList;
import java.util.List;

/**
 * Feeds a number of groups at the same time and prints what is held of them by the detector's own count, and what the heap
 * holds after a collection. Run by hand with the heap that the documents state, {@code -Xmx300m}: groups, windows of each,
 * requests in a window.
 */
final class HoldGroups {

    private static final int EVERY_WINDOWS = 30;

    private HoldGroups() {}

    public static void main(String[] arguments) {
        int groups = Integer.parseInt(arguments[0]);
        int windows = Integer.parseInt(arguments[1]);
        int requests = Integer.parseInt(arguments[2]);
        Watch watch = new Watch("plumbline.windows.10s.v1", 10_000, JudgementSettings.defaults());
        watch.assign(0, Reading.fromBeginning(0, Long.MAX_VALUE));
        List<SimulatedSeries> series = new ArrayList<>();
        for (int i = 1; i <= groups; i++) {
            series.add(SimulatedSeries.noisy(i, "c" + i, requests));
        }
        System.gc();
        long before = used();
        long offset = 0;
        for (int window = 1; window <= windows; window++) {
            for (SimulatedSeries each : series) {
                watch.take(0, offset++, Codec.WINDOWS.encode(each.window()));
            }
            if (window % EVERY_WINDOWS == 0) {
                System.gc();
                System.out.printf(
                        "window %d: %d groups, %d refused windows, %.1f MB counted, %.1f MB of heap, %d baselines%n",
                        window,
                        watch.groups(),
                        watch.counted(Tally.REFUSED),
                        watch.stateBytes() / 1e6,
                        (used() - before) / 1e6,
                        watch.counted(Tally.BASELINES));
            }
        }
    }

    private static long used() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
