package dev.plumbline.cli.run;

import dev.plumbline.cli.run.ProducerControl.State;
import dev.plumbline.cli.run.ProducerControl.Status;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.RequestIds;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.result.Outage;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunSeries;
import dev.plumbline.judgement.result.RunWindow;
import dev.plumbline.judgement.result.SeriesResult;
import dev.plumbline.reports.WindowKeeper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

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

    /** Windows that are kept of each series of many, before neighbours are merged. */
    private static final int FEWEST_WINDOWS = 200;

    /** Producers of somebody else that are named. */
    private static final int MOST_STRANGERS = 5;

    /** Outages that are kept. */
    static final int MOST_OUTAGES = 1_000;

    private final Facts facts;
    private final RecentRequests recent = new RecentRequests();
    private final List<AlertRecord> alerts = new ArrayList<>();
    private Optional<TraceTally> trace = Optional.empty();
    private final SeriesTally all;
    /** Of a run of several series each, in order; of a run of one it is the one over all. */
    private final Map<Series, SeriesTally> parts = new LinkedHashMap<>();

    private final List<Outage> outages = new ArrayList<>();
    /** Of a load that is shared: who else offers it. */
    private final Optional<SharedLoad> shared;
    /** Others that measure the same series and are no partners. */
    private final Set<String> strangers = new LinkedHashSet<>();

    private boolean isKafkaShared;
    private boolean isListening;
    private int takeovers;
    private long sessionsBegun;

    private Status status = Status.STARTING;
    private Status ended = Status.STARTING;
    private long newestEpoch;
    private long endedEpoch;
    private long eventsHeardOfEnded;
    private long startEpochMillis = Long.MAX_VALUE;
    private long lastEndEpochMillis;
    private long lastHeardElapsedMillis;

    /**
     * What is known of a run before it begins.
     *
     * @param series what is measured apart
     * @param url base URL of the target
     * @param windowMillis length of the windows, positive
     * @param plan the settings, none of them secret, by flag name without dashes
     */
    record Facts(
            String runId,
            String producerId,
            RunSeries series,
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

        /** Of a run of one series. */
        Facts(
                String runId,
                String producerId,
                Series series,
                String url,
                long windowMillis,
                Map<String, String> plan,
                Environment environment) {
            this(runId, producerId, RunSeries.one(series), url, windowMillis, plan, environment);
        }
    }

    /** @param goals of a good request, where stated */
    RunProgress(Facts facts, Optional<Goals> goals, Prices prices) {
        this.facts = facts;
        this.shared = SharedLoad.of(facts.producerId());
        this.all = new SeriesTally(goals, prices, WindowKeeper.DEFAULT_LIMIT, sharedWindows());
        List<Series> series = facts.series().parts();
        int mostWindows = Math.max(FEWEST_WINDOWS, WindowKeeper.DEFAULT_LIMIT / series.size());
        series.forEach(one -> parts.put(
                one, series.size() == 1 ? all : new SeriesTally(goals, prices, mostWindows, sharedWindows())));
    }

    /** Partners that share the load are on the same Kafka, from now on: one that is not heard is not there. */
    void hearsPartners() {
        isKafkaShared = true;
    }

    private Optional<SharedWindows> sharedWindows() {
        return shared.map(unused -> new SharedWindows(facts.windowMillis()));
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
        takeovers += hasMeasured() ? 1 : 0;
        ended = ended.plus(status);
        if (!hasMeasured()) {
            // It died while it warmed up: when measuring begins is for its successor to say.
            ended = Status.STARTING;
            measuredFrom(Long.MAX_VALUE);
        }
        status = Status.STARTING;
        endedEpoch = newestEpoch;
        eventsHeardOfEnded = all.events();
    }

    private void measuredFrom(long epochMillis) {
        startEpochMillis = epochMillis;
        recent.measuredFrom(epochMillis);
    }

    /** Whether a measured request has fallen due, as far as is known. */
    boolean hasMeasured() {
        return all.events() > 0 || status().due() > 0;
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
                boolean ours = heard(request, request.origin(), nowElapsedMillis);
                if (ours) {
                    request(request);
                } else if (parts.containsKey(request.series())) {
                    ofAnother(request);
                }
                yield ours;
            }
            case Heartbeat heartbeat -> heard(heartbeat, heartbeat.origin(), nowElapsedMillis);
            case ProducerExpelled expelled -> expelled.producerId().equals(facts.producerId());
        };
    }

    /** Of the same series: of a partner, or of somebody who measures the same. */
    private void ofAnother(RequestEvent event) {
        String producerId = event.origin().producerId();
        if (shared.filter(load -> load.isPartner(producerId)).isPresent()) {
            all.partnersEvent(event);
            part(event.series()).ifPresent(tally -> tally.partnersEvent(event));
        } else if (event.endEpochMillis() >= startEpochMillis && strangers.size() < MOST_STRANGERS) {
            strangers.add(producerId);
        }
    }

    /** How often a measured load lost its producer, and the successor of that went on. */
    int takeovers() {
        return takeovers;
    }

    /** Where the load stands; empty before anything of it was measured. */
    Optional<LoadStanding> standing() {
        return hasMeasured()
                ? Optional.of(new LoadStanding(
                        hasStart() ? OptionalLong.of(startEpochMillis) : OptionalLong.empty(),
                        sessionsBegun,
                        status().phases().map(ProducerControl.Phases::level).orElse(OptionalDouble.empty())))
                : Optional.empty();
    }

    /** Others that measure the same, some of them; none where the load is theirs, too. */
    List<String> strangers() {
        return List.copyOf(strangers);
    }

    /** With whom the load is shared; empty where it is not. */
    Optional<String> share() {
        return shared.map(load -> load.text(isKafkaShared));
    }

    private Optional<String> absentShares() {
        return isKafkaShared ? shared.flatMap(SharedLoad::absent) : Optional.empty();
    }

    private boolean heard(Event event, Origin origin, long nowElapsedMillis) {
        if (!origin.producerId().equals(facts.producerId())) {
            return false;
        }
        if (!isListening) {
            isListening = true;
            all.listensFrom(event.eventTimeEpochMillis());
            parts.values().forEach(tally -> tally.listensFrom(event.eventTimeEpochMillis()));
        }
        lastHeardElapsedMillis = nowElapsedMillis;
        newestEpoch = Math.max(newestEpoch, origin.epoch());
        return true;
    }

    private void request(RequestEvent event) {
        if (event.origin().epoch() <= endedEpoch) {
            eventsHeardOfEnded++;
        }
        lastEndEpochMillis = Math.max(lastEndEpochMillis, event.endEpochMillis());
        RequestIds.session(event.attempt().requestId(), event.origin())
                .ifPresent(session -> sessionsBegun = Math.max(sessionsBegun, session + 1));
        recent.add(event);
        trace.ifPresent(tally -> tally.add(event));
        all.event(event);
        part(event.series()).ifPresent(tally -> tally.event(event));
    }

    /** The tally of a series of several beside the one over all; empty for others, and in a run of one. */
    private Optional<SeriesTally> part(Series series) {
        return Optional.ofNullable(parts.get(series)).filter(tally -> tally != all);
    }

    /** Adds a window or a correction; returns whether it is of this run. */
    boolean window(WindowRecord window) {
        if (!isOurs(window.id().series(), window.id().endEpochMillis())) {
            return false;
        }
        all.window(window);
        part(window.id().series()).ifPresent(tally -> tally.window(window));
        return true;
    }

    /** Adds the detector's verdict on a window; returns whether it is of this run. */
    boolean verdict(VerdictRecord verdict) {
        if (!isOurs(verdict.window().series(), verdict.window().endEpochMillis())) {
            return false;
        }
        Optional.ofNullable(parts.get(verdict.window().series())).ifPresent(tally -> tally.verdict(verdict));
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
        return parts.containsKey(of) && untilEpochMillis > startEpochMillis;
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
        return all.events() >= acknowledged()
                && (shared.isPresent() ? countedEvents() == acknowledged() : countedEvents() >= acknowledged())
                && isToldTo(measuredUntilEpochMillis().orElse(0));
    }

    /** Whether the windows of every series that has any reach so far; a class of which nothing came by then has none. */
    private boolean isToldTo(long epochMillis) {
        return all.lastWindowEndEpochMillis() >= epochMillis
                && parts.values().stream()
                        .mapToLong(SeriesTally::lastWindowEndEpochMillis)
                        .allMatch(end -> end == 0 || end >= epochMillis);
    }

    /** Empty while it is measured, where the producer could not tell, and where nothing was measured at all. */
    OptionalLong measuredUntilEpochMillis() {
        OptionalLong until = status().measuredUntilEpochMillis();
        return until.orElse(0) > startEpochMillis ? until : OptionalLong.empty();
    }

    /** Whether the newest window of every series that was read is judged; true before the first. */
    boolean isJudged() {
        return parts.values().stream().allMatch(SeriesTally::isJudged);
    }

    /** Request events that the windows hold. */
    long countedEvents() {
        return countedEvents(all);
    }

    private long countedEvents(SeriesTally tally) {
        return tally.countedEvents(lastBeginEpochMillis());
    }

    /** The latest that a window of this run can have begun: partners may go on when it is over. */
    private long lastBeginEpochMillis() {
        return shared.isPresent() && isStopped()
                ? Math.max(lastEndEpochMillis, measuredUntilEpochMillis().orElse(0) - 1)
                : Long.MAX_VALUE;
    }

    private List<RunWindow> windows(SeriesTally tally, long startEpochMillis, long endEpochMillis) {
        long lastBegin = lastBeginEpochMillis();
        return tally.windows(startEpochMillis, endEpochMillis).stream()
                .filter(window -> window.startEpochMillis() <= lastBegin)
                .toList();
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
        return new RunView.Snapshot(nowEpochMillis, startEpochMillis, status(), recent, countedEvents(), away);
    }

    /**
     * What came of the run.
     *
     * @param nowEpochMillis the latest that it can have begun
     */
    RunResult result(RunEnding ending, long nowEpochMillis) {
        long start = Math.min(startEpochMillis, nowEpochMillis);
        long end = Math.max(start, measuredUntilEpochMillis().orElse(lastEndEpochMillis));
        List<RunWindow> measured = windows(all, start, end);
        Status last = status();
        List<VerdictTally> verdicts =
                parts.values().stream().map(SeriesTally::verdicts).toList();
        return new RunResult(
                new RunIdentity(facts.runId(), facts.series().whole(), facts.url(), start, end, facts.windowMillis()),
                planWith(verdicts),
                facts.environment(),
                ending,
                all.totals(
                        last.due(),
                        acknowledged(),
                        last.lost(),
                        countedEvents(),
                        measured,
                        (end - start) / 1e3,
                        trace.map(TraceTally::replayed),
                        absentShares()),
                measured,
                alerts,
                verdicts.stream().mapToLong(VerdictTally::judgedWindows).sum(),
                verdicts.stream()
                        .flatMap(tally -> tally.openIncident().stream())
                        .findFirst(),
                outages,
                OptionalLong.of(verdicts.stream()
                        .mapToLong(VerdictTally::unjudgedWindows)
                        .sum()),
                facts.series().areSeveral() ? series(start, end) : List.of());
    }

    /** The plan, with what the detector held the series against, and what people decided about them. */
    private Map<String, String> planWith(List<VerdictTally> verdicts) {
        Map<String, String> plan = new TreeMap<>(facts.plan());
        told(verdicts, VerdictTally::baseline).ifPresent(text -> plan.put("detectorBaseline", text));
        told(verdicts, VerdictTally::handled).ifPresent(text -> plan.put("detectorDecision", text));
        return plan;
    }

    private static Optional<String> told(List<VerdictTally> verdicts, Function<VerdictTally, Optional<String>> what) {
        List<String> texts = verdicts.stream()
                .flatMap(tally -> what.apply(tally).stream())
                .distinct()
                .toList();
        return texts.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", texts));
    }

    private List<SeriesResult> series(long start, long end) {
        return parts.entrySet().stream()
                .map(part -> series(part.getKey(), part.getValue(), start, end))
                .toList();
    }

    /** Of one series nobody says how much was acknowledged but its events, and what fell due only its windows. */
    private SeriesResult series(Series series, SeriesTally tally, long start, long end) {
        List<RunWindow> measured = windows(tally, start, end);
        long offered = measured.stream()
                .mapToLong(window ->
                        window.measured().offered() + window.excluded().offered())
                .sum();
        return new SeriesResult(
                series,
                facts.series().name(series),
                tally.totals(
                        offered,
                        tally.events(),
                        0,
                        countedEvents(tally),
                        measured,
                        0,
                        Optional.empty(),
                        absentShares()),
                measured,
                tally.verdicts().judgedWindows(),
                tally.verdicts().openIncident(),
                OptionalLong.of(tally.verdicts().unjudgedWindows()));
    }
}
