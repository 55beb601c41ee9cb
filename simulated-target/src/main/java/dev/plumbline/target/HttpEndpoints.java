package dev.plumbline.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.target.lockstep.LockstepCore;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What is served under which path. Used on the event loop only. */
final class HttpEndpoints implements Handler<HttpServerRequest> {

    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Pattern TRACE_PARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final Map<String, Protocol> GENERATIONS = Map.of(
            "/v1/chat/completions", Protocol.CHAT,
            "/v1/completions", Protocol.COMPLETIONS,
            "/api/generate", Protocol.OLLAMA_GENERATE,
            "/api/chat", Protocol.OLLAMA_CHAT,
            "/v1/messages", Protocol.MESSAGES,
            "/v1/responses", Protocol.RESPONSES);
    private static final String RESET_PREFIX_CACHE = "/reset_prefix_cache";
    private static final int DEFAULT_LOG_RECORDS = 1000;

    private final SimulatedTargetSettings settings;
    private final TargetClock clock;
    private final TargetEngine engine;
    private final EmitLog emitLog;
    private final Map<String, Map<HttpMethod, BiConsumer<HttpServerRequest, byte[]>>> routes;
    private final int blockTokens;
    private long ordinal;

    HttpEndpoints(
            SimulatedTargetSettings settings, TargetClock clock, TargetEngine engine, Timers timers, EmitLog emitLog) {
        this.settings = settings;
        this.clock = clock;
        this.engine = engine;
        this.emitLog = emitLog;
        this.blockTokens = settings.lockstep()
                .map(lockstep -> lockstep.kv().prefixCache() ? lockstep.kv().blockTokens() : 0)
                .orElse(0);
        Map<String, Map<HttpMethod, BiConsumer<HttpServerRequest, byte[]>>> served = new HashMap<>();
        GENERATIONS.forEach((path, protocol) ->
                served.put(path, Map.of(HttpMethod.POST, (request, body) -> generate(request, body, protocol))));
        served.put("/tokenize", Map.of(HttpMethod.POST, this::tokenize));
        served.put("/v1/models", get(request -> json(request.response(), models())));
        served.put("/health", get(request -> health(request.response())));
        served.put("/metrics", get(request -> metrics(request.response())));
        served.put("/admin/state", get(request -> json(request.response(), state())));
        served.put("/admin/emit-log", get(this::emitLog));
        served.put(
                "/admin/regressions",
                Map.of(
                        HttpMethod.GET,
                        (request, body) -> json(request.response(), regressions()),
                        HttpMethod.POST,
                        this::setRegressions,
                        HttpMethod.DELETE,
                        (request, body) -> {
                            engine.setRegressions(Regressions.NONE);
                            json(request.response(), state());
                        }));
        engine.core().ifPresent(core -> {
            served.put("/admin/nvidia-smi", get(new GpuEndpoint(core, clock, timers)::answer));
            served.put(RESET_PREFIX_CACHE, Map.of(HttpMethod.POST, (request, body) -> {
                core.resetPrefixCache();
                request.response().end();
            }));
        });
        this.routes = Map.copyOf(served);
    }

    private void health(HttpServerResponse response) {
        boolean dead = engine.core().map(LockstepCore::isDead).orElse(false);
        response.setStatusCode(dead ? 503 : 200).end();
    }

    private static Map<HttpMethod, BiConsumer<HttpServerRequest, byte[]>> get(Consumer<HttpServerRequest> answer) {
        return Map.of(HttpMethod.GET, (request, body) -> answer.accept(request));
    }

    @Override
    public void handle(HttpServerRequest request) {
        // Refused or not, the body is read to its end: an answer to a client that still writes is lost in a reset.
        BiConsumer<HttpServerRequest, byte[]> route = refusal(request)
                .<BiConsumer<HttpServerRequest, byte[]>>map(
                        refused -> (asked, body) -> refuse(asked.response(), refused))
                .orElseGet(() -> methodsOf(request).get(request.method()));
        Body body = new Body(request, route);
        request.handler(body::add);
        request.endHandler(end -> body.complete());
    }

    private Map<HttpMethod, BiConsumer<HttpServerRequest, byte[]>> methodsOf(HttpServerRequest request) {
        return routes.getOrDefault(String.valueOf(request.path()), Map.of());
    }

    private Optional<RequestRefused> refusal(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        Map<HttpMethod, BiConsumer<HttpServerRequest, byte[]>> methods = methodsOf(request);
        if (methods.isEmpty()) {
            return Optional.of(new RequestRefused(404, "NotFoundError", Optional.empty(), "Not Found: " + path));
        }
        if (!methods.containsKey(request.method())) {
            return Optional.of(new RequestRefused(
                    405, "MethodNotAllowedError", Optional.empty(), "Method Not Allowed: " + request.method()));
        }
        boolean orders = path.startsWith("/admin/") || path.equals(RESET_PREFIX_CACHE);
        if (orders && !request.method().equals(HttpMethod.GET)) {
            return settings.control()
                    .refusal(
                            request.remoteAddress().hostAddress(), name -> Optional.ofNullable(request.getHeader(name)))
                    .map(refused ->
                            new RequestRefused(refused.status(), "ControlRefused", Optional.empty(), refused.line()));
        }
        if (path.startsWith("/v1/") && !isAuthorized(request)) {
            return Optional.of(new RequestRefused(401, "Unauthorized", Optional.empty(), "Unauthorized"));
        }
        return Optional.empty();
    }

    private boolean isAuthorized(HttpServerRequest request) {
        if (settings.endpoint().apiKey().isEmpty()) {
            return true;
        }
        String key = settings.endpoint().apiKey().get();
        // Anthropic's way and everybody else's; a server of both takes both.
        String bare = request.getHeader("x-api-key");
        String given = bare == null ? request.getHeader("authorization") : bare;
        String wanted = bare == null ? "Bearer " + key : key;
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), wanted.getBytes(StandardCharsets.UTF_8));
    }

    private RequestRefused tooLarge() {
        return new RequestRefused(
                413,
                "RequestEntityTooLarge",
                Optional.empty(),
                "The body is larger than " + settings.capacity().maxBodyBytes() + " bytes.");
    }

    private static void refuse(HttpServerResponse response, RequestRefused refused) {
        if (refused.status() == 401) {
            // vLLM's own shape: the error is a text here and an object elsewhere.
            response.setStatusCode(401)
                    .putHeader("content-type", "application/json")
                    .end("{\"error\":\"Unauthorized\"}");
        } else {
            HttpReply.refuse(response, refused.status(), refused.body());
        }
    }

    private void generate(HttpServerRequest request, byte[] bytes, Protocol protocol) {
        long receivedNanos = clock.nanos();
        HttpServerResponse response = request.response();
        String id = request.getHeader("x-request-id");
        try {
            if (id != null && !REQUEST_ID.matcher(id).matches()) {
                throw RequestRefused.badRequest(
                        "X-Request-Id", "X-Request-Id must be 1 to 128 letters, digits or any of . _ : -");
            }
            RequestBody body = RequestBody.parse(
                    bytes,
                    protocol,
                    settings.endpoint().model(),
                    settings.capacity().maxModelLengthTokens(),
                    blockTokens);
            long key = id == null ? Draws.keyOf(settings.seed(), ordinal) : Draws.keyOf(settings.seed(), id);
            String name = id == null ? "ordinal-" + ordinal : id;
            response.putHeader("x-request-id", name);
            HttpReply reply = new HttpReply(response, protocol, body, key, settings, clock);
            // One that is none is to be ignored.
            Optional<String> traceparent = Optional.ofNullable(request.getHeader("traceparent"))
                    .filter(trace -> TRACE_PARENT.matcher(trace).matches());
            for (int choice = 0; choice < body.choices() && !reply.isOver(); choice++) {
                String each = body.choices() == 1 ? name : name + ":" + choice;
                GenerationRequest generation = new GenerationRequest(
                        each,
                        ordinal++,
                        body.choices() == 1 ? key : Draws.keyOf(key, choice),
                        body.promptOf(choice).tokens(),
                        body.limitTokens(),
                        body.smallestTokens(),
                        body.promptOf(choice).blocks(),
                        traceparent);
                reply.submitted(engine.submit(generation, receivedNanos, reply.choice(choice)));
            }
            if (!response.ended()) {
                response.closeHandler(closed -> reply.disconnect());
            }
        } catch (RequestRefused e) {
            HttpReply.refuse(response, e.status(), protocol.refusal(e));
        }
    }

    /**
     * Counts as vLLM's, a text as what it is: with special tokens, which are around a prompt, a token per four characters; without them
     * words, which is exact for what this target writes.
     */
    private void tokenize(HttpServerRequest request, byte[] bytes) {
        try {
            JsonNode body = RequestBody.json(bytes);
            String text = body.path("prompt").asText(body.path("content").asText(""));
            int words = text.isBlank() ? 0 : text.strip().split("\\s+").length;
            int count = body.path("add_special_tokens").asBoolean(true) ? RequestBody.tokens(text.length()) : words;
            ObjectNode counted = object().put("count", count)
                    .put("max_model_len", settings.capacity().maxModelLengthTokens());
            ArrayNode tokens = counted.putArray("tokens");
            IntStream.range(0, count).forEach(tokens::add);
            json(request.response(), counted.putNull("token_strs"));
        } catch (RequestRefused e) {
            refuse(request.response(), e);
        }
    }

    private void metrics(HttpServerResponse response) {
        response.putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                .end(engine.exposition());
    }

    private ObjectNode models() {
        ObjectNode body = object().put("object", "list");
        body.putArray("data")
                .addObject()
                .put("id", settings.endpoint().model())
                .put("object", "model")
                .put("created", clock.epochMillis() / 1000)
                .put("owned_by", "plumbline")
                .put("root", settings.endpoint().model())
                .putNull("parent")
                .put("max_model_len", settings.capacity().maxModelLengthTokens());
        return body;
    }

    private void emitLog(HttpServerRequest request) {
        String text = request.getParam("limit", Integer.toString(DEFAULT_LOG_RECORDS));
        int limit = text.matches("\\d{1,6}") ? Math.min(Integer.parseInt(text), EmitLog.RING_RECORDS) : 0;
        if (limit < 1) {
            refuse(
                    request.response(),
                    RequestRefused.badRequest("limit", "limit must be 1 to " + EmitLog.RING_RECORDS + ", got " + text));
            return;
        }
        StringBuilder lines = new StringBuilder();
        emitLog.latest(limit).forEach(each -> lines.append(each.toJson()).append('\n'));
        request.response().putHeader("content-type", "application/x-ndjson").end(lines.toString());
    }

    private void setRegressions(HttpServerRequest request, byte[] bytes) {
        try {
            JsonNode body = RequestBody.json(bytes);
            Regressions changed = engine.regressions();
            for (Map.Entry<String, JsonNode> field : body.properties()) {
                if (!field.getValue().isNumber()) {
                    throw RequestRefused.badRequest(
                            field.getKey(), field.getKey() + " must be a number, got " + field.getValue());
                }
                changed = changed.with(field.getKey(), field.getValue().doubleValue());
            }
            if (body.isEmpty()) {
                throw RequestRefused.badRequest("body", "name at least one of " + Regressions.NAMES);
            }
            engine.setRegressions(changed);
            json(request.response(), state());
        } catch (IllegalArgumentException e) {
            refuse(request.response(), RequestRefused.badRequest("regressions", String.valueOf(e.getMessage())));
        } catch (RequestRefused e) {
            refuse(request.response(), e);
        }
    }

    private ObjectNode regressions() {
        Regressions now = engine.regressions();
        ObjectNode body = object().put("prefillFactor", now.prefillFactor())
                .put("decodeFactor", now.decodeFactor())
                .put("errorShare", now.errorShare())
                .put("streamErrorShare", now.streamErrorShare())
                .put("emptyShare", now.emptyShare())
                .put("stallShare", now.stallShare())
                .put("stallMillis", now.stallMillis());
        now.slots().ifPresent(slots -> body.put("slots", slots));
        return body;
    }

    private ObjectNode state() {
        ObjectNode body = object();
        body.set("regressions", regressions());
        body.set("activeRegressions", JsonNodeFactory.instance.arrayNode());
        engine.regressions().active().forEach(body.withArray("activeRegressions")::add);
        ObjectNode lastSwitch = object();
        engine.lastSwitchNanos().ifPresent(nanos -> lastSwitch.put("nanos", nanos));
        engine.lastSwitchEpochMillis().ifPresent(millis -> lastSwitch.put("epochMillis", millis));
        body.set("lastSwitch", lastSwitch);
        body.put("nanos", clock.nanos()).put("epochMillis", clock.epochMillis()).put("seed", settings.seed());
        body.put("slots", engine.slots()).put("running", engine.running()).put("waiting", engine.waiting());
        ObjectNode outcomes = body.putObject("outcomes");
        for (EmitOutcome outcome : EmitOutcome.values()) {
            outcomes.put(outcome.name(), engine.metrics().count(outcome));
        }
        body.putObject("lateness")
                .put("emissions", engine.lateness().total())
                .put("p50BelowMicros", engine.lateness().belowMicros(0.5))
                .put("p99BelowMicros", engine.lateness().belowMicros(0.99))
                .put("maxNanos", engine.lateness().maxNanos());
        body.put("emitLogDropped", emitLog.dropped());
        if (engine instanceof LockstepEngine steps) {
            body.set("steps", steps(steps));
        }
        return body;
    }

    private ObjectNode steps(LockstepEngine engine) {
        LockstepCore core = engine.core().orElseThrow();
        return object().put("count", engine.steps())
                .put("lateRestarts", engine.restarts())
                .put("preemptions", core.preemptions())
                .put("kvUsage", core.kvUsage())
                .put("prefixTokensQueried", core.queriedTokens())
                .put("prefixTokensHit", core.hitTokens())
                .put("memoryUsedBytes", core.usedBytes())
                .put("dead", core.isDead());
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static void json(HttpServerResponse response, ObjectNode body) {
        response.putHeader("content-type", "application/json").end(body.toString());
    }

    /** Gathers a body up to its limit, refuses a larger one, and cuts one that does not end soon after. */
    private final class Body {
        private static final int CUT_AT_LIMITS = 16;

        private final HttpServerRequest request;
        private final BiConsumer<HttpServerRequest, byte[]> route;
        private Buffer gathered = Buffer.buffer();
        private long totalBytes;
        private boolean refused;

        Body(HttpServerRequest request, BiConsumer<HttpServerRequest, byte[]> route) {
            this.request = request;
            this.route = route;
        }

        void add(Buffer part) {
            long limitBytes = settings.capacity().maxBodyBytes();
            totalBytes += part.length();
            if (totalBytes <= limitBytes) {
                gathered.appendBuffer(part);
            } else if (!refused) {
                refused = true;
                gathered = Buffer.buffer();
                refuse(request.response(), tooLarge());
            } else if (totalBytes > CUT_AT_LIMITS * limitBytes) {
                request.connection().close();
            }
        }

        void complete() {
            if (!refused) {
                route.accept(request, gathered.getBytes());
            }
        }
    }
}
