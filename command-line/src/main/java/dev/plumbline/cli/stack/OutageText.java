package dev.plumbline.cli.stack;

import dev.plumbline.judgement.result.Outage;
import dev.plumbline.reports.Figures;
import java.time.Duration;

/** How an outage of a part is told to people, in one line. */
public final class OutageText {

    private OutageText() {}

    /** A part has ended, see {@link HealingListener#away}. */
    public static String away(Outage outage, Duration pause, int left) {
        return "the " + outage.part() + " ended (" + outage.cause() + "): it is started again in "
                + Figures.seconds(pause.toMillis())
                + (left == 0 ? ", for the last time" : "");
    }

    /** It serves again. */
    public static String back(Outage outage) {
        return "the " + outage.part() + " serves again, "
                + Figures.seconds(outage.awayMillis().orElse(0)) + " after its end";
    }
}
