package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.client.Exchange;
import dev.plumbline.producer.client.ExchangeListener;
import dev.plumbline.producer.limits.CircuitBreaker;
import dev.plumbline.producer.limits.CircuitBreaker.Permit;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.time.ProducerClock;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What was sent on one event loop and is not over: it enforces deadlines, tries again what failed, and tells whoever listens to
 * the lane what happens. One event loop.
 */
final class InFlight {

    /** Hears when an offer is over: its last try has ended, or none was made. */
    interface Owner {
        void over(Offer offer, RequestRecording recording, EndedRequest last);

        /** The limits of the load allow no further request, not even a try. */
        void spent();
    }

    private final Vertx vertx;
    private final ProducerClock clock;
    private final Lanes lanes;
    private final Protection protection;
    private final Owner owner;
    private final Set<Exchange> exchanges = new LinkedHashSet<>();
    /** Offers that are not over, by variant. */
    private final Map<String, Integer> ofVariant = new HashMap<>();

    private int waitingForRetry;
    private int measured;
    private boolean isCancelled;

    InFlight(Vertx vertx, ProducerClock clock, Lanes lanes, Protection protection, Owner owner) {
        this.vertx = vertx;
        this.clock = clock;
        this.lanes = lanes;
        this.protection = protection;
        this.owner = owner;
    }

    /** Offers that are not over; one that waits for its next try is not. */
    int size() {
        return exchanges.size() + (isCancelled ? 0 : waitingForRetry);
    }

    /** Those of them that go to the target of a lane. */
    int size(Lane lane) {
        return ofVariant.getOrDefault(lane.variant(), 0);
    }

    /** Those of them that are measured. */
    int measured() {
        return measured;
    }

    /** Sends a request that was booked and let pass. */
    void send(Offer offer, Permit permit) {
        RunObserver observer = lanes.observer(offer);
        measured += offer.phase().isMeasured() ? 1 : 0;
        ofVariant.merge(offer.lane().variant(), 1, Integer::sum);
        send(offer, observer, taken(offer, observer), permit);
    }

    /** Tells of one that fell due and is not sent. */
    void drop(Offer offer, Outcome.DropReason reason) {
        RunObserver observer = lanes.observer(offer);
        RequestRecording recording = taken(offer, observer);
        observer.ended(recording, recording.dropped(clock.nanos(), reason));
    }

    private RequestRecording taken(Offer offer, RunObserver observer) {
        long takenNanos = clock.nanos();
        observer.taken(offer.dueNanos(), takenNanos);
        return offer.from().source().recording(offer.request(), offer.dueNanos(), takenNanos);
    }

    /** Enforces deadlines. */
    void tick() {
        List<Exchange> overdue = new ArrayList<>(0);
        long swept = clock.nanos();
        for (Exchange exchange : exchanges) {
            if (exchange.isOverdue(swept)) {
                overdue.add(exchange);
            }
        }
        for (Exchange exchange : overdue) {
            exchange.enforceDeadlines(clock.nanos());
        }
    }

    /** Ends everything, and sends and tries nothing any more. */
    void cancel() {
        isCancelled = true;
        for (Exchange exchange : List.copyOf(exchanges)) {
            exchange.cancel();
        }
    }

    private void send(Offer offer, RunObserver observer, RequestRecording recording, Permit permit) {
        observer.entered(recording.takenNanos());
        Exchange exchange = lanes.client(offer.lane())
                .start(
                        recording,
                        offer.request().body(),
                        offer.lane().target().protocol(),
                        new Flight(offer, observer, permit, recording));
        if (!exchange.hasEnded()) {
            exchanges.add(exchange);
        }
    }

    private void ended(Flight flight, Exchange exchange, EndedRequest request) {
        exchanges.remove(exchange);
        protection.ended(flight.offer.request(), request, flight.permit, clock.nanos());
        OptionalLong retryPauseNanos = isCancelled
                ? OptionalLong.empty()
                : flight.offer.from().source().retries().pauseNanosAfter(request);
        if (retryPauseNanos.isEmpty()) {
            over(flight.offer, flight.recording, request);
            return;
        }
        // It stays one to the load, with all its tries.
        waitingForRetry++;
        long pauseMillis = Math.max(1, retryPauseNanos.getAsLong() / ProducerClock.NANOS_PER_MILLI);
        vertx.setTimer(pauseMillis, unused -> retry(flight, request, clock.nanos()));
    }

    private void retry(Flight failed, EndedRequest request, long dueNanos) {
        waitingForRetry--;
        if (!isCancelled) {
            CircuitBreaker breaker = protection.breaker(failed.offer.lane());
            Optional<Permit> permit = breaker.admit(clock.nanos());
            if (permit.isPresent()) {
                if (protection.spend().book(failed.offer.request().worst())) {
                    RequestRecording recording = failed.offer
                            .from()
                            .source()
                            .retry(failed.offer.request(), request.attempt(), dueNanos, clock.nanos());
                    failed.observer.retried(dueNanos, recording.takenNanos());
                    send(failed.offer, failed.observer, recording, permit.get());
                    return;
                }
                breaker.cancelled(permit.get());
                owner.spent();
            }
        }
        over(failed.offer, failed.recording, request);
    }

    private void over(Offer offer, RequestRecording recording, EndedRequest last) {
        measured -= offer.phase().isMeasured() ? 1 : 0;
        ofVariant.merge(offer.lane().variant(), -1, Integer::sum);
        owner.over(offer, recording, last);
    }

    /** One request that was let pass: tells the observer of its lane and phase what happens to it. */
    private final class Flight implements ExchangeListener {

        private final Offer offer;
        private final RunObserver observer;
        private final Permit permit;
        private final RequestRecording recording;

        Flight(Offer offer, RunObserver observer, Permit permit, RequestRecording recording) {
            this.offer = offer;
            this.observer = observer;
            this.permit = permit;
            this.recording = recording;
        }

        @Override
        public void sent() {
            observer.sent();
        }

        @Override
        public void content(long atNanos) {
            observer.content(recording, atNanos);
        }

        @Override
        public void ended(Exchange exchange, EndedRequest request) {
            observer.left(request.stamps().endNanos());
            observer.ended(recording, request);
            InFlight.this.ended(this, exchange, request);
        }
    }
}
