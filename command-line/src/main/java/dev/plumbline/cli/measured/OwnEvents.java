package dev.plumbline.cli.measured;

import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.cli.measured.MeasuredRequest.Latencies;
import dev.plumbline.cli.measured.MeasuredRequest.Tokens;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Our own {@code events.jsonl}: a request event on each line; heartbeats and what fell due outside the measured part are left out. */
final class OwnEvents implements Format {

    private static final String TOOL = "plumbline";
    private static final long NANOS_PER_MILLI = 1_000_000L;

    @Override
    public boolean isOne(Set<String> head) {
        return head.contains("origin.producerId") && head.contains("type");
    }

    @Override
    public List<Measurement> read(Source source) throws IOException {
        return read(source.name(), List.of(source));
    }

    /** Several files that follow each other. */
    static List<Measurement> read(String name, List<Source> sources) throws IOException {
        RequestTally tally = new RequestTally(name);
        tally.fact(Facts.TOOL, TOOL);
        Map<Series, String> titles = new HashMap<>();
        for (Source source : sources) {
            try (Lines lines = new Lines(source)) {
                Optional<byte[]> line = lines.next();
                while (line.isPresent()) {
                    add(line.get(), lines.where(), tally, titles);
                    line = lines.next();
                }
            }
        }
        if (tally.isEmpty()) {
            throw new BadFile(name + " holds no measured request");
        }
        return List.of(tally.toMeasurement());
    }

    private static void add(byte[] line, String where, RequestTally tally, Map<Series, String> titles) {
        switch (Codec.EVENTS.decode(line)) {
            case Decoded.Undecodable<Event> bad ->
                throw new BadFile(where + " is no event: " + bad.reason()
                        + "; where the file was cut off, take the last line out");
            case Decoded.Value<Event> value -> {
                if (value.value() instanceof RequestEvent event && isMeasured(event)) {
                    Series series = event.series();
                    tally.add(titles.computeIfAbsent(series, OwnEvents::title), request(event));
                    tally.fact(Facts.MODEL, series.group().model());
                    tally.load(series.group().loadPoint());
                }
            }
        }
    }

    private static boolean isMeasured(RequestEvent event) {
        Optional<String> phase = event.attempt().asked().flatMap(Asked::phase);
        return phase.isEmpty()
                || phase.get().equals(Asked.MEASURED)
                || phase.get().equals(Asked.DRAIN);
    }

    private static String title(Series series) {
        return series.group().scenario() + " " + series.group().tenant() + " " + series.variant() + " "
                + series.group().loadPoint().key();
    }

    private static MeasuredRequest request(RequestEvent event) {
        Stamps stamps = event.stamps();
        long from = stamps.sentNanos().orElse(stamps.dueNanos());
        long took = stamps.endNanos() - from;
        long sent = event.endEpochMillis() * NANOS_PER_MILLI - took;
        return new MeasuredRequest(
                OptionalLong.of(sent),
                took,
                new Latencies(event.ttftNanos(), event.tpotNanos(), event.e2eNanos()),
                new Tokens(
                        count(event.response().tokens().prompt()),
                        count(event.response().tokens().output()),
                        count(event.response().tokens().cached())),
                switch (event.outcome()) {
                    case Outcome.Completed ignored -> new Ended.Completed();
                    case Outcome.Failed failed ->
                        new Ended.Failed(failed.kind(), failed.detail().orElse(""));
                    case Outcome.Dropped ignored -> new Ended.Dropped();
                    case Outcome.Cancelled ignored -> new Ended.Cancelled();
                });
    }

    private static OptionalLong count(Optional<TokenCount> told) {
        return told.stream().mapToLong(TokenCount::count).findFirst();
    }
}
