package dev.plumbline.probe;

import java.net.InetSocketAddress;
import java.time.Duration;
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
    public StepEnd run(Findings known) throws InterruptedException {
        Optional<InetSocketAddress> proxy = context.address().route().proxy();
        int port = proxy.map(InetSocketAddress::getPort).orElse(context.url().port());
        String where = proxy.map(it -> "the proxy " + it.getHostString())
                .orElse(context.url().host());
        StepOutcome outcome = context.transport().connect(known.addresses(), where, port);
        Duration most = context.timeouts().listening();
        long giveUpNanos = context.nanos().getAsLong() + most.toNanos();
        while (isRefused(outcome) && context.nanos().getAsLong() < giveUpNanos) {
            context.listener()
                    .waiting(
                            Step.CONNECT,
                            "nothing listens on " + where + ":" + port + " yet, waiting up to " + Words.duration(most));
            Thread.sleep(context.timeouts().loadingPause());
            outcome = context.transport().connect(known.addresses(), where, port);
        }
        if (outcome instanceof StepOutcome.Failed refused && isRefused(outcome) && !most.isZero()) {
            outcome = new StepOutcome.Failed(
                    refused.kind(),
                    refused.line() + " (waited " + Words.duration(most)
                            + ": --wait 5m waits for an engine that takes longer to start)");
        }
        return StepEnd.of(
                outcome instanceof StepOutcome.Failed failed ? context.withUnusedProxy(failed) : outcome, known);
    }

    private static boolean isRefused(StepOutcome outcome) {
        return outcome instanceof StepOutcome.Failed failed && failed.kind() == FailureKind.CONNECTION_REFUSED;
    }
}
