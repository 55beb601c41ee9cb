package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.plumbline.probe.ModelChoice.Chosen;
import dev.plumbline.probe.ModelChoice.NotChosen;
import dev.plumbline.probe.Reply.Answered;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Exactly one model can be chosen, and it writes text. */
final class ModelStep implements ProbeStep {

    private final ProbeContext context;

    ModelStep(ProbeContext context) {
        this.context = context;
    }

    @Override
    public Step step() {
        return Step.MODEL;
    }

    /** Not the protocol: a server that lists its models is asked for them whichever API it lacks. */
    @Override
    public Needs needs() {
        return Needs.of("a protocol", Step.HTTP);
    }

    @Override
    public StepEnd run(Findings known) {
        if (known.endpointType().isEmpty() && ServedModel.in(known.survey()).isEmpty()) {
            return StepEnd.of(needs().unmet(), known);
        }
        return switch (ModelChoice.of(
                context.address().wanted().model(), known.survey(), context.url(), errorInside(known.survey()))) {
            case NotChosen not -> StepEnd.of(not.failure(), known);
            case Chosen chosen -> found(chosen, known);
        };
    }

    private Optional<String> errorInside(Survey survey) {
        return survey.answered(Survey.MODELS)
                .filter(answer -> answer.errorInside().isPresent())
                .map(answer -> context.httpFailures().said(answer));
    }

    private StepEnd found(Chosen chosen, Findings known) {
        Optional<JsonNode> show =
                known.engine().kind() == Engine.Kind.OLLAMA ? ollamaShow(chosen.model()) : Optional.empty();
        boolean writesNothing = show.map(answer -> answer.path("capabilities"))
                .filter(JsonNode::isArray)
                .filter(list -> !list.isEmpty() && !list.toString().contains("\"completion\""))
                .isPresent();
        if (writesNothing) {
            return StepEnd.of(ModelChoice.embeddingOnly(chosen.model()), known);
        }
        String length = new EngineFacts(known.survey(), chosen.served(), show)
                .contextLengthTokens().stream()
                        .mapToObj(tokens -> ", context " + tokens + " tokens")
                        .findFirst()
                        .orElse("");
        return StepEnd.passed(
                Words.oneLine(chosen.model()) + " (" + chosen.why() + ")" + length, known.withModel(chosen, show));
    }

    private Optional<JsonNode> ollamaShow(String model) {
        String request =
                JsonNodeFactory.instance.objectNode().put("model", model).toString();
        Reply reply = context.client()
                .api(
                        "POST",
                        "/api/show",
                        Optional.of(request.getBytes(StandardCharsets.UTF_8)),
                        context.timeouts().extras())
                .join();
        return reply instanceof Answered answer && answer.status() == 200 ? answer.json() : Optional.empty();
    }
}
