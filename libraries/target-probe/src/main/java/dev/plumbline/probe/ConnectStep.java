package dev.plumbline.probe;

import java.net.InetSocketAddress;
import java.util.Optional;

/** The target, or the proxy in front of it, accepts connections. */
final class ConnectStep implements ProbeStep {

    private final ProbeContext context;

    ConnectStep(ProbeContext context) {
        this.context = context;
    }

    @Override
    public Step step() {
        return Step.CONNECT;
    }

    @Override
    public Needs needs() {
        return Needs.of("DNS", Step.DNS);
    }

    @Override
    public StepEnd run(Findings known) {
        Optional<InetSocketAddress> proxy = context.address().route().proxy();
        int port = proxy.map(InetSocketAddress::getPort).orElse(context.url().port());
        String where = proxy.map(it -> "the proxy " + it.getHostString())
                .orElse(context.url().host());
        return StepEnd.of(context.transport().connect(known.addresses(), where, port), known);
    }
}
