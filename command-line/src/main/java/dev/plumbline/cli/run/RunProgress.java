package dev.plumbline.cli.run;

import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunTotals;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.run.Soundness;
import dev.plumbline.reports.WindowKeeper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What is known of a run so far: events, windows, verdicts, alerts and the producer's status, added up into a result. It
 * reads no clock and touches nothing outside; the same records in the same order give the same result. One thread.
 *
 * <p>Every record of the pipe may be handed in. Those of others are left out: events by their producer, the rest by its
 * series and by time, for a topic also holds what was measured before.
 */
final class RunProgress {

    /** Transitions of alerts that are kept; more than these nobody reads. */
    static final int MOST_ALERTS = 1_000;

    /** Outages that are kept. */
    static final int MOST_OUTAGES = 1_000;

    private final Facts facts;
    private final Optional<Goals> goals;
    private final Prices prices;
    private Optional<TraceTally> trace = Optional.empty();
    private final WindowKeeper windows = new WindowKeeper(WindowKeeper.DEFAULT_LIMIT);
    private final RecentRequests recent = new RecentRequests();
    private final FailureCauses causes = new FailureCauses();
    private final CountingTally counting = new CountingTally();
    private final Map<LatencyMetric, HistogramAccumulator> heard = new EnumMap<>(LatencyMetric.class);
    private final List<AlertRecord> alerts = new ArrayList<>();
    private final VerdictTally verdicts = new VerdictTally();

    private final List<Outage> outages = new ArrayList<>();

    private Status status = Status.STARTING;
    private Status ended = Status.STARTING;
    private long newestEpoch;
    private long endedEpoch;
    private long eventsHeardOfEnded;
    private long startEpochMillis = Long.MAX_VALUE;
    private long lastEndEpochMillis;
    private long countedEvents;
    private long lastWindowEndEpochMillis;
    private long lastHeardElapsedMillis;
    private long eventsHeard;
    private long good;
    private long judgedByGoals;
    private double cost;

    /**
     * What is known of a run before it begins.
     *
     * @param url base URL of the target
     * @param windowMillis length of the windows, positive
     * @param plan the settings, none of them secret, by flag name without dashes
     */
    record Facts(
            String runId,
            String producerId,
            Series series,
            String url,
            long windowMillis,
            Map<String, String> plan,
            Environment environment) {
        Facts {
            Objects.requireNonNull(runId, "runId");
            Objects.requireNonNull(producerId, "producerId");
            Objects.requireNonNull(series, "series");
            Objects.requireNonNull(url, "url");
            Objects.requireNonNull(environment, "environment");
            plan = Collections.unmodifiableMap(new TreeMap<>(plan));
            if (windowMillis <= 0) {
                throw new IllegalArgumentException("windowMillis " + windowMillis + " must be positive");
            }
        }
    }

    /** @param goals of a good request, where stated */
    RunProgress(Facts facts, Optional<Goals> goals, Prices prices) {
        this.facts = facts;
        this.goals = goals;
        this.prices = prices;
    }

    /** Its requests are held against a trace, from now on. */
    void replays(TraceTally tally) {
        trace = Optional.of(tally);
    }

    /** Takes what the producer says of itself now. */
    void status(Status now) {
        status = now;
        newestEpoch = Math.max(newestEpoch, now.epoch());
        ended.plus(now).measuredFromEpochMillis().ifPresent(this::measuredFrom);
    }

    /**
     * Takes note that the producer's process has ended without an end in order; what is told from now on is of its successor.
     * How many of its events Kafka acknowledged is then known from Kafka alone: what is read of them was.
     */
    void producerEnded() {
        ended = ended.plus(status);
        if (!hasMeasured()) {
            // It died while it warmed up: when measuring begins is for its successor to say.
            ended = Status.STARTING;
            measuredFrom(Long.MAX_VALUE);
        }
        status = Status.STARTING;
        endedEpoch = newestEpoch;
        eventsHeardOfEnded = eventsHeard;
    }

    private void measuredFrom(long epochMillis) {
        startEpochMillis = epochMillis;
        recent.measuredFrom(epochMillis);
    }

    /** Whether a measured request has fallen due, as far as is known. */
    boolean hasMeasured() {
        return eventsHeard > 0 || status().due() > 0;
    }

    /** Takes note of an outage, or of what became of it; more than {@value #MOST_OUTAGES} are not kept. */
    void outage(Outage outage) {
        for (int i = outages.size() - 1; i >= 0; i--) {
            if (outages.get(i).isSameAs(outage)) {
                outages.set(i, outage);
                return;
            }
        }
        if (outages.size() < MOST_OUTAGES) {
            outages.add(outage);
        }
    }

    /** Whether a part of the stack was gone in this run. */
    boolean hadOutage() {
        return !outages.isEmpty();
    }

    /**
     * Adds an event.
     *
     * @param nowElapsedMillis when it was read, by the clock of {@link #lastHeardElapsedMillis}
     * @return whether it is of this run
     */
    boolean event(Event event, long nowElapsedMillis) {
        return switch (event) {
            case RequestEvent request -> {
                boolean ours = heard(request.origin(), nowElapsedMillis);
                if (ours) {
                    request(request);
                }
                yield ours;
            }
            case Heartbeat heartbeat -> heard(heartbeat.origin(), nowElapsedMillis);
            case ProducerExpelled expelled -> expelled.producerId().equals(facts.producerId());
        };
    }

    private boolean heard(Origin origin, long nowElapsedMillis) {
        if (!origin.producerId().equals(facts.producerId())) {
            return false;
        }
        lastHeardElapsedMillis = nowElapsedMillis;
        newestEpoch = Math.max(newestEpoch, origin.epoch());
        return true;
    }

    private void request(RequestEvent event) {
        eventsHeard++;
        if (event.origin().epoch() <= endedEpoch) {
            eventsHeardOfEnded++;
        }
        lastEndEpochMillis = Math.max(lastEndEpochMillis, event.endEpochMillis());
        recent.add(event);
        trace.ifPresent(tally -> tally.add(event));
        switch (event.outcome()) {
            case Outcome.Completed completed -> {
                counting.add(event.response().tokens());
                for (LatencyMetric metric : LatencyMetric.values()) {
                    metric.ofRequest(event)
                            .ifPresent(nanos -> heard.computeIfAbsent(metric, any -> new HistogramAccumulator())
                                    .record(nanos));
                }
            }
            case Outcome.Failed failed -> causes.add(failed);
            case Outcome.Dropped dropped -> {}
            case Outcome.Cancelled cancelled -> {}
        }
        goals.ifPresent(stated -> {
            if (!(event.outcome() instanceof Outcome.Cancelled)) {
                judgedByGoals++;
                good += stated.areMetBy(event) ? 1 : 0;
            }
        });
        cost += prices.cost(event.response().tokens());
    }

    /** Adds a window or a correction; returns whether it is of this run. */
    boolean window(WindowRecord window) {
        if (!isOurs(window.id().series(), window.id().endEpochMillis())) {
            return false;
        }
        windows.add(window);
        verdicts.add(window);
        countedEvents += window.countedEvents();
        lastWindowEndEpochMillis =
                Math.max(lastWindowEndEpochMillis, window.id().endEpochMillis());
        return true;
    }

    /** Adds the detector's verdict on a window; returns whether it is of this run. */
    boolean verdict(VerdictRecord verdict) {
        if (!isOurs(verdict.window().series(), verdict.window().endEpochMillis())) {
            return false;
        }
        verdicts.add(verdict);
        return true;
    }

    /** Adds a transition of an alert; returns whether it is of this run. */
    boolean alert(AlertRecord alert) {
        if (!isOurs(alert.series(), alert.atEpochMillis())) {
            return false;
        }
        if (alerts.size() < MOST_ALERTS) {
            alerts.add(alert);
        }
        return true;
    }

    private boolean isOurs(Series of, long untilEpochMillis) {
        return of.equals(facts.series()) && untilEpochMillis > startEpochMillis;
    }

    /** Begins to count silence from now on, as if something had been heard. */
    void listening(long nowElapsedMillis) {
        lastHeardElapsedMillis = nowElapsedMillis;
    }

    /** When Kafka last let a record of this run's producer through, by the clock of whoever read it. */
    long lastHeardElapsedMillis() {
        return lastHeardElapsedMillis;
    }

    /** What the producer last said of itself, with what is known of those that it succeeded. */
    Status status() {
        return ended.plus(status);
    }

    /**
     * Request events that Kafka acknowledged. Of producers that ended it may be too few until their last events were read, which
     * lie before those of the living one.
     */
    long acknowledged() {
        return Math.max(ended.acknowledged(), eventsHeardOfEnded) + status.acknowledged();
    }

    /** Whether the producer has ended the load and sent what it had. */
    boolean isStopped() {
        return status.state() == State.STOPPED;
    }

    /** Whether the time is known from which is measured; it may lie ahead. */
    boolean hasStart() {
        return startEpochMillis != Long.MAX_VALUE;
    }

    /**
     * Whether every event that Kafka acknowledged was read and is in a window that was read, and the windows reach to the end
     * of what was measured, also where nothing was due.
     */
    boolean isCounted() {
        return eventsHeard >= acknowledged()
                && countedEvents >= acknowledged()
                && lastWindowEndEpochMillis >= measuredUntilEpochMillis().orElse(0);
    }

    /** Empty while it is measured, where the producer could not tell, and where nothing was measured at all. */
    OptionalLong measuredUntilEpochMillis() {
        OptionalLong until = status().measuredUntilEpochMillis();
        return until.orElse(0) > startEpochMillis ? until : OptionalLong.empty();
    }

    /** Whether the newest window that was read is judged; true before the first. */
    boolean isJudged() {
        return verdicts.lastEndEpochMillis() >= lastWindowEndEpochMillis;
    }

    /** Request events that the windows hold. */
    long countedEvents() {
        return countedEvents;
    }

    /** The last ten seconds, for the eye. */
    RecentRequests recent() {
        return recent;
    }

    /**
     * What there is to show now.
     *
     * @param away parts of the stack that are missed
     */
    RunView.Snapshot snapshot(long nowEpochMillis, List<String> away) {
        return new RunView.Snapshot(nowEpochMillis, startEpochMillis, status(), recent, countedEvents, away);
    }

    /**
     * What came of the run.
     *
     * @param nowEpochMillis the latest that it can have begun
     */
    RunResult result(RunEnding ending, long nowEpochMillis) {
        long start = Math.min(startEpochMillis, nowEpochMillis);
        long end = Math.max(start, measuredUntilEpochMillis().orElse(lastEndEpochMillis));
        List<RunWindow> measured = windows.windows(start, end);
        Status last = status();
        return new RunResult(
                new RunIdentity(facts.runId(), facts.series(), facts.url(), start, end, facts.windowMillis()),
                facts.plan(),
                facts.environment(),
                ending,
                new RunTotals(
                        last.due(),
                        acknowledged(),
                        last.lost(),
                        countedEvents,
                        goals.map(stated -> new RunTotals.Goodput(stated.text(), good, judgedByGoals)),
                        prices.areStated() ? OptionalDouble.of(cost) : OptionalDouble.empty(),
                        Optional.of(new RunTotals.Heard(
                                causes.causes(),
                                unvouched(measured),
                                Optional.of(counting.counting()),
                                trace.map(TraceTally::replayed)))),
                measured,
                alerts,
                verdicts.judgedWindows(),
                verdicts.openIncident(),
                outages,
                OptionalLong.of(verdicts.unjudgedWindows()));
    }

    private Map<LatencyMetric, Histogram> unvouched(List<RunWindow> measured) {
        if (Soundness.vouched(measured) >= Soundness.LEAST_VOUCHED) {
            return Map.of();
        }
        Map<LatencyMetric, Histogram> latencies = new EnumMap<>(LatencyMetric.class);
        heard.forEach((metric, values) -> latencies.put(metric, values.toHistogram()));
        return latencies;
    }
}
