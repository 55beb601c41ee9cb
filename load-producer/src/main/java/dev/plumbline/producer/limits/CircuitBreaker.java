package dev.plumbline.producer.limits;

import java.util.BitSet;
import java.util.OptionalLong;

/**
 * Leaves a target alone that fails too often: closed (requests pass), open (none passes), and after a pause half open (one
 * passes; its success closes the breaker, its failure opens it anew). A cancelled request says nothing either way.
 *
 * <p>Nygard, <i>Release It!</i> (2007), chapter 5.
 */
public final class CircuitBreaker {

    private final BreakerSettings settings;
    private final BitSet failures;
    private int seen;
    private int next;
    private boolean open;
    private boolean trying;
    private long openSinceNanos;
    private long retryAtNanos;
    private long timesOpened;

    public CircuitBreaker(BreakerSettings settings) {
        this.settings = settings;
        this.failures = new BitSet(settings.requests());
    }

    /** Whether a request may be sent now. A true answer of an open breaker is for one request only, whose end is awaited. */
    public synchronized boolean allows(long nowNanos) {
        if (!open) {
            return true;
        }
        if (trying || nowNanos < retryAtNanos) {
            return false;
        }
        trying = true;
        return true;
    }

    /** A request that was sent has ended well. */
    public synchronized void succeeded() {
        if (open && trying) {
            open = false;
            trying = false;
            seen = 0;
            next = 0;
            failures.clear();
        }
        note(false);
    }

    /** A request that was sent has failed. */
    public synchronized void failed(long nowNanos) {
        if (open) {
            if (trying) {
                trying = false;
                retryAtNanos = nowNanos + settings.pauseNanos();
            }
            return;
        }
        note(true);
        if (seen == settings.requests() && failures.cardinality() >= settings.failureRatio() * seen) {
            open = true;
            openSinceNanos = nowNanos;
            retryAtNanos = nowNanos + settings.pauseNanos();
            timesOpened++;
        }
    }

    /** A request that was sent was ended by us. */
    public synchronized void cancelled() {
        trying = false;
    }

    /** Since when the target has been left alone, tries included; empty while requests pass. */
    public synchronized OptionalLong openSinceNanos() {
        return open ? OptionalLong.of(openSinceNanos) : OptionalLong.empty();
    }

    /** How often it has opened. */
    public synchronized long timesOpened() {
        return timesOpened;
    }

    private void note(boolean failed) {
        failures.set(next, failed);
        next = (next + 1) % settings.requests();
        seen = Math.min(seen + 1, settings.requests());
    }
}
