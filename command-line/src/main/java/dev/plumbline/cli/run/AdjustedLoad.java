package dev.plumbline.cli.run;

import dev.plumbline.cli.control.LoadMark;
import dev.plumbline.cli.stack.Installation;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.LoadShape;
import dev.plumbline.contract.series.Series;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * A load that may be changed by hand: lets other commands find its producer, and notes each change, in the run's log and with a mark.
 * One thread; marks are written beside.
 */
final class AdjustedLoad implements AutoCloseable {

    private final Series series;
    private final Map<String, Object> kafka;
    private final Consumer<String> log;
    private final Path home;
    private RunningLoad file;
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private OptionalDouble level;

    private AdjustedLoad(
            Series series, double level, Map<String, Object> kafka, Consumer<String> log, Path home, RunningLoad file) {
        this.series = series;
        this.level = OptionalDouble.of(level);
        this.kafka = kafka;
        this.log = log;
        this.home = home;
        this.file = file;
    }

    /**
     * Empty where the load cannot be changed.
     *
     * @param log takes a line
     */
    static Optional<AdjustedLoad> of(
            String runId, Series series, String url, String token, Map<String, Object> kafka, Consumer<String> log) {
        LoadPoint point = series.group().loadPoint();
        return shape(point)
                .filter(shape -> shape.kind() == LoadShape.Kind.ADJUSTABLE)
                .map(shape -> {
                    Path home = Installation.ofSystemProperties().home();
                    RunningLoad file = new RunningLoad(ProcessHandle.current().pid(), runId, point.key(), url, token);
                    file.write(home);
                    return new AdjustedLoad(series, shape.firstLevel(), kafka, log, home, file);
                });
    }

    private static Optional<LoadShape> shape(LoadPoint point) {
        return switch (point) {
            case LoadPoint.ShapedRate rate -> Optional.of(rate.shape());
            case LoadPoint.ShapedSlots slots -> Optional.of(slots.shape());
            case LoadPoint.ClosedLoop steady -> Optional.empty();
            case LoadPoint.OpenLoop steady -> Optional.empty();
            case LoadPoint.Trace replayed -> Optional.empty();
            case LoadPoint.Other other -> Optional.empty();
        };
    }

    /** Hears what the producer says of its load. */
    void heard(ProducerControl.Status status, long nowEpochMillis) {
        Optional.ofNullable(problems.poll()).ifPresent(log);
        OptionalDouble now = status.phases().map(ProducerControl.Phases::level).orElse(OptionalDouble.empty());
        if (now.isEmpty() || now.equals(level)) {
            return;
        }
        String change = "load " + ChangeLoad.plain(level.orElseThrow()) + " -> " + ChangeLoad.plain(now.getAsDouble())
                + (series.group().loadPoint() instanceof LoadPoint.ShapedRate ? " requests/s" : " requests at a time");
        level = now;
        log.accept(change);
        Thread.ofVirtual().name("load-mark").start(() -> mark(change, nowEpochMillis));
    }

    /** Another producer goes on with the load: commands find that one from now on. */
    void movedTo(String url) {
        file = new RunningLoad(file.pid(), file.runId(), file.load(), url, file.token());
        file.write(home);
    }

    private void mark(String change, long atEpochMillis) {
        try {
            LoadMark.write(kafka, series, change, atEpochMillis);
        } catch (StackFailure e) {
            problems.add("the change could not be marked: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        file.delete(home);
    }
}
