package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.protocol.EndpointType;
import java.util.Optional;

/** It has an API that we drive. */
final class ProtocolStep implements ProbeStep {

    private final ProbeContext context;
    private final SoughtApis apis;

    ProtocolStep(ProbeContext context) {
        this.context = context;
        this.apis = new SoughtApis(context.address());
    }

    @Override
    public Step step() {
        return Step.PROTOCOL;
    }

    @Override
    public Needs needs() {
        return Needs.of("HTTP", Step.HTTP);
    }

    @Override
    public StepEnd run(Findings known) {
        for (EndpointType type : apis.first()) {
            if (known.survey()
                    .answered(apis.posted(type))
                    .filter(SoughtApis::exists)
                    .isPresent()) {
                return found(type, known);
            }
        }
        if (apis.asked().isEmpty()) {
            for (EndpointType type : SoughtApis.LESS_COMMON) {
                if (isServed(type)) {
                    return found(type, known);
                }
            }
        }
        return StepEnd.of(noApi(known.survey()), known);
    }

    private boolean isServed(EndpointType type) {
        return context.client()
                                .api(
                                        "POST",
                                        context.url().path(type),
                                        SoughtApis.noRequest(),
                                        context.timeouts().reply())
                                .join()
                        instanceof Answered answer
                && SoughtApis.exists(answer);
    }

    private StepEnd found(EndpointType type, Findings known) {
        return StepEnd.passed(
                type.shortName() + ", " + apis.posted(type) + "; " + known.engine(), known.withEndpointType(type));
    }

    private Failed noApi(Survey survey) {
        BaseUrl url = context.url();
        Optional<EndpointType> asked = apis.asked();
        Optional<Answered> list = survey.answered(Survey.MODELS);
        Optional<Answered> posted = survey.answered(apis.posted(apis.first().getFirst()));
        boolean isLlmServer = ServedModel.in(survey).isPresent();
        if (isLlmServer && posted.isPresent() && posted.get().status() == 501) {
            return ModelChoice.embeddingOnly(url.base());
        }
        if (isLlmServer && asked.isPresent()) {
            return new Failed(
                    FailureKind.NO_SUCH_API,
                    url.base() + " does not have " + url.path(asked.get()) + answers(posted)
                            + (context.address().wanted().endpointType().isPresent()
                                    ? ": leave --endpoint-type out, or name another one"
                                    : ": correct the path in --url, or leave it out"));
        }
        if (isLlmServer) {
            return new Failed(
                    FailureKind.NO_SUCH_API,
                    url.base() + " lists models and has none of the APIs that we drive" + answers(posted)
                            + ": serve one that does, or check the path in --url");
        }
        return context.httpFailures().noLlmServer(list.or(() -> posted).orElseThrow());
    }

    private static String answers(Optional<Answered> posted) {
        return posted.map(answer -> " (" + answer.asked() + " answers " + answer.status() + ")")
                .orElse("");
    }
}
