package dev.plumbline.cli.run;

import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.cli.time.ElapsedClock;
import dev.plumbline.probe.ProbeListener;
import dev.plumbline.probe.Step;
import dev.plumbline.probe.StepResult;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How long a run waited for its target to listen, or to load its model, before it looked further: a fact of the run, because a
 * target that has just started is another than one that has been up for days. One thread.
 */
final class Waited implements ProbeListener {

    private final Consumer<String> progress;
    private final ElapsedClock clock;
    private OptionalLong sinceElapsedMillis = OptionalLong.empty();
    private long waitedMillis;

    /** @param progress is told what is waited for, again and again */
    Waited(Consumer<String> progress, ElapsedClock clock) {
        this.progress = progress;
        this.clock = clock;
    }

    @Override
    public void waiting(Step step, String why) {
        if (sinceElapsedMillis.isEmpty()) {
            sinceElapsedMillis = OptionalLong.of(clock.elapsedMillis());
        }
        progress.accept(why);
    }

    /** What failed is told by the report, and what passed need not be told. */
    @Override
    public void ended(StepResult result) {
        if (sinceElapsedMillis.isPresent()) {
            waitedMillis += clock.elapsedMillis() - sinceElapsedMillis.getAsLong();
            sinceElapsedMillis = OptionalLong.empty();
        }
    }

    /** To the second and at least one; empty where it was there at once. */
    Optional<String> text() {
        return waitedMillis == 0
                ? Optional.empty()
                : Optional.of(DurationConverter.format(Duration.ofSeconds(Math.max(1, (waitedMillis + 500) / 1_000))));
    }
}
