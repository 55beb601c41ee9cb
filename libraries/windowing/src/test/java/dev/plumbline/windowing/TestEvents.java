package dev.plumbline.windowing;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Events as a producer would write them, numbered by itself: one of these per producer epoch and partition. */
public final class TestEvents {

    public static final long MS = 1_000_000;

    public static final ComparisonGroup GROUP = group("service");
    public static final Series STABLE = new Series(GROUP, "stable");

    private final String producerId;
    private final long epoch;
    private long sequence;

    public TestEvents(String producerId, long epoch) {
        this.producerId = producerId;
        this.epoch = epoch;
    }

    public static ComparisonGroup group(String target) {
        return new ComparisonGroup(target, "model", "chat", LoadPoint.parse("c8"), "default");
    }

    public long lastSequence() {
        return sequence;
    }

    public Origin next() {
        return new Origin(producerId, epoch, ++sequence);
    }

    public RequestEvent completed(Series series, long endEpochMillis, long ttftMillis) {
        Origin origin = next();
        return completed(origin, series, endEpochMillis, ttftMillis);
    }

    public RequestEvent completed(Origin origin, Series series, long endEpochMillis, long ttftMillis) {
        long due = 5 * MS;
        long sent = due + 2 * MS;
        long first = sent + ttftMillis * MS;
        long last = first + 90 * MS;
        Stamps stamps = new Stamps(
                due,
                OptionalLong.of(due + MS),
                OptionalLong.of(sent),
                OptionalLong.of(sent),
                OptionalLong.of(sent),
                OptionalLong.of(first),
                OptionalLong.of(first),
                OptionalLong.of(last),
                last + MS);
        Tokens tokens = new Tokens(
                Optional.of(new TokenCount(7, TokenSource.SERVER_USAGE)),
                Optional.of(new TokenCount(10, TokenSource.SERVER_USAGE)),
                Optional.empty(),
                Optional.empty());
        return new RequestEvent(
                origin,
                series,
                Attempt.first(origin.producerId() + "-" + origin.epoch() + "-" + origin.sequence()),
                endEpochMillis,
                stamps,
                new Response(true, 4, Histogram.of(30 * MS, 30 * MS, 30 * MS), tokens),
                new Outcome.Completed("stop"),
                Surroundings.unknown("none"));
    }

    public RequestEvent failed(Series series, long endEpochMillis, FailureKind kind) {
        Origin origin = next();
        Stamps stamps = new Stamps(
                0,
                OptionalLong.of(MS),
                OptionalLong.of(2 * MS),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                52 * MS);
        return new RequestEvent(
                origin,
                series,
                Attempt.first(origin.producerId() + "-" + origin.epoch() + "-" + origin.sequence()),
                endEpochMillis,
                stamps,
                Response.nothing(true),
                Outcome.Failed.of(kind, "no"),
                Surroundings.unknown("none"));
    }

    public Heartbeat heartbeat(long untilEpochMillis, Activity... activity) {
        return heartbeat(GROUP, untilEpochMillis, activity);
    }

    public Heartbeat heartbeat(ComparisonGroup group, long untilEpochMillis, Activity... activity) {
        return new Heartbeat(next(), group, untilEpochMillis, List.of(activity), List.of(), false);
    }

    public Heartbeat leaving(long untilEpochMillis) {
        return leaving(GROUP, untilEpochMillis);
    }

    public Heartbeat leaving(ComparisonGroup group, long untilEpochMillis) {
        return new Heartbeat(next(), group, untilEpochMillis, List.of(), List.of(), true);
    }

    public static Activity offered(long slotStartEpochMillis, long offered, Sickness... sickness) {
        return new Activity("stable", slotStartEpochMillis, offered, offered * MS, 3 * offered, Set.of(sickness));
    }
}
