package dev.plumbline.windowing;

import dev.plumbline.contract.window.WindowId;
import java.util.Comparator;

/** The order in which windows of one length are said: by time, and at the same time by series. */
final class WindowOrder {

    static final Comparator<WindowId> BY_TIME_AND_SERIES = Comparator.comparingLong(WindowId::endEpochMillis)
            .thenComparing(id -> id.series().key());

    private WindowOrder() {}
}
