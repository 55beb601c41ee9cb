package dev.plumbline.cli.run;

import dev.plumbline.cli.exposition.OutagePage;
import dev.plumbline.cli.stack.HealingListener;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.cli.stack.OutageText;
import dev.plumbline.cli.time.EpochClock;
import dev.plumbline.judgement.result.Outage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a run without end does about parts of its stack that end: tells it on the terminal, in its log, in its result and on
 * its page of metrics, and goes on with the next producer. One thread.
 */
final class RunHealing implements HealingListener {

    private static final List<String> SPENDING_LIMITS = List.of("max-requests", "max-tokens-total", "max-cost");

    private final LocalPipe pipe;
    private final Consumer<String> nextProducer;
    private final RunProgress progress;
    private final RunRecorder recorder;
    private final RunView view;
    private final OutagePage page;
    private final EpochClock clock;

    /** @param nextProducer hears where the producer is that goes on */
    RunHealing(
            LocalPipe pipe,
            Consumer<String> nextProducer,
            RunProgress progress,
            RunRecorder recorder,
            RunView view,
            OutagePage page,
            EpochClock clock) {
        this.pipe = pipe;
        this.nextProducer = nextProducer;
        this.progress = progress;
        this.recorder = recorder;
        this.view = view;
        this.page = page;
        this.clock = clock;
    }

    @Override
    public void away(Outage outage, Duration pause, int left) {
        page.away(outage, pause, left);
        String more = "";
        if (isProducer(outage)) {
            // Of one outage the producer may end several times; those that did not serve have offered nothing.
            if (outage.starts() == 0) {
                more = "; the load stands still, " + progress.status().inFlight() + " requests were in flight";
                progress.producerEnded();
            }
        }
        progress.outage(outage);
        recorder.log(OutageText.away(outage, pause, left) + more + "; its last words: " + outage.lastWords());
        view.outage(clock.epochMillis(), OutageText.away(outage, pause, left) + more);
    }

    @Override
    public void back(Outage outage) {
        page.back(outage);
        if (isProducer(outage)) {
            nextProducer.accept(pipe.url(Part.PRODUCER));
        }
        progress.outage(outage);
        recorder.log(OutageText.back(outage));
        view.outage(clock.epochMillis(), OutageText.back(outage));
    }

    private static boolean isProducer(Outage outage) {
        return outage.part().equals(Part.PRODUCER.label());
    }

    /** Why a producer with these settings is not started again; empty where it may be. */
    static Optional<String> beyondHelp(Map<String, String> settings) {
        return SPENDING_LIMITS.stream()
                .filter(limit -> settings.containsKey("plumbline.limits." + limit))
                .findFirst()
                .map(limit -> "only it knew what it had spent of --" + limit);
    }
}
