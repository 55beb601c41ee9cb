package dev.plumbline.probe;

import dev.plumbline.probe.Transport.Resolution;
import java.net.InetSocketAddress;

/** The name of the host, or of the proxy in front of it, becomes addresses. */
final class NameStep implements ProbeStep {

    private final ProbeContext context;

    NameStep(ProbeContext context) {
        this.context = context;
    }

    @Override
    public Step step() {
        return Step.DNS;
    }

    @Override
    public Needs needs() {
        return Needs.NOTHING;
    }

    @Override
    public StepEnd run(Findings known) throws InterruptedException {
        String host = context.address()
                .route()
                .proxy()
                .map(InetSocketAddress::getHostString)
                .orElse(context.url().host());
        return switch (context.transport().resolve(host)) {
            case Resolution.Found it ->
                StepEnd.of(Transport.resolved(it.addresses()), known.withAddresses(it.addresses()));
            case Resolution.NotFound not -> StepEnd.of(context.withUnusedProxy(not.failure()), known);
        };
    }
}
