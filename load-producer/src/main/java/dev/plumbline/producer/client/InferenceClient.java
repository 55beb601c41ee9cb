package dev.plumbline.producer.client;

import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.Protocol;
import io.vertx.core.Vertx;
import io.vertx.core.http.PoolOptions;

/**
 * Sends requests and records what comes back. To be used on one event loop only.
 *
 * <p>Each pool is larger than the number of requests that may be in flight, so that nothing waits in it: a connection that
 * is being reset still counts for a moment.
 */
public final class InferenceClient implements AutoCloseable {

    private final TargetConnections connections;
    private final Endpoint endpoint;
    private final Timeouts timeouts;
    private final ProducerClock clock;
    private final AnswerNotes notes;
    private final ReadPass reads;

    /**
     * @param vertx has one event loop, on which every call is made
     * @param maxInFlight most requests at a time
     * @param reuse how connections are kept; shared with the other clients of this target
     * @param notes hears what is odd about answers; shared with the other clients of this target
     */
    public InferenceClient(
            Vertx vertx,
            Endpoint endpoint,
            Timeouts timeouts,
            ProducerClock clock,
            int maxInFlight,
            ConnectionReuse reuse,
            AnswerNotes notes) {
        OwnLimits.prepare();
        this.endpoint = endpoint;
        this.timeouts = timeouts;
        this.clock = clock;
        this.notes = notes;
        this.reads = new ReadPass(clock);
        this.connections = new TargetConnections(
                vertx,
                endpoint,
                timeouts.connectNanos(),
                new PoolOptions()
                        .setHttp1MaxSize(maxInFlight + maxInFlight / 4 + 16)
                        .setCleanerPeriod(500),
                reuse);
    }

    /**
     * Sends a request. The listener may be called before this returns.
     *
     * @param recording not yet sent
     * @param protocol in which the body is written and the answer is read
     */
    public Exchange start(RequestRecording recording, byte[] body, Protocol protocol, ExchangeListener listener) {
        Exchange exchange =
                new Exchange(recording, body, protocol, endpoint, connections, timeouts, reads, clock, notes, listener);
        exchange.start();
        return exchange;
    }

    @Override
    public void close() {
        connections.close();
    }
}
