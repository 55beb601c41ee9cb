package dev.plumbline.producer.limits;

import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Leaves a target alone that fails too often: closed (requests pass), open (none passes), and after a pause half open (one
 * passes; its success closes the breaker, its failure opens it anew). A cancelled request says nothing either way, and neither
 * does one that was let pass before the breaker last opened or closed: it is about the target as it was then.
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
    /** How often it has opened or closed. */
    private long era;

    /**
     * Leave for one request, whose end is to be told with it.
     *
     * @param era in which it was given
     * @param isTry whether the breaker waits for the end
     */
    public record Permit(long era, boolean isTry) {}

    public CircuitBreaker(BreakerSettings settings) {
        this.settings = settings;
        this.failures = new BitSet(settings.requests());
    }

    /** Leave to send a request now; empty when none may be sent. An open breaker gives it to one request at a time. */
    public synchronized Optional<Permit> admit(long nowNanos) {
        if (!open) {
            return Optional.of(new Permit(era, false));
        }
        if (trying || nowNanos < retryAtNanos) {
            return Optional.empty();
        }
        trying = true;
        return Optional.of(new Permit(era, true));
    }

    /** Whether {@link #admit} would give leave now, as far as others do not ask meanwhile. */
    public synchronized boolean wouldAdmit(long nowNanos) {
        return !open || (!trying && nowNanos >= retryAtNanos);
    }

    /** A request that was let pass has ended well. */
    public synchronized void succeeded(Permit permit) {
        if (permit.era() != era) {
            return;
        }
        if (permit.isTry()) {
            open = false;
            trying = false;
            era++;
            seen = 0;
            next = 0;
            failures.clear();
        }
        note(false);
    }

    /** A request that was let pass has failed. */
    public synchronized void failed(Permit permit, long nowNanos) {
        if (permit.era() != era) {
            return;
        }
        if (permit.isTry()) {
            trying = false;
            retryAtNanos = nowNanos + settings.pauseNanos();
            return;
        }
        note(true);
        if (seen == settings.requests() && failures.cardinality() >= settings.failureRatio() * seen) {
            open = true;
            era++;
            openSinceNanos = nowNanos;
            retryAtNanos = nowNanos + settings.pauseNanos();
            timesOpened++;
        }
    }

    /** A request that was let pass was not sent, or was ended by us. */
    public synchronized void cancelled(Permit permit) {
        if (permit.era() == era && permit.isTry()) {
            trying = false;
        }
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
