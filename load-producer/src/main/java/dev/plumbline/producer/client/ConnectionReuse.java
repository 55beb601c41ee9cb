package dev.plumbline.producer.client;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Whether connections to one target are kept for a next request, and what became of it. Shared by all clients of the
 * target. Any thread.
 *
 * <p>A server may promise to keep a connection and close it all the same: some do after each streamed answer, all do after
 * a while. A request that was written to such a connection has reached nobody, so it is written once more to a new one,
 * which is counted. A server that never keeps its promise is not asked to any more: every request then gets a connection
 * of its own, as if {@link #none} had been chosen.
 */
public final class ConnectionReuse {

    private static final Logger LOG = Logger.getLogger(ConnectionReuse.class);

    /**
     * Connections in a row that the server ended after one answer before it is taken at its deeds. Few, as each may cost a
     * request the time of a connection; more than one, as a restart ends some at once.
     */
    private static final int MOST_BROKEN_PROMISES = 5;

    private final int idleSeconds;
    private final AtomicInteger brokenPromises = new AtomicInteger();
    private final AtomicBoolean givenUp = new AtomicBoolean();
    private final LongAdder repeated = new LongAdder();

    private ConnectionReuse(int idleSeconds) {
        this.idleSeconds = idleSeconds;
    }

    /**
     * Connections are kept while they are idle for no longer than this, and than the server says.
     *
     * @param idleSeconds shorter than what servers keep (5 s is common), so that few requests are written to a connection
     *     that the server is just closing; 0 = none is kept
     */
    public static ConnectionReuse upTo(int idleSeconds) {
        if (idleSeconds < 0) {
            throw new IllegalArgumentException("connections cannot be kept for " + idleSeconds + " s");
        }
        return new ConnectionReuse(idleSeconds);
    }

    /** Every request gets a connection of its own. */
    public static ConnectionReuse none() {
        return new ConnectionReuse(0);
    }

    /** Requests that were written once more, to a new connection, because a kept one ended before any answer. */
    public long repeatedRequests() {
        return repeated.sum();
    }

    /** Whether connections are no longer kept, because the server ended them all after one answer. */
    public boolean isGivenUp() {
        return givenUp.get();
    }

    int idleSeconds() {
        return idleSeconds;
    }

    boolean isWanted() {
        return idleSeconds > 0 && !givenUp.get();
    }

    void repeated() {
        repeated.increment();
    }

    /** A kept connection carried another answer. */
    void promiseKept() {
        brokenPromises.set(0);
    }

    /** The server ended a connection after one answer, though it had not said so. */
    void promiseBroken() {
        if (brokenPromises.incrementAndGet() >= MOST_BROKEN_PROMISES && givenUp.compareAndSet(false, true)) {
            LOG.infof(
                    "The target ended %d connections in a row after one answer each, without saying so: from now on every"
                            + " request gets a connection of its own",
                    MOST_BROKEN_PROMISES);
        }
    }
}
