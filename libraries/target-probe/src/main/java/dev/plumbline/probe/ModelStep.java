package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.plumbline.probe.ModelChoice.Chosen;
import dev.plumbline.probe.ModelChoice.NotChosen;
import dev.plumbline.probe.Reply.Answered;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** Exactly one model can be chosen, and it writes text. */
final class ModelStep implements ProbeStep {

    /** Tens of gigabytes over a line that is not the fastest. */
    private static final Duration PULLED_WITHIN = Duration.ofHours(2);

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
    public StepEnd run(Findings known) throws InterruptedException {
        if (mayPull(known.survey())) {
            Optional<StepOutcome.Failed> failure = pull();
            return failure.isPresent()
                    ? StepEnd.of(failure.get(), known)
                    : chosen(known.withSurvey(listsAgain(known.survey()), known.admitted()));
        }
        return chosen(known);
    }

    private StepEnd chosen(Findings known) {
        if (known.endpointType().isEmpty() && ServedModel.in(known.survey()).isEmpty()) {
            return StepEnd.of(needs().unmet(), known);
        }
        return switch (ModelChoice.of(
                context.address().wanted().model(), known.survey(), context.url(), errorInside(known.survey()))) {
            case NotChosen not -> StepEnd.of(withPull(not.failure(), known.survey()), known);
            case Chosen chosen -> found(chosen, known);
        };
    }

    private StepOutcome.Failed withPull(StepOutcome.Failed failed, Survey survey) {
        boolean couldBePulled = survey.json(Survey.OLLAMA_TAGS).isPresent()
                && (failed.kind() == FailureKind.MODEL_MISSING || failed.kind() == FailureKind.NO_MODEL);
        return couldBePulled && !context.address().wanted().pulled()
                ? new StepOutcome.Failed(failed.kind(), failed.line() + "; with --model NAME --pull Ollama pulls it")
                : failed;
    }

    /** Whether a model is asked for by name that an Ollama does not have, and that it may pull. */
    private boolean mayPull(Survey survey) {
        Optional<String> asked = context.address().wanted().model();
        return context.address().wanted().pulled()
                && asked.isPresent()
                && survey.json(Survey.OLLAMA_TAGS).isPresent()
                && ServedModel.in(survey).orElse(List.of()).stream().noneMatch(model -> model.isNamed(asked.get()));
    }

    private Optional<StepOutcome.Failed> pull() throws InterruptedException {
        String model = context.address().wanted().model().orElseThrow();
        context.listener()
                .waiting(
                        Step.MODEL,
                        "Ollama pulls " + Words.oneLine(model) + ", waiting up to " + Words.duration(PULLED_WITHIN));
        String request = JsonNodeFactory.instance
                .objectNode()
                .put("model", model)
                .put("stream", false)
                .toString();
        try {
            Reply reply = context.client()
                    .api("POST", "/api/pull", Optional.of(request.getBytes(StandardCharsets.UTF_8)), PULLED_WITHIN)
                    .get();
            return switch (reply) {
                case Answered answer
                when answer.status() == 200 && answer.errorInside().isEmpty() -> Optional.empty();
                case Answered answer ->
                    Optional.of(new StepOutcome.Failed(
                            FailureKind.MODEL_MISSING,
                            "Ollama cannot pull " + Words.oneLine(model)
                                    + context.httpFailures().said(answer)
                                    + ": check its name, and that the server reaches its registry"));
                case Reply.Unanswered not -> Optional.of(NetworkFailures.of(not.cause(), context.url(), PULLED_WITHIN));
            };
        } catch (ExecutionException e) {
            return Optional.of(NetworkFailures.of(TargetClient.cause(e), context.url(), PULLED_WITHIN));
        }
    }

    private Survey listsAgain(Survey before) {
        Survey survey = before;
        for (String list : List.of(Survey.MODELS, Survey.OLLAMA_TAGS)) {
            survey = survey.with(
                    list,
                    context.client()
                            .get(
                                    list.substring("GET ".length()),
                                    context.timeouts().reply())
                            .join());
        }
        return survey;
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
