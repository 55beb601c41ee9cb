package dev.plumbline.cli.up;

import dev.plumbline.cli.exposition.OutagePage;
import dev.plumbline.cli.stack.HealingListener;
import dev.plumbline.cli.stack.OutageText;
import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.cli.time.EpochClock;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.reports.Figures;
import java.time.Duration;

/** Tells on the terminal and on the page of metrics which parts of the stack were gone. One thread. */
record UpHealing(Screen screen, OutagePage page, EpochClock clock) implements HealingListener {

    @Override
    public void away(Outage outage, Duration pause, int left) {
        page.away(outage, pause, left);
        line(screen.alarming(OutageText.away(outage, pause, left)));
        line("its last words: " + outage.lastWords());
    }

    @Override
    public void back(Outage outage) {
        page.back(outage);
        line(OutageText.back(outage));
    }

    private void line(String text) {
        screen.line("  " + Figures.clock(clock.epochMillis()) + "  " + text);
    }
}
