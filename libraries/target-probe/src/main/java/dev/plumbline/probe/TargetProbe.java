package dev.plumbline.probe;

import dev.plumbline.probe.Discovery.Facts;
import dev.plumbline.probe.http.TlsTrust;
import dev.plumbline.protocol.EndpointType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/**
 * Looks at a target step by step. Everything that needs no earlier answer is asked at once, so that a server on this
 * machine is known within a few round trips; bodies, lists and waits are bounded. Nothing is changed on the target, and
 * but for the short answer no token is generated.
 *
 * <p>One thread; an instance is used once.
 */
public final class TargetProbe {

    private final TargetAddress address;
    private final LongSupplier nanos;
    private final ProbeListener listener;
    private final GpuTool gpuTool;
    private final SSLContext tls;

    /**
     * @param nanos monotonic nanoseconds
     * @param searchPath folders to look for the GPU tool in, as in the PATH variable
     * @throws IllegalArgumentException with one line for the user, when the CA file cannot be used
     */
    public TargetProbe(TargetAddress address, LongSupplier nanos, String searchPath, ProbeListener listener) {
        this.address = address;
        this.nanos = nanos;
        this.listener = listener;
        this.gpuTool = new GpuTool(searchPath);
        boolean tlsUsed = address.url().tls()
                || address.wanted().metricsUrl().map(BaseUrl::tls).orElse(false);
        this.tls = TlsTrust.of(address.route().caFile(), tlsUsed);
    }

    /** All steps but the short answer: no token is generated. */
    public ProbeReport discover() throws InterruptedException {
        return run(false);
    }

    /** All steps. */
    public ProbeReport check() throws InterruptedException {
        return run(true);
    }

    private ProbeReport run(boolean withAnswer) throws InterruptedException {
        long startNanos = nanos.getAsLong();
        try (ProbeContext context = ProbeContext.open(address, nanos, listener, tls)) {
            StepSequence sequence = new StepSequence(nanos, listener);
            sequence.run(ProbeSteps.of(context, gpuTool, withAnswer), startNanos);
            return new ProbeReport(
                    sequence.results(), discovery(context, sequence.known(), sequence.holds(Step.ANSWER)));
        }
    }

    private static Optional<Discovery> discovery(ProbeContext context, Findings known, boolean answered) {
        if (known.endpointType().isEmpty() || known.chosen().isEmpty()) {
            return Optional.empty();
        }
        EndpointType type = known.endpointType().get();
        ModelChoice.Chosen chosen = known.chosen().get();
        Engine engine = known.engine();
        Survey survey = known.survey();
        if (answered && engine.kind() == Engine.Kind.OLLAMA) {
            // The answer has loaded the model, and only a loaded one has a context length.
            survey = survey.with(
                    Survey.OLLAMA_PS,
                    context.client().get("/api/ps", context.timeouts().extras()).join());
        }
        EngineFacts facts = new EngineFacts(survey, chosen.served(), known.ollamaShow());
        Map<String, String> gpu = new LinkedHashMap<>(known.gpu());
        for (String wanted : List.of("gpu", "gpuCount", "gpuDriver")) {
            gpu.putIfAbsent(wanted, Facts.UNKNOWN);
        }
        return Optional.of(new Discovery(
                context.url(),
                type,
                chosen.model(),
                engine,
                facts.contextLengthTokens(),
                known.metrics(),
                withTheWay(context, known, facts.facts(engine, type.shortName(), gpu))));
    }

    /** A proxy hides how far it is. */
    private static Facts withTheWay(ProbeContext context, Findings known, Facts facts) {
        if (context.isProxied() || known.addresses().isEmpty()) {
            return facts;
        }
        Map<String, String> subject = new LinkedHashMap<>(facts.subject());
        context.transport()
                .roundTripNanos(known.addresses().getFirst(), context.url().port(), context.nanos())
                .ifPresent(nanos -> subject.put(RoundTrip.FACT, RoundTrip.inWords(nanos)));
        return new Facts(subject, facts.conditions());
    }
}
