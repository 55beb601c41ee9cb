package dev.plumbline.producer.phases;

import java.util.Optional;

/**
 * Whether the clients of a closed loop send together. Answers that begin together and are of equal length end together, so whoever
 * has once waited in one queue stays in step for ever, and every time to first token holds the prefills of the others.
 *
 * <p>A <em>round</em> is as many starts in a row as there are clients, put on a circle whose circumference is the time from the first
 * of them to the first of the next round: so it needs no mean length of a request, and neither a slow drift nor who sent what. Two
 * starts are <em>together</em> when at most a twentieth of a round lies between them, which a tenth of all pairs are by chance
 * whatever the number of clients (Ripley's K function of a point process on a circle: Ripley, 1977). The round is in step when a
 * third of all pairs and more are together, and more than clients of whom nobody knows of the other would bring: with equal lengths
 * they keep their places all the time, so that one round decides like all of them. What they would bring was drawn from places that
 * are uniform and independent: 60,000 rounds for each number of clients, and the least share is passed by one in 400 of them (of
 * three clients by one in 125). Two clients are never called in step: they meet by chance in a tenth of all loads.
 *
 * <p>One thread.
 */
public final class Rounds {

    /** With fewer one meeting is no sign of anything. */
    public static final int FEWEST_CLIENTS = 3;

    private static final double TOGETHER = 0.05;

    /** The least share of pairs, by number of clients; of more than these a third. */
    private static final double[] NEEDED = {1, 1, 1, 1, 0.66, 0.59, 0.46, 0.42, 0.35};

    private static final double NEEDED_OF_MANY = 1.0 / 3;

    private final int clients;
    private final long[] startsNanos;
    private int count;

    /** @param clients that send, each one request at a time; below {@value #FEWEST_CLIENTS} no round is ever looked at */
    public Rounds(int clients) {
        this.clients = clients;
        this.startsNanos = new long[clients + 1];
    }

    /**
     * Takes the next start; stamps never decrease.
     *
     * @return at the end of a round whether it was in step; empty before
     */
    public Optional<Boolean> started(long nanos) {
        if (clients < FEWEST_CLIENTS) {
            return Optional.empty();
        }
        startsNanos[count++] = nanos;
        if (count <= clients) {
            return Optional.empty();
        }
        boolean isInStep = isInStep();
        startsNanos[0] = nanos;
        count = 1;
        return Optional.of(isInStep);
    }

    private boolean isInStep() {
        long round = startsNanos[clients] - startsNanos[0];
        double near = TOGETHER * round;
        double far = round - near;
        long together = 0;
        int nearUpTo = 0;
        int farFrom = 0;
        for (int first = 0; first < clients; first++) {
            while (nearUpTo < clients && startsNanos[nearUpTo] - startsNanos[first] <= near) {
                nearUpTo++;
            }
            while (farFrom < clients && startsNanos[farFrom] - startsNanos[first] < far) {
                farFrom++;
            }
            together += nearUpTo - first - 1 + clients - Math.max(farFrom, nearUpTo);
        }
        double pairs = clients * (clients - 1) / 2.0;
        return together >= (clients < NEEDED.length ? NEEDED[clients] : NEEDED_OF_MANY) * pairs;
    }
}
