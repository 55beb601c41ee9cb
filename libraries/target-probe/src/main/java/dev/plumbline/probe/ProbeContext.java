package dev.plumbline.probe;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/**
 * What every step works with.
 *
 * @param nanos monotonic nanoseconds
 * @param tls whom TLS connections trust
 * @param making the client of the target; it takes longer to make than a connection, so both are made at once
 */
record ProbeContext(
        TargetAddress address,
        LongSupplier nanos,
        ProbeListener listener,
        SSLContext tls,
        CompletableFuture<TargetClient> making)
        implements AutoCloseable {

    static ProbeContext open(TargetAddress address, LongSupplier nanos, ProbeListener listener, SSLContext tls) {
        return new ProbeContext(
                address, nanos, listener, tls, CompletableFuture.supplyAsync(() -> new TargetClient(address, tls)));
    }

    BaseUrl url() {
        return address.url();
    }

    ProbeTimeouts timeouts() {
        return address.timeouts();
    }

    boolean isProxied() {
        return address.route().proxy().isPresent();
    }

    Transport transport() {
        return new Transport(url(), timeouts().connect());
    }

    HttpFailures httpFailures() {
        return new HttpFailures(address);
    }

    TargetClient client() {
        return making.join();
    }

    @Override
    public void close() {
        making.join().close();
    }

    /** A failure to get to the target, with what the environment knows of a way. */
    StepOutcome.Failed withUnusedProxy(StepOutcome.Failed failed) {
        return isProxied()
                ? failed
                : address.route()
                        .unusedProxy()
                        .map(hint -> new StepOutcome.Failed(failed.kind(), failed.line() + "; " + hint))
                        .orElse(failed);
    }
}
