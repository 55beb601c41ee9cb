package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.probe.Discovery.Facts;
import dev.plumbline.probe.Reply.Answered;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What the answers of a server say about engine and model. */
final class EngineFacts {

    private static final List<String> SGLANG_SETTINGS = List.of(
            "tp_size",
            "dp_size",
            "pp_size",
            "dtype",
            "kv_cache_dtype",
            "mem_fraction_static",
            "max_running_requests",
            "chunked_prefill_size",
            "attention_backend",
            "disable_radix_cache",
            "speculative_algorithm");
    private static final List<String> TGI_SETTINGS = List.of(
            "max_concurrent_requests",
            "max_input_tokens",
            "max_total_tokens",
            "max_batch_total_tokens",
            "waiting_served_ratio",
            "model_device_type");

    private final Survey survey;
    private final Optional<ServedModel> model;
    private final Optional<JsonNode> show;
    private final Map<String, String> subject = new TreeMap<>();

    /** @param show Ollama's answer about the model */
    EngineFacts(Survey survey, Optional<ServedModel> model, Optional<JsonNode> show) {
        this.survey = survey;
        this.model = model;
        this.show = show;
    }

    /** Which software serves; a list that names its owner counts for more than metric names, which others copy. */
    static Engine engine(Survey survey) {
        Optional<String> ollama = survey.json(Survey.OLLAMA_VERSION).flatMap(body -> Json.text(body, "version"));
        if (ollama.isPresent() && survey.json(Survey.OLLAMA_TAGS).isPresent()) {
            return new Engine(Engine.Kind.OLLAMA, ollama);
        }
        String owner = owner(survey);
        Optional<JsonNode> props = survey.json(Survey.PROPS).filter(body -> body.has("default_generation_settings"));
        String server = survey.answered(Survey.MODELS).flatMap(Answered::server).orElse("");
        if (owner.equals("llamacpp") || props.isPresent() || server.equals("llama.cpp")) {
            return new Engine(Engine.Kind.LLAMA_CPP, props.flatMap(body -> Json.text(body, "build_info")));
        }
        Optional<JsonNode> sglang = survey.json(Survey.SGLANG_INFO).filter(body -> body.has("tp_size"));
        if (owner.equals("sglang") || sglang.isPresent()) {
            return new Engine(Engine.Kind.SGLANG, sglang.flatMap(body -> Json.text(body, "version")));
        }
        Optional<JsonNode> tgi =
                survey.json(Survey.TGI_INFO).filter(body -> body.has("model_id") && body.has("version"));
        if (tgi.isPresent()) {
            return new Engine(Engine.Kind.TGI, tgi.flatMap(body -> Json.text(body, "version")));
        }
        Optional<String> version = survey.json(Survey.VERSION).flatMap(body -> Json.text(body, "version"));
        boolean metricsOfVllm = survey.answered(Survey.METRICS)
                .flatMap(MetricsText::engine)
                .filter(kind -> kind == Engine.Kind.VLLM)
                .isPresent();
        if (owner.equals("vllm") || (metricsOfVllm && version.isPresent())) {
            return new Engine(Engine.Kind.VLLM, version);
        }
        return new Engine(
                ServedModel.in(survey).isPresent() ? Engine.Kind.OPENAI_COMPATIBLE : Engine.Kind.UNKNOWN, version);
    }

    /** Where the engine tells more of itself; everywhere, when the model list does not say whose it is. */
    static List<String> toldBy(Survey survey) {
        return switch (owner(survey)) {
            case "vllm" -> List.of(Survey.VERSION);
            case "llamacpp" -> List.of(Survey.PROPS);
            case "sglang" -> List.of(Survey.SGLANG_INFO);
            case "library" -> List.of(Survey.OLLAMA_VERSION, Survey.OLLAMA_TAGS, Survey.OLLAMA_PS);
            default ->
                List.of(
                        Survey.VERSION,
                        Survey.PROPS,
                        Survey.TGI_INFO,
                        Survey.SGLANG_INFO,
                        Survey.OLLAMA_VERSION,
                        Survey.OLLAMA_TAGS,
                        Survey.OLLAMA_PS);
        };
    }

    private static String owner(Survey survey) {
        return survey.json(Survey.MODELS)
                .flatMap(body -> Json.text(body.path("data").path(0), "owned_by"))
                .orElse("")
                .toLowerCase(Locale.ROOT);
    }

    /** What prompt and answer may have together: as loaded, else as the list says, else as the model allows. */
    OptionalLong contextLengthTokens() {
        OptionalLong loaded = first(
                ps().map(entry -> Json.count(entry, "context_length")),
                survey.json(Survey.PROPS).map(body -> Json.count(body, "default_generation_settings", "n_ctx")),
                survey.json(Survey.TGI_INFO).map(body -> Json.count(body, "max_total_tokens")));
        OptionalLong listed = model.map(ServedModel::contextLengthTokens).orElse(OptionalLong.empty());
        return loaded.isPresent() ? loaded : listed;
    }

    /** Facts for the run record. */
    Facts facts(Engine engine, String endpointType, Map<String, String> gpu) {
        subject.put("engine", engine.kind().label());
        subject.put("engineVersion", engine.version().map(Words::oneLine).orElse(Facts.UNKNOWN));
        JsonNode entry = model.map(ServedModel::entry).orElse(Json.NOTHING);
        put("modelRevision", Json.text(entry, "digest"));
        put("quantization", Json.text(entry, "details", "quantization_level"));
        put("parameterSize", Json.text(entry, "details", "parameter_size"));
        put("modelFamily", Json.text(entry, "details", "family"));
        put("modelPath", Json.text(entry, "root"));
        put("quantization", Json.text(entry, "meta", "ftype"));
        put("parameters", Json.text(entry, "meta", "n_params"));
        survey.json(Survey.PROPS).ifPresent(this::llamaCpp);
        survey.json(Survey.SGLANG_INFO).ifPresent(this::sglang);
        survey.json(Survey.TGI_INFO).ifPresent(this::tgi);
        show.ifPresent(this::ollama);
        survey.answered(Survey.METRICS)
                .filter(page -> page.status() == 200)
                .ifPresent(page -> MetricsText.cacheSettings(page.text())
                        .forEach((name, value) -> put("serving." + name, Optional.of(value))));
        contextLengthTokens().ifPresent(tokens -> put("contextLengthTokens", Optional.of(Long.toString(tokens))));
        for (String wanted : List.of("modelRevision", "quantization")) {
            subject.putIfAbsent(wanted, Facts.UNKNOWN);
        }
        Map<String, String> conditions = new TreeMap<>(gpu);
        conditions.put("endpointType", endpointType);
        return new Facts(subject, conditions);
    }

    private void llamaCpp(JsonNode props) {
        put("modelPath", Json.text(props, "model_path"));
        put("quantization", Json.text(props, "model_ftype"));
        put("serving.total_slots", Json.text(props, "total_slots"));
        put("serving.speculative", Json.text(props, "default_generation_settings", "params", "speculative.types"));
        put("chatTemplate", Json.text(props, "chat_template").map(EngineFacts::digest));
    }

    private void sglang(JsonNode info) {
        put("modelPath", Json.text(info, "model_path"));
        put("modelRevision", Json.text(info, "revision"));
        put("quantization", Json.text(info, "quantization"));
        SGLANG_SETTINGS.forEach(name -> put("serving." + name, Json.text(info, name)));
    }

    private void tgi(JsonNode info) {
        put("modelPath", Json.text(info, "model_id"));
        put("modelRevision", Json.text(info, "model_sha"));
        put("precision", Json.text(info, "model_dtype"));
        put("image", Json.text(info, "docker_label"));
        TGI_SETTINGS.forEach(name -> put("serving." + name, Json.text(info, name)));
    }

    private void ollama(JsonNode answer) {
        put("quantization", Json.text(answer, "details", "quantization_level"));
        put("parameterSize", Json.text(answer, "details", "parameter_size"));
        put("parameters", Json.text(answer, "model_info", "general.parameter_count"));
        put("modelFamily", Json.text(answer, "model_info", "general.architecture"));
        put("chatTemplate", Json.text(answer, "template").map(EngineFacts::digest));
        // One setting per line: name and value.
        Json.text(answer, "parameters").stream()
                .flatMap(String::lines)
                .map(line -> line.strip().split("\\s+", 2))
                .filter(parts -> parts.length == 2 && !parts[0].equals("stop"))
                .limit(32)
                .forEach(parts -> put("serving." + parts[0], Optional.of(parts[1])));
        ps().flatMap(entry -> Json.text(entry, "size_vram"))
                .ifPresent(bytes -> put("serving.size_vram", Optional.of(bytes)));
    }

    private Optional<JsonNode> ps() {
        Optional<JsonNode> list = survey.json(Survey.OLLAMA_PS).map(body -> body.path("models"));
        if (list.isPresent() && model.isPresent()) {
            for (JsonNode entry : list.get()) {
                if (model.get().isNamed(entry.path("name").asText())) {
                    return Optional.of(entry);
                }
            }
        }
        return Optional.empty();
    }

    /** The first word on a fact counts. */
    private void put(String name, Optional<String> value) {
        value.map(Words::oneLine).ifPresent(text -> subject.putIfAbsent(name, text));
    }

    /** A template is compared, never read: its digest tells as much in one line. */
    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @SafeVarargs
    private static OptionalLong first(Optional<OptionalLong>... counts) {
        for (Optional<OptionalLong> count : counts) {
            if (count.isPresent() && count.get().isPresent()) {
                return count.get();
            }
        }
        return OptionalLong.empty();
    }
}
