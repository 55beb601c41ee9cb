package dev.plumbline.cli.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.probe.http.SideAnswer;
import dev.plumbline.probe.http.SideClient;
import dev.plumbline.probe.http.SideRequest;
import dev.plumbline.process.ControlAccess;
import dev.plumbline.reports.Figures;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The producer's own HTTP interface: status, release, end. One thread. */
final class ProducerControl implements LoadControl.Producer, AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private static final int MAX_BODY_BYTES = 1 << 20;

    private final SideClient client = SideClient.onThisMachine(TIMEOUT, MAX_BODY_BYTES);
    private final ObjectMapper json =
            JsonMapper.builder().addModule(new Jdk8Module()).build();
    private final String url;
    private final Map<String, String> credentials;

    /** @param token what tells the producer that it is its own run that asks */
    ProducerControl(String url, String token) {
        this.url = url;
        this.credentials = Map.of("Authorization", ControlAccess.authorization(token));
    }

    @Override
    public Status status() throws InterruptedException {
        SideAnswer answer = ask(SideRequest.get(at("/status"), TIMEOUT));
        if (answer.status() == 503) {
            return Status.STARTING;
        }
        try {
            return json.readValue(answer.body(), Status.class);
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "the producer's status cannot be read: " + e.getMessage());
        }
    }

    /** Lets the load begin. */
    void release() throws InterruptedException {
        tell("/release");
    }

    @Override
    public void end() throws InterruptedException {
        tell("/end");
    }

    /**
     * Changes a load that is changed by hand.
     *
     * @return what it was before
     * @throws StackFailure if it cannot be changed so
     */
    String change(String path, double level) throws InterruptedException {
        SideAnswer answer = ask(new SideRequest(
                "POST", at(path + "?level=" + ChangeLoad.plain(level)), credentials, Optional.empty(), TIMEOUT));
        String words = answer.text().lines().findFirst().orElse("no reason");
        if (answer.status() != 200) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "the load was not changed: " + words);
        }
        return words.replaceFirst("\\.0$", "");
    }

    private void tell(String path) throws InterruptedException {
        SideAnswer answer = ask(new SideRequest("POST", at(path), credentials, Optional.empty(), TIMEOUT));
        if (answer.status() / 100 != 2) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "the producer refuses " + path + " with " + answer.status() + ": "
                            + answer.text().lines().findFirst().orElse("no reason"));
        }
    }

    private URI at(String path) {
        return URI.create(url + path);
    }

    private SideAnswer ask(SideRequest request) throws InterruptedException {
        try {
            return client.ask(request);
        } catch (IOException e) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "the producer does not answer at " + request.uri() + ": " + e.getMessage());
        }
    }

    @Override
    public void close() {
        client.close();
    }

    /** Where a producer is in its life. */
    enum State {
        WARMING,
        HELD,
        RUNNING,
        STOPPED
    }

    /**
     * What the producer says of itself; counts are of measured requests unless their name says otherwise.
     *
     * @param epoch of its start, as in the origin of its events; 0 before it can answer
     * @param ownLimits requests that could not be made for want of something on this machine, by what, warm-ups included
     * @param measuredUntilEpochMillis until when it was measured, whether anything was due or not; empty while it is
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Status(
            State state,
            long epoch,
            long due,
            long sent,
            long inFlight,
            long completed,
            Map<FailureKind, Long> failed,
            long dropped,
            long cancelled,
            Map<OwnLimit, Long> ownLimits,
            long acknowledged,
            long lost,
            long unmeasuredRequests,
            OptionalLong measuredFromEpochMillis,
            OptionalLong measuredUntilEpochMillis,
            OptionalLong breakerOpenSinceEpochMillis,
            boolean toldToEnd,
            Optional<String> limitReached,
            Optional<Spent> spent,
            Optional<Phases> phases) {

        /** Before the producer can answer. */
        static final Status STARTING = new Status(
                State.WARMING,
                0,
                0,
                0,
                0,
                0,
                Map.of(),
                0,
                0,
                Map.of(),
                0,
                0,
                0,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        /**
         * This one and a later one of a successor, counts added up. What tells of a moment is the successor's, what tells when
         * measuring began is this one's.
         */
        Status plus(Status successor) {
            Map<FailureKind, Long> failures = new EnumMap<>(FailureKind.class);
            failures.putAll(failed);
            successor.failed.forEach((kind, count) -> failures.merge(kind, count, Long::sum));
            Map<OwnLimit, Long> limits = new EnumMap<>(OwnLimit.class);
            limits.putAll(ownLimits);
            successor.ownLimits.forEach((limit, count) -> limits.merge(limit, count, Long::sum));
            return new Status(
                    successor.state,
                    successor.epoch,
                    due + successor.due,
                    sent + successor.sent,
                    successor.inFlight,
                    completed + successor.completed,
                    failures,
                    dropped + successor.dropped,
                    cancelled + successor.cancelled,
                    limits,
                    acknowledged + successor.acknowledged,
                    lost + successor.lost,
                    unmeasuredRequests + successor.unmeasuredRequests,
                    measuredFromEpochMillis.isPresent() ? measuredFromEpochMillis : successor.measuredFromEpochMillis,
                    successor.measuredUntilEpochMillis,
                    successor.breakerOpenSinceEpochMillis,
                    successor.toldToEnd,
                    successor.limitReached,
                    spent.isPresent() && successor.spent.isPresent()
                            ? Optional.of(spent.get().plus(successor.spent.get()))
                            : spent.or(successor::spent),
                    phases.map(first -> first.plus(successor.phases)).or(successor::phases));
        }

        long failedTotal() {
            return failed.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * How the load began, and where it is.
     *
     * @param refused why no load was offered; empty where it was
     * @param warmUp how a warm-up ended that goes on until the target is steady
     * @param coldWave the first requests, where they met a cold target
     * @param level of a load that is changed by hand
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Phases(
            Optional<String> refused, Optional<WarmUp> warmUp, Optional<ColdWave> coldWave, OptionalDouble level) {

        /** How a warm-up ended. */
        @JsonIgnoreProperties(ignoreUnknown = true)
        record WarmUp(boolean steady, long millis, long requests) {

            String text() {
                return (steady ? "steady after " : "not steady within ") + Figures.seconds(millis) + ", "
                        + Figures.count(requests) + " requests";
            }
        }

        /** The first requests of a load, and how they compare with those that followed. */
        @JsonIgnoreProperties(ignoreUnknown = true)
        record ColdWave(int requests, double p50Nanos, double restP50Nanos, boolean measured) {

            String text() {
                return (requests == 1
                                ? "the first request was"
                                : "the first " + Figures.count(requests) + " requests were")
                        + " a cold wave: p50 " + Figures.duration(p50Nanos) + ", "
                        + Figures.significant(p50Nanos / restP50Nanos) + " times the rest ("
                        + Figures.duration(restP50Nanos) + "); "
                        + (measured
                                ? "they are in the numbers: --warmup-duration keeps them out"
                                : "the warm-up kept them out of the numbers");
            }
        }

        /** What is known of the begin is the first's, what tells of now is the successor's. */
        Phases plus(Optional<Phases> successor) {
            return successor
                    .map(now -> new Phases(now.refused, warmUp.or(now::warmUp), coldWave.or(now::coldWave), now.level))
                    .orElse(this);
        }

        Optional<String> levelText() {
            return level.isPresent() ? Optional.of(ChangeLoad.plain(level.getAsDouble())) : Optional.empty();
        }

        /** What the record of a run says of them, by name. */
        Map<String, String> facts() {
            Map<String, String> facts = new TreeMap<>();
            warmUp.ifPresent(told -> facts.put("warmedUp", told.text()));
            coldWave.ifPresent(told -> facts.put("firstWave", told.text()));
            return facts;
        }
    }

    /**
     * What was sent to the target in all, warm-up included.
     *
     * @param uncounted requests whose tokens nobody counted: they are in the sums at their worst case
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Spent(long requests, long promptTokens, long outputTokens, double cost, long uncounted) {

        Spent plus(Spent more) {
            return new Spent(
                    requests + more.requests,
                    promptTokens + more.promptTokens,
                    outputTokens + more.outputTokens,
                    cost + more.cost,
                    uncounted + more.uncounted);
        }
    }
}
