package dev.plumbline.telemetry.gpu;

import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.SampleSource;
import dev.plumbline.telemetry.sampling.Viewpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code nvidia-smi} that runs on and prints one row per GPU at the interval ({@code -lms}): asking it anew every second
 * would initialise the driver's library each time, on the machine that is being measured.
 *
 * <p>Rows come by ascending index. A round ends with the highest index that was ever seen, or before an index that is not
 * higher than the one before; never by time, because on a busy machine its rows may be far apart. A field that this version does not
 * know makes the tool name it and end; the field is asked by its older name or left out, and the tool is started again.
 */
final class NvidiaSmi implements SampleSource<GpuSample> {

    /** Lines of a round that are no rows; beyond, it is not an nvidia-smi that speaks. */
    private static final int MAX_STRANGE_LINES = 64;

    private static final Pattern UNKNOWN_FIELD = Pattern.compile("Field \"([^\"]+)\" is not a valid field to query.*");
    /** Drivers before 535 know the reasons by this name only. */
    private static final Map<String, String> OLDER_NAMES =
            Map.of("clocks_event_reasons.active", "clocks_throttle_reasons.active");

    private final Viewpoint viewpoint;
    private final List<String> command;
    private final long intervalMillis;
    private final long timeoutNanos;
    private final Map<String, String> unknownFields = new TreeMap<>();
    private List<String> fields = NvidiaSmiRow.FIELDS;
    private int highestIndex = -1;
    private Optional<ToolProcess.Output.Line> ahead = Optional.empty();
    private volatile Optional<ToolProcess> process = Optional.empty();
    private volatile boolean closed;

    /** @param timeoutNanos longest silence beyond the interval */
    NvidiaSmi(Viewpoint viewpoint, List<String> command, long intervalNanos, long timeoutNanos) {
        this.viewpoint = viewpoint;
        this.command = List.copyOf(command);
        this.intervalMillis = Math.max(1, intervalNanos / 1_000_000);
        this.timeoutNanos = intervalNanos + timeoutNanos;
    }

    @Override
    public boolean isPaced() {
        return true;
    }

    @Override
    public Poll<GpuSample> poll() throws InterruptedException {
        // Each turn but the last leaves one field out or renames it.
        for (int turn = 0; turn <= 2 * NvidiaSmiRow.FIELDS.size(); turn++) {
            Optional<Poll<GpuSample>> result = tryOnce();
            if (result.isPresent()) {
                if (result.get() instanceof Poll.Failed<GpuSample>) {
                    end();
                }
                return result.get();
            }
            end();
        }
        return new Poll.Failed<>(FailureReason.UNREADABLE, "nvidia-smi knows none of the fields");
    }

    /** Empty when the tool named a field that it does not know. */
    private Optional<Poll<GpuSample>> tryOnce() throws InterruptedException {
        ToolProcess tool;
        try {
            tool = running();
        } catch (IOException e) {
            return Optional.of(new Poll.Failed<>(FailureReason.NOT_STARTED, String.valueOf(e.getMessage())));
        }
        List<GpuSample> round = new ArrayList<>();
        int lastIndex = -1;
        Optional<String> said = Optional.empty();
        int strangeLines = 0;
        long atNanos = 0;
        while (true) {
            Optional<? extends ToolProcess.Output> next = ahead.isPresent() ? ahead : tool.next(timeoutNanos);
            ahead = Optional.empty();
            if (next.isEmpty()) {
                return Optional.of(
                        round.isEmpty()
                                ? new Poll.Failed<>(
                                        FailureReason.TIMEOUT,
                                        "nvidia-smi printed nothing for " + timeoutNanos / 1_000_000 + " ms")
                                : new Poll.Taken<>(atNanos, round));
            }
            switch (next.get()) {
                case ToolProcess.Output.End end -> {
                    end();
                    return ended(end.exitCode(), round, atNanos, said);
                }
                case ToolProcess.Output.Line line -> {
                    Matcher unknown = UNKNOWN_FIELD.matcher(line.text());
                    if (unknown.matches()) {
                        replace(unknown.group(1));
                        return Optional.empty();
                    }
                    Optional<GpuSample> sample =
                            NvidiaSmiRow.read(line.text(), fields, unknownFields, viewpoint.at(line.atNanos()));
                    if (sample.isEmpty()) {
                        said = said.or(() -> Optional.of(line.text()).filter(text -> !text.isBlank()));
                        if (++strangeLines > MAX_STRANGE_LINES) {
                            return Optional.of(new Poll.Failed<>(
                                    FailureReason.UNREADABLE, "nvidia-smi printed no rows" + words(said)));
                        }
                        continue;
                    }
                    int index = Integer.parseInt(sample.get().gpu().index());
                    if (index <= lastIndex) {
                        ahead = Optional.of(line);
                        highestIndex = Math.max(highestIndex, lastIndex);
                        return Optional.of(new Poll.Taken<>(atNanos, round));
                    }
                    round.add(sample.get());
                    lastIndex = index;
                    atNanos = line.atNanos();
                    if (index == highestIndex) {
                        return Optional.of(new Poll.Taken<>(atNanos, round));
                    }
                }
            }
        }
    }

    private static Optional<Poll<GpuSample>> ended(
            int exitCode, List<GpuSample> round, long atNanos, Optional<String> said) {
        if (!round.isEmpty()) {
            // The next poll starts it again.
            return Optional.of(new Poll.Taken<>(atNanos, round));
        }
        return Optional.of(new Poll.Failed<>(FailureReason.EXITED, "nvidia-smi ended with " + exitCode + words(said)));
    }

    private static String words(Optional<String> said) {
        return said.map(line -> ": " + (line.length() <= 120 ? line : line.substring(0, 120)))
                .orElse("");
    }

    private void replace(String field) {
        List<String> rest = new ArrayList<>();
        for (String asked : fields) {
            Optional<String> older = Optional.ofNullable(OLDER_NAMES.get(asked));
            if (!asked.equals(field)) {
                rest.add(asked);
            } else if (older.isPresent()) {
                rest.add(older.get());
            } else {
                unknownFields.put(asked, "this nvidia-smi does not know " + asked);
            }
        }
        fields = List.copyOf(rest);
    }

    private ToolProcess running() throws IOException {
        Optional<ToolProcess> current = process;
        if (current.isPresent()) {
            return current.get();
        }
        List<String> asked = new ArrayList<>(command);
        asked.add("--query-gpu=" + String.join(",", fields));
        asked.add("--format=csv,noheader,nounits");
        asked.add("-lms");
        asked.add(Long.toString(intervalMillis));
        ToolProcess started = ToolProcess.start(asked, viewpoint.clock(), viewpoint.source());
        process = Optional.of(started);
        if (closed) {
            end();
            throw new IOException("closed");
        }
        return started;
    }

    private void end() {
        Optional<ToolProcess> current = process;
        process = Optional.empty();
        ahead = Optional.empty();
        current.ifPresent(ToolProcess::close);
    }

    @Override
    public void close() {
        closed = true;
        process.ifPresent(ToolProcess::close);
    }
}
