package dev.plumbline.probe;

import dev.plumbline.probe.Discovery.EngineMetrics;
import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.Reply.Unanswered;
import dev.plumbline.probe.StepOutcome.Failed;
import java.util.Optional;

/** The engine's own metrics: where the user says, else below the URL. */
final class MetricsStep implements ProbeStep {

    private final ProbeContext context;

    MetricsStep(ProbeContext context) {
        this.context = context;
    }

    @Override
    public Step step() {
        return Step.METRICS;
    }

    /** Nothing: they may be elsewhere, and a server may show them to somebody whom it lets in nowhere else. */
    @Override
    public Needs needs() {
        return Needs.NOTHING;
    }

    @Override
    public StepEnd run(Findings known) {
        Optional<BaseUrl> elsewhere = context.address().wanted().metricsUrl();
        if (elsewhere.isPresent()) {
            return at(elsewhere.get(), known);
        }
        Optional<Engine.Kind> kind = known.survey().answered(Survey.METRICS).flatMap(MetricsText::engine);
        if (kind.isPresent()) {
            return found(context.url().at("/metrics").toString(), kind.get(), known);
        }
        return StepEnd.skipped(known.admitted() ? notServed(known.engine()) : "needs HTTP", known);
    }

    private StepEnd at(BaseUrl url, Findings known) {
        return switch (context.client().getAt(url, context.timeouts().reply()).join()) {
            case Unanswered not ->
                StepEnd.of(
                        NetworkFailures.of(not.cause(), url, context.timeouts().reply()), known);
            case Answered page ->
                MetricsText.engine(page)
                        .map(kind -> found(url.base(), kind, known))
                        .orElseGet(() -> StepEnd.of(
                                new Failed(
                                        FailureKind.NO_METRICS,
                                        url.base() + " answers " + page.status()
                                                + " and not with metrics: correct --metrics-url, or leave it out"),
                                known));
        };
    }

    private static StepEnd found(String url, Engine.Kind kind, Findings known) {
        return StepEnd.passed(
                kind == Engine.Kind.UNKNOWN ? "metrics of an engine we do not know" : "metrics of " + kind.label(),
                known.withMetrics(new EngineMetrics(url, kind)));
    }

    private static String notServed(Engine engine) {
        return switch (engine.kind()) {
            case OLLAMA -> "Ollama has none; its own timings come with each answer of its native API";
            case LLAMA_CPP -> "not served: start llama-server with --metrics to see its queue and slots";
            case SGLANG -> "not served: start SGLang with --enable-metrics to see its queue and cache";
            case VLLM, TGI, OPENAI_COMPATIBLE, UNKNOWN ->
                "not served here: no engine metrics; give --metrics-url where they are elsewhere";
        };
    }
}
