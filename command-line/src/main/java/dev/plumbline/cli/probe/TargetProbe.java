package dev.plumbline.cli.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.plumbline.cli.probe.Discovery.EngineMetrics;
import dev.plumbline.cli.probe.Discovery.Facts;
import dev.plumbline.cli.probe.Doorstep.Resolution;
import dev.plumbline.cli.probe.GpuTool.Sight;
import dev.plumbline.cli.probe.ModelChoice.Chosen;
import dev.plumbline.cli.probe.ModelChoice.NotChosen;
import dev.plumbline.cli.probe.Reply.Answered;
import dev.plumbline.cli.probe.Reply.Unanswered;
import dev.plumbline.cli.probe.StepOutcome.Failed;
import dev.plumbline.cli.probe.StepOutcome.Passed;
import dev.plumbline.cli.probe.StepOutcome.Skipped;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    private static final byte[] NO_REQUEST = "{}".getBytes(StandardCharsets.US_ASCII);
    /** Looked for where a server has no chat of OpenAI's. */
    private static final List<EndpointType> LESS_COMMON = List.of(
            EndpointType.COMPLETIONS,
            EndpointType.RESPONSES,
            EndpointType.MESSAGES,
            EndpointType.OLLAMA_CHAT,
            EndpointType.OLLAMA_GENERATE);

    private final TargetAddress address;
    private final ProbeTimeouts timeouts;
    private final BaseUrl url;
    private final LongSupplier nanos;
    private final ProbeListener listener;
    private final GpuTool gpuTool;
    private final SSLContext tls;
    private final HttpFailures httpFailures;
    private final List<StepResult> results = new ArrayList<>();
    private long stepStartNanos;

    /** Ollama's answer about the model. */
    private Optional<JsonNode> shown = Optional.empty();

    /**
     * @param nanos monotonic nanoseconds
     * @param searchPath folders to look for the GPU tool in, as in the PATH variable
     * @throws IllegalArgumentException with one line for the user, when the CA file cannot be used
     */
    public TargetProbe(TargetAddress address, LongSupplier nanos, String searchPath, ProbeListener listener) {
        this.address = address;
        this.timeouts = address.timeouts();
        this.url = address.url();
        this.nanos = nanos;
        this.listener = listener;
        this.gpuTool = new GpuTool(searchPath);
        boolean tlsUsed =
                url.tls() || address.wanted().metricsUrl().map(BaseUrl::tls).orElse(false);
        this.tls = TlsTrust.of(address.route().caFile(), tlsUsed);
        this.httpFailures = new HttpFailures(address);
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
        stepStartNanos = nanos.getAsLong();
        // The client takes longer to make than a connection; both at once.
        CompletableFuture<TargetClient> making = CompletableFuture.supplyAsync(() -> new TargetClient(address, tls));
        Optional<List<InetAddress>> addresses = resolve();
        CompletableFuture<Sight> gpu = addresses.map(this::isHere).orElse(false)
                ? gpuTool.look()
                : CompletableFuture.completedFuture(new Sight(
                        new Skipped(
                                addresses.isPresent()
                                        ? "the target is on another machine, its GPUs are not seen from here; give them with"
                                                + " --metadata gpu=…"
                                        : "needs DNS"),
                        Map.of()));
        boolean open = shakeHands(connect(addresses), addresses);
        try (TargetClient client = making.join()) {
            return ask(client, open, addresses, gpu, withAnswer);
        }
    }

    private ProbeReport ask(
            TargetClient client,
            boolean open,
            Optional<List<InetAddress>> addresses,
            CompletableFuture<Sight> gpu,
            boolean withAnswer)
            throws InterruptedException {
        boolean generic = address.wanted().generic().isPresent();
        Survey survey = open && !generic ? survey(client) : new Survey(Map.of());
        boolean letIn = false;
        if (!open) {
            skip(Step.HTTP, "needs a connection");
        } else if (generic) {
            skip(Step.HTTP, "part of the short answer");
        } else {
            letIn = step(Step.HTTP, letIn(survey, addresses));
        }
        Optional<EndpointType> type = Optional.empty();
        Optional<Chosen> chosen = Optional.empty();
        Engine engine = EngineFacts.engine(survey);
        if (letIn) {
            type = endpointType(client, survey, engine);
            chosen = type.isPresent() || ServedModel.in(survey).isPresent() ? model(client, survey) : Optional.empty();
        } else if (open && generic) {
            step(Step.PROTOCOL, new Passed("generic, as described"));
            type = Optional.of(EndpointType.GENERIC);
            chosen = Optional.of(new Chosen(address.wanted().model().orElse(""), Optional.empty(), "as asked for"));
            skip(Step.MODEL, "not asked of a generic API");
        } else {
            skip(Step.PROTOCOL, "needs HTTP");
        }
        if (results.getLast().step() != Step.MODEL) {
            skip(Step.MODEL, "needs a protocol");
        }
        if (!withAnswer) {
            skip(Step.ANSWER, "not asked for");
        } else if (type.isPresent() && chosen.isPresent()) {
            RequestParameters parameters = parameters(chosen.get().model());
            boolean answered = step(
                    Step.ANSWER,
                    new AnswerTrial(address, nanos)
                            .run(
                                    client,
                                    type.get() == EndpointType.GENERIC
                                            ? Protocol.generic(
                                                    address.wanted().generic().orElseThrow(), parameters)
                                            : Protocol.of(type.get(), parameters)));
            if (answered && engine.kind() == Engine.Kind.OLLAMA) {
                // The answer has loaded the model, and only a loaded one has a context length.
                survey = survey.with(
                        Survey.OLLAMA_PS,
                        client.get("/api/ps", timeouts.extras()).join());
            }
        } else {
            skip(Step.ANSWER, "needs protocol and model");
        }
        Optional<EngineMetrics> metrics = metrics(client, survey, engine, letIn);
        Sight sight = gpu.join();
        step(Step.GPU_TOOL, sight.outcome());
        Optional<Discovery> discovery = Optional.empty();
        if (type.isPresent() && chosen.isPresent()) {
            discovery = Optional.of(discovery(survey, type.get(), chosen.get(), engine, metrics, sight));
        }
        return new ProbeReport(results, discovery);
    }

    private Discovery discovery(
            Survey survey,
            EndpointType type,
            Chosen chosen,
            Engine engine,
            Optional<EngineMetrics> metrics,
            Sight sight) {
        EngineFacts facts = new EngineFacts(survey, chosen.served(), shown);
        Map<String, String> gpu = new LinkedHashMap<>(sight.facts());
        for (String wanted : List.of("gpu", "gpuCount", "gpuDriver")) {
            gpu.putIfAbsent(wanted, Facts.UNKNOWN);
        }
        return new Discovery(
                url,
                type,
                chosen.model(),
                engine,
                facts.contextLengthTokens(),
                metrics,
                facts.facts(engine, type.shortName(), gpu));
    }

    private static RequestParameters parameters(String model) {
        return RequestParameters.of(model, true, AnswerTrial.TOKENS, 0);
    }

    private Optional<List<InetAddress>> resolve() throws InterruptedException {
        String host =
                address.route().proxy().map(InetSocketAddress::getHostString).orElse(url.host());
        return switch (new Doorstep(url, timeouts.connect()).resolve(host)) {
            case Resolution.Found it -> {
                step(Step.DNS, Doorstep.resolved(it.addresses()));
                yield Optional.of(it.addresses());
            }
            case Resolution.NotFound not -> {
                step(Step.DNS, not.failure());
                yield Optional.empty();
            }
        };
    }

    private boolean connect(Optional<List<InetAddress>> addresses) {
        if (addresses.isEmpty()) {
            skip(Step.CONNECT, "needs DNS");
            return false;
        }
        int port = address.route().proxy().map(InetSocketAddress::getPort).orElse(url.port());
        String where = address.route()
                .proxy()
                .map(proxy -> "the proxy " + proxy.getHostString())
                .orElse(url.host());
        return step(Step.CONNECT, new Doorstep(url, timeouts.connect()).connect(addresses.get(), where, port));
    }

    private boolean shakeHands(boolean connected, Optional<List<InetAddress>> addresses) {
        if (!connected) {
            skip(Step.TLS, "needs a connection");
            return false;
        }
        if (!url.tls()) {
            skip(Step.TLS, "plain http");
            return true;
        }
        if (address.route().proxy().isPresent()) {
            skip(Step.TLS, "through the proxy, part of the next step");
            return true;
        }
        Doorstep doorstep = new Doorstep(url, timeouts.connect());
        InetAddress first = addresses.orElseThrow().getFirst();
        StepOutcome outcome = doorstep.shakeHands(tls, first);
        // Some servers answer a handshake in plain HTTP, others wait for the end of what they take for a line.
        boolean mayBePlain = outcome instanceof Failed failed
                && (failed.kind() == FailureKind.TIMEOUT || failed.kind() == FailureKind.TLS_REFUSED);
        return step(
                Step.TLS,
                mayBePlain && doorstep.speaksHttp(first, timeouts.extras())
                        ? NetworkFailures.speaksPlainHttp(url)
                        : outcome);
    }

    /** Asks everything at once, and again while the engine says that it loads its model. */
    private Survey survey(TargetClient client) throws InterruptedException {
        long giveUpNanos = nanos.getAsLong() + timeouts.loading().toNanos();
        Survey survey = surveyOnce(client);
        while (survey.isLoading() && nanos.getAsLong() < giveUpNanos) {
            listener.waiting(
                    Step.HTTP, "the engine loads its model, waiting up to " + Words.duration(timeouts.loading()));
            Thread.sleep(timeouts.loadingPause());
            survey = surveyOnce(client);
        }
        return survey;
    }

    private Survey surveyOnce(TargetClient client) throws InterruptedException {
        Map<String, CompletableFuture<Reply>> needed = new LinkedHashMap<>();
        needed.put(Survey.MODELS, client.api("GET", url.modelsPath(), Optional.empty(), timeouts.reply()));
        for (EndpointType type : firstTypes()) {
            needed.put(posted(type), client.api("POST", url.path(type), Optional.of(NO_REQUEST), timeouts.reply()));
        }
        Map<String, CompletableFuture<Reply>> extras = new LinkedHashMap<>();
        List.of(Survey.METRICS, Survey.HEALTH).forEach(one -> extras.put(one, get(client, one)));
        Map<String, Reply> replies = new LinkedHashMap<>();
        needed.forEach((asked, reply) -> replies.put(asked, reply.join()));
        EngineFacts.toldBy(new Survey(replies)).forEach(one -> extras.put(one, get(client, one)));
        long giveUpNanos = nanos.getAsLong() + timeouts.extras().toNanos();
        for (Map.Entry<String, CompletableFuture<Reply>> extra : extras.entrySet()) {
            long leftNanos = Math.max(0, giveUpNanos - nanos.getAsLong());
            try {
                replies.put(extra.getKey(), extra.getValue().get(leftNanos, TimeUnit.NANOSECONDS));
            } catch (TimeoutException | ExecutionException e) {
                replies.put(extra.getKey(), new Unanswered(extra.getKey(), e));
            }
        }
        return new Survey(replies);
    }

    private CompletableFuture<Reply> get(TargetClient client, String asked) {
        return client.get(asked.substring("GET ".length()), timeouts.reply());
    }

    /** The API to look for first: the one that is asked for, else OpenAI's chat. */
    private List<EndpointType> firstTypes() {
        return askedType().map(List::of).orElse(List.of(EndpointType.CHAT));
    }

    private Optional<EndpointType> askedType() {
        return address.wanted().endpointType().or(url::endpointType);
    }

    private StepOutcome letIn(Survey survey, Optional<List<InetAddress>> addresses) {
        List<String> doors = new ArrayList<>();
        firstTypes().forEach(type -> doors.add(posted(type)));
        doors.add(Survey.MODELS);
        List<Answered> answers =
                doors.stream().flatMap(door -> survey.answered(door).stream()).toList();
        if (answers.isEmpty()) {
            return noHttp(survey, addresses);
        }
        if (survey.isLoading()) {
            return new Failed(
                    FailureKind.LOADING,
                    url.base() + " still loads its model after " + Words.duration(timeouts.loading())
                            + ": wait until it is ready, or look at its log");
        }
        // Some servers look at the key after the request, some before: a 401 anywhere is one.
        Optional<Failed> unauthorized = answers.stream()
                .filter(answer -> answer.status() == 401)
                .flatMap(answer -> httpFailures.atTheDoor(answer).stream())
                .findFirst();
        if (unauthorized.isPresent()) {
            return unauthorized.get();
        }
        boolean open = firstTypes().stream()
                .flatMap(type -> survey.answered(posted(type)).stream())
                .anyMatch(answer -> exists(answer)
                        && (answer.status() == 500
                                || httpFailures.atTheDoor(answer).isEmpty()));
        Optional<Failed> closed = answers.stream()
                .flatMap(answer -> httpFailures.atTheDoor(answer).stream())
                .findFirst();
        if (!open && closed.isPresent()) {
            return closed.get();
        }
        return new Passed("HTTP/1.1"
                + answers.stream()
                        .flatMap(answer -> answer.server().stream())
                        .findFirst()
                        .map(name -> ", " + Words.oneLine(name))
                        .orElse(""));
    }

    private StepOutcome noHttp(Survey survey, Optional<List<InetAddress>> addresses) {
        Reply reply = survey.replies()
                .getOrDefault(
                        Survey.MODELS, survey.replies().values().iterator().next());
        Throwable cause = ((Unanswered) reply).cause();
        Failed failure = NetworkFailures.of(cause, url, timeouts.reply());
        // A server of TLS hangs up on plain HTTP at once: one that is silent is asked no more.
        boolean mayBeTls = !url.tls() && address.route().proxy().isEmpty() && failure.kind() != FailureKind.TIMEOUT;
        if (mayBeTls
                && new Doorstep(url, timeouts.connect())
                        .speaksTls(addresses.orElseThrow().getFirst())) {
            return new Failed(
                    FailureKind.SPEAKS_TLS,
                    url.host() + ":" + url.port() + " speaks TLS: use "
                            + url.withTls(true).base());
        }
        return failure;
    }

    private Optional<EndpointType> endpointType(TargetClient client, Survey survey, Engine engine) {
        for (EndpointType type : firstTypes()) {
            Optional<Answered> answer = survey.answered(posted(type));
            if (answer.isPresent() && exists(answer.get())) {
                step(Step.PROTOCOL, new Passed(type.shortName() + ", " + posted(type) + "; " + engine));
                return Optional.of(type);
            }
        }
        Optional<EndpointType> asked = askedType();
        if (asked.isEmpty()) {
            for (EndpointType type : LESS_COMMON) {
                if (client.api("POST", url.path(type), Optional.of(NO_REQUEST), timeouts.reply())
                                        .join()
                                instanceof Answered answer
                        && exists(answer)) {
                    step(Step.PROTOCOL, new Passed(type.shortName() + ", " + posted(type) + "; " + engine));
                    return Optional.of(type);
                }
            }
        }
        step(Step.PROTOCOL, noApi(survey, asked));
        return Optional.empty();
    }

    private Failed noApi(Survey survey, Optional<EndpointType> asked) {
        Optional<Answered> list = survey.answered(Survey.MODELS);
        Optional<Answered> posted = survey.answered(posted(firstTypes().getFirst()));
        boolean isLlmServer = ServedModel.in(survey).isPresent();
        if (isLlmServer && posted.isPresent() && posted.get().status() == 501) {
            return ModelChoice.embeddingOnly(url.base());
        }
        if (isLlmServer && asked.isPresent()) {
            return new Failed(
                    FailureKind.NO_SUCH_API,
                    url.base() + " does not have " + url.path(asked.get()) + answers(posted)
                            + (address.wanted().endpointType().isPresent()
                                    ? ": leave --endpoint-type out, or name another one"
                                    : ": correct the path in --url, or leave it out"));
        }
        if (isLlmServer) {
            return new Failed(
                    FailureKind.NO_SUCH_API,
                    url.base() + " lists models and has none of the APIs that we drive" + answers(posted)
                            + ": serve one that does, or check the path in --url");
        }
        return httpFailures.stranger(list.or(() -> posted).orElseThrow());
    }

    private static String answers(Optional<Answered> posted) {
        return posted.map(answer -> " (" + answer.asked() + " answers " + answer.status() + ")")
                .orElse("");
    }

    /**
     * Whether a request without content was refused as one: the API is there. A web page, a "not found" and an answer
     * that greets everything say that it is not.
     */
    private static boolean exists(Answered answer) {
        int status = answer.status();
        if (!answer.asked().startsWith("POST ") || answer.isPage()) {
            return false;
        }
        return switch (status) {
            case 400, 413, 415, 422 -> true;
            case 401, 403, 429, 503 -> true;
            case 404 ->
                answer.json()
                        .flatMap(Json::error)
                        .filter(text -> text.toLowerCase(Locale.ROOT).contains("model"))
                        .isPresent();
            case 200 -> answer.json().filter(body -> body.has("choices")).isPresent();
            default -> status >= 500 && status != 501 && answer.json().isPresent();
        };
    }

    private Optional<Chosen> model(TargetClient client, Survey survey) {
        return switch (ModelChoice.of(address.wanted().model(), survey, url)) {
            case NotChosen not -> {
                step(Step.MODEL, not.failure());
                yield Optional.empty();
            }
            case Chosen chosen -> {
                if (EngineFacts.engine(survey).kind() == Engine.Kind.OLLAMA) {
                    shown = show(client, chosen.model());
                }
                boolean writesNothing = shown.map(answer -> answer.path("capabilities"))
                        .filter(JsonNode::isArray)
                        .filter(list -> !list.isEmpty() && !list.toString().contains("\"completion\""))
                        .isPresent();
                if (writesNothing) {
                    step(Step.MODEL, ModelChoice.embeddingOnly(chosen.model()));
                    yield Optional.empty();
                }
                String length = new EngineFacts(survey, chosen.served(), shown)
                        .contextLengthTokens().stream()
                                .mapToObj(tokens -> ", context " + tokens + " tokens")
                                .findFirst()
                                .orElse("");
                step(Step.MODEL, new Passed(Words.oneLine(chosen.model()) + " (" + chosen.why() + ")" + length));
                yield Optional.of(chosen);
            }
        };
    }

    private Optional<JsonNode> show(TargetClient client, String model) {
        String request =
                JsonNodeFactory.instance.objectNode().put("model", model).toString();
        return client.api("POST", "/api/show", Optional.of(request.getBytes(StandardCharsets.UTF_8)), timeouts.extras())
                                        .join()
                                instanceof Answered answer
                        && answer.status() == 200
                ? answer.json()
                : Optional.empty();
    }

    private Optional<EngineMetrics> metrics(TargetClient client, Survey survey, Engine engine, boolean letIn) {
        Optional<BaseUrl> elsewhere = address.wanted().metricsUrl();
        if (elsewhere.isPresent()) {
            BaseUrl at = elsewhere.get();
            Reply reply = client.getAt(at, timeouts.reply()).join();
            Optional<Engine.Kind> kind = reply instanceof Answered page ? MetricsText.engine(page) : Optional.empty();
            step(
                    Step.METRICS,
                    switch (reply) {
                        case Unanswered not -> NetworkFailures.of(not.cause(), at, timeouts.reply());
                        case Answered page ->
                            kind.<StepOutcome>map(found -> new Passed(shownMetrics(found)))
                                    .orElseGet(() -> new Failed(
                                            FailureKind.NO_METRICS,
                                            at.base() + " answers " + page.status()
                                                    + " and not with metrics: correct --metrics-url, or leave it out"));
                    });
            return kind.map(found -> new EngineMetrics(at.base(), found));
        }
        Optional<Engine.Kind> kind = survey.answered(Survey.METRICS).flatMap(MetricsText::engine);
        if (kind.isPresent()) {
            step(Step.METRICS, new Passed(shownMetrics(kind.get())));
            return kind.map(found -> new EngineMetrics(url.at("/metrics").toString(), found));
        }
        skip(Step.METRICS, letIn ? noMetrics(engine) : "needs HTTP");
        return Optional.empty();
    }

    private static String shownMetrics(Engine.Kind kind) {
        return kind == Engine.Kind.UNKNOWN ? "metrics of an engine we do not know" : "metrics of " + kind.label();
    }

    private static String noMetrics(Engine engine) {
        return switch (engine.kind()) {
            case OLLAMA -> "Ollama has none; its own timings come with each answer of its native API";
            case LLAMA_CPP -> "not served: start llama-server with --metrics to see its queue and slots";
            case SGLANG -> "not served: start SGLang with --enable-metrics to see its queue and cache";
            case VLLM, TGI, OPENAI_COMPATIBLE, UNKNOWN ->
                "not served here: no engine metrics; give --metrics-url where they are elsewhere";
        };
    }

    /** Whether an address is this machine's; a tunnel to another machine looks the same. */
    private boolean isHere(List<InetAddress> addresses) {
        InetAddress first = addresses.getFirst();
        return address.route().proxy().isEmpty() && (first.isLoopbackAddress() || Doorstep.isOwn(first));
    }

    private String posted(EndpointType type) {
        return "POST " + url.path(type);
    }

    private void skip(Step step, String why) {
        step(step, new Skipped(why));
    }

    /** Notes how a step ended; the next one begins now. */
    private boolean step(Step step, StepOutcome outcome) {
        long now = nanos.getAsLong();
        StepResult result = new StepResult(step, outcome, Math.max(0, now - stepStartNanos));
        stepStartNanos = now;
        results.add(result);
        listener.ended(result);
        return outcome instanceof Passed;
    }
}
