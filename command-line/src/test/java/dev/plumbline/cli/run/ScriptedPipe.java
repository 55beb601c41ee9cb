package dev.plumbline.cli.run;

import dev.plumbline.cli.feed.PipeListener;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.cli.time.ElapsedClock;
import dev.plumbline.cli.time.EpochClock;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** A pipe that tells what it was given at the time it was given for; waiting for it is what makes the time pass. */
final class ScriptedPipe implements RunFeed.Source, EpochClock, ElapsedClock {

    static final byte[] BYTES = {};

    private final Deque<Telling> tellings = new ArrayDeque<>();
    private long nowEpochMillis;

    private record Telling(long atEpochMillis, Consumer<PipeListener> told) {}

    ScriptedPipe(long nowEpochMillis) {
        this.nowEpochMillis = nowEpochMillis;
    }

    /** In the order of time. */
    void at(long epochMillis, Consumer<PipeListener> told) {
        tellings.addLast(new Telling(epochMillis, told));
    }

    /** From then on it cannot be read. */
    void breakAt(long epochMillis) {
        at(epochMillis, listener -> {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "Kafka does not let its topics be read any more");
        });
    }

    @Override
    public void poll(Duration patience, PipeListener listener) {
        nowEpochMillis += patience.toMillis();
        while (!tellings.isEmpty() && tellings.getFirst().atEpochMillis <= nowEpochMillis) {
            tellings.removeFirst().told.accept(listener);
        }
    }

    @Override
    public long epochMillis() {
        return nowEpochMillis;
    }

    @Override
    public long elapsedMillis() {
        return nowEpochMillis;
    }

    /** A listener that adds everything to a run. */
    PipeListener into(RunProgress progress) {
        return new PipeListener() {
            @Override
            public void event(byte[] bytes, Event event) {
                progress.event(event, nowEpochMillis);
            }

            @Override
            public void window(byte[] bytes, WindowRecord window) {
                progress.window(window);
            }

            @Override
            public void verdict(VerdictRecord verdict) {
                progress.verdict(verdict);
            }

            @Override
            public void alert(byte[] bytes, AlertRecord alert) {
                progress.alert(alert);
            }
        };
    }
}
