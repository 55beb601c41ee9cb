package dev.plumbline.cli.run;

import dev.plumbline.cli.feed.PipeListener;
import dev.plumbline.cli.time.ElapsedClock;
import dev.plumbline.cli.time.EpochClock;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.reports.ArtifactException;
import dev.plumbline.reports.RunFolder;
import java.util.Optional;

/** Takes what the pipe tells of a run into its progress, and what is of this run also into its files and its view. One thread. */
final class RunRecorder implements PipeListener {

    private final RunProgress progress;
    private final RunFolder folder;
    private final RunView view;
    private final JointWindows joint;
    private final EpochClock clock;
    private final ElapsedClock elapsed;
    private Optional<String> unwritten = Optional.empty();

    RunRecorder(
            RunProgress progress,
            RunSeries series,
            RunFolder folder,
            RunView view,
            EpochClock clock,
            ElapsedClock elapsed) {
        this.progress = progress;
        this.joint = new JointWindows(series);
        this.folder = folder;
        this.view = view;
        this.clock = clock;
        this.elapsed = elapsed;
    }

    @Override
    public void event(byte[] bytes, Event event) {
        if (!progress.event(event, elapsed.elapsedMillis())) {
            return;
        }
        switch (event) {
            case RequestEvent request -> written(() -> folder.event(bytes, request));
            case Heartbeat heartbeat -> {}
            case ProducerExpelled expelled ->
                log("the aggregator expelled this producer after " + expelled.silentMillis() + " ms of silence");
        }
    }

    @Override
    public void window(byte[] bytes, WindowRecord window) {
        if (progress.window(window)) {
            written(() -> folder.window(bytes, window));
            joint.add(window).forEach(all -> view.window(all, progress.recent(), progress.measuredUntilEpochMillis()));
        }
    }

    @Override
    public void verdict(VerdictRecord verdict) {
        if (progress.verdict(verdict)) {
            view.verdict(verdict);
        }
    }

    @Override
    public void alert(byte[] bytes, AlertRecord alert) {
        if (progress.alert(alert)) {
            written(() -> folder.alert(bytes, alert));
            log(alert.transition() + " " + alert.summary());
            view.alert(alert);
        }
    }

    /** Adds a line to the run's log. */
    void log(String line) {
        written(() -> folder.log(clock.epochMillis(), line));
    }

    /** A disk that is full ends the run; what can still be counted is counted. */
    void written(Runnable write) {
        try {
            write.run();
        } catch (ArtifactException e) {
            unwritten = unwritten.or(() -> Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /** Why something was not written, the first reason; empty as long as everything was. */
    Optional<String> unwritten() {
        return unwritten;
    }
}
