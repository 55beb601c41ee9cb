package dev.plumbline.probe;

import java.time.Duration;

/**
 * How long each part of a probe may take; all but {@code listening} positive.
 *
 * @param connect until names are resolved, and until a connection or TLS stands
 * @param reply until the model list, or anything that a step cannot do without, has come
 * @param extras until what is merely good to know has come, after the model list
 * @param answer until the short answer is complete; a model may have to be loaded first
 * @param listening how long a server that does not listen yet is waited for; zero does not wait
 * @param loading how long an engine that says it is loading is waited for
 * @param loadingPause between two looks at such an engine
 */
public record ProbeTimeouts(
        Duration connect,
        Duration reply,
        Duration extras,
        Duration answer,
        Duration listening,
        Duration loading,
        Duration loadingPause) {

    /** For people and builds: 5 s, 5 s, 1 s, 60 s, 3 s, 120 s, 500 ms. */
    public static final ProbeTimeouts DEFAULT = new ProbeTimeouts(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(3),
            Duration.ofSeconds(120),
            Duration.ofMillis(500));

    public ProbeTimeouts {
        for (Duration timeout : new Duration[] {connect, reply, extras, answer, loading, loadingPause}) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("a timeout must be positive, got " + timeout);
            }
        }
    }

    /** For a server that is there: nobody waits until it listens. */
    public ProbeTimeouts(
            Duration connect,
            Duration reply,
            Duration extras,
            Duration answer,
            Duration loading,
            Duration loadingPause) {
        this(connect, reply, extras, answer, Duration.ZERO, loading, loadingPause);
    }

    /** The same for a server that has so long to begin to listen, and then to load its model. */
    public ProbeTimeouts waiting(Duration most) {
        return new ProbeTimeouts(connect, reply, extras, answer, most, most, loadingPause);
    }
}
