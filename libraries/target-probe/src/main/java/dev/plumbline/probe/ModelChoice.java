package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.protocol.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which of the served models is measured. */
sealed interface ModelChoice {

    /**
     * This one.
     *
     * @param served its entry in the server's list; empty where there is no list
     * @param why it is this one
     */
    record Chosen(String model, Optional<ServedModel> served, String why) implements ModelChoice {}

    /** None. */
    record NotChosen(Failed failure) implements ModelChoice {}

    /** How much of an answer is read. */
    String READ = (TargetClient.MAX_BODY_BYTES >> 20) + " MiB";

    /**
     * The one asked for; else the only one; else the only one that is loaded.
     *
     * @param errorInside what the server says in place of a list, in brackets
     */
    static ModelChoice of(Optional<String> asked, Survey survey, BaseUrl url, Optional<String> errorInside) {
        Optional<List<ServedModel>> list = ServedModel.in(survey);
        if (list.isEmpty()) {
            boolean cut = survey.answered(Survey.MODELS)
                    .filter(answer -> answer.status() == 200 && answer.cut())
                    .isPresent();
            return asked.<ModelChoice>map(name -> new Chosen(
                            name,
                            Optional.empty(),
                            cut
                                    ? "as asked for; of the server's list only " + READ + " is read"
                                    : "as asked for; the server does not list its models"))
                    .orElseGet(() -> new NotChosen(new Failed(
                            FailureKind.MODEL_NOT_CHOSEN,
                            url.base()
                                    + (cut
                                            ? " lists more models than are read (" + READ + " of the list)"
                                            : " does not list its models" + errorInside.orElse(""))
                                    + ": name one with --model")));
        }
        List<ServedModel> models = list.get();
        List<String> ids = models.stream().map(ServedModel::id).toList();
        if (models.isEmpty()) {
            return new NotChosen(new Failed(
                    FailureKind.NO_MODEL, url.base() + " serves no model: load or pull one on the server first"));
        }
        if (asked.isPresent()) {
            return models.stream()
                    .filter(model -> model.isNamed(asked.get()))
                    .findFirst()
                    .<ModelChoice>map(model -> model.embedding()
                            ? new NotChosen(embeddingOnly(model.id()))
                            : new Chosen(model.id(), Optional.of(model), "as asked for"))
                    .orElseGet(() -> new NotChosen(missing(asked.get(), ids)));
        }
        List<ServedModel> writing =
                models.stream().filter(model -> !model.embedding()).toList();
        if (writing.isEmpty()) {
            return new NotChosen(embeddingOnly(Words.list(ids)));
        }
        if (writing.size() == 1) {
            return new Chosen(
                    writing.getFirst().id(),
                    Optional.of(writing.getFirst()),
                    models.size() == 1 ? "the only one" : "the only one that writes text");
        }
        List<String> loaded = loaded(survey);
        List<ServedModel> both =
                writing.stream().filter(model -> loaded.contains(model.id())).toList();
        if (both.size() == 1) {
            return new Chosen(both.getFirst().id(), Optional.of(both.getFirst()), "the only one that is loaded");
        }
        return new NotChosen(new Failed(
                FailureKind.MODEL_NOT_CHOSEN,
                writing.size() + " models are served: name one with --model: "
                        + Words.list(writing.stream().map(ServedModel::id).toList())));
    }

    static Failed missing(String asked, List<String> ids) {
        return new Failed(
                FailureKind.MODEL_MISSING,
                "model '" + Words.oneLine(asked) + "' is not served"
                        + (ids.size() == 1
                                ? ": leave --model out, or give --model " + Words.oneLine(ids.getFirst())
                                : "; the closest name is '" + Words.oneLine(Nearest.closest(asked, ids))
                                        + "': name one of " + Words.list(ids)));
    }

    static Failed embeddingOnly(String names) {
        return new Failed(
                FailureKind.NO_MODEL, names + " makes embeddings and writes no text: name or load a model that does");
    }

    private static List<String> loaded(Survey survey) {
        List<String> names = new ArrayList<>();
        for (JsonNode model : survey.json(Survey.OLLAMA_PS)
                .map(body -> (Iterable<JsonNode>) body.path("models"))
                .orElse(List.of())) {
            Json.text(model, "name").ifPresent(names::add);
        }
        return names;
    }
}
