package dev.plumbline.probe;

import dev.plumbline.probe.StepOutcome.Failed;
import java.net.InetAddress;

/** The certificate is trusted, in time and for this host. */
final class TlsStep implements ProbeStep {

    private final ProbeContext context;

    TlsStep(ProbeContext context) {
        this.context = context;
    }

    @Override
    public Step step() {
        return Step.TLS;
    }

    @Override
    public Needs needs() {
        return Needs.of("a connection", Step.CONNECT);
    }

    @Override
    public StepEnd run(Findings known) {
        if (!context.url().tls()) {
            return StepEnd.notNeeded("plain http", known);
        }
        if (context.isProxied()) {
            return StepEnd.notNeeded("through the proxy, part of the next step", known);
        }
        InetAddress first = known.addresses().getFirst();
        StepOutcome outcome = context.transport().shakeHands(context.tls(), first);
        // Some servers answer a handshake in plain HTTP, others wait for the end of what they take for a line.
        boolean mayBePlain = outcome instanceof Failed failed
                && (failed.kind() == FailureKind.TIMEOUT || failed.kind() == FailureKind.TLS_REFUSED);
        return StepEnd.of(
                mayBePlain
                                && context.transport()
                                        .speaksHttp(first, context.timeouts().extras())
                        ? NetworkFailures.speaksPlainHttp(context.url())
                        : outcome,
                known);
    }
}
