package dev.plumbline.protocol;

import dev.plumbline.protocol.BodyReader.Form;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How one API is spoken: what asks, and what the bytes that come back mean. It knows no socket and serves any HTTP client:
 *
 * <pre>{@code
 * Protocol protocol = Protocol.of(EndpointType.CHAT, RequestParameters.of("llama-3.1-8b", true, 16, 0));
 * // send protocol.method() with protocol.headers() and protocol.body("Say hi.") to TargetUrl.below(…)
 * AnswerReader answer = protocol.answer(status, contentType, item -> …);
 * // as bytes come: answer.feed(bytes, 0, bytes.length); and last: answer.end(true);
 * }</pre>
 *
 * <p>An answer is complete when a finish reason was seen and no error: neither status 200 nor {@code [DONE]} is enough.
 *
 * <p>Immutable; safe for any thread.
 */
public final class Protocol {

    private static final String ANTHROPIC_VERSION = "2023-06-01";

    private final EndpointType endpointType;
    private final RequestParameters parameters;
    private final RequestWriter requests;
    private final Optional<GenericTarget> generic;
    private final AnswerLimits limits;
    private final boolean keepsText;
    private final Map<String, String> headers;

    private Protocol(
            EndpointType endpointType,
            RequestParameters parameters,
            RequestWriter requests,
            Optional<GenericTarget> generic,
            AnswerLimits limits,
            boolean keepsText) {
        this.endpointType = endpointType;
        this.parameters = parameters;
        this.requests = requests;
        this.generic = generic;
        this.limits = limits;
        this.keepsText = keepsText;
        this.headers = fixedHeaders();
    }

    /**
     * The protocol of an API.
     *
     * @throws IllegalArgumentException for {@link EndpointType#GENERIC}, see {@link #generic}
     */
    public static Protocol of(EndpointType type, RequestParameters parameters) {
        return new Protocol(
                type, parameters, Requests.of(type, parameters), Optional.empty(), AnswerLimits.DEFAULT, false);
    }

    /** The protocol of a server that is described. */
    public static Protocol generic(GenericTarget target, RequestParameters parameters) {
        return new Protocol(
                EndpointType.GENERIC,
                parameters,
                Requests.filling(target, parameters),
                Optional.of(target),
                AnswerLimits.DEFAULT,
                false);
    }

    /** This, with the text of each chunk in {@link StreamItem.Chunk#text}; it costs a string per chunk. */
    public Protocol keepingText() {
        return new Protocol(endpointType, parameters, requests, generic, limits, true);
    }

    /** This, with other limits. */
    public Protocol withLimits(AnswerLimits changed) {
        return new Protocol(endpointType, parameters, requests, generic, changed, keepsText);
    }

    /** How the server is described; empty where its API is known. */
    public Optional<GenericTarget> described() {
        return generic;
    }

    public EndpointType endpointType() {
        return endpointType;
    }

    public RequestParameters parameters() {
        return parameters;
    }

    /** Whether a streamed answer is asked for. What comes is told by {@link AnswerReader#isStream}. */
    public boolean streaming() {
        return generic.map(target -> target.framing() != GenericTarget.Framing.JSON)
                .orElse(parameters.streaming());
    }

    /** The HTTP method. */
    public String method() {
        return generic.map(GenericTarget::method).orElse("POST");
    }

    /** The body of the request for a prompt whose answer may be as long as the parameters say, UTF-8. */
    public byte[] body(String prompt) {
        return body(Ask.of(prompt, parameters.maxTokens()));
    }

    /** The body of the request, UTF-8. */
    public byte[] body(Ask ask) {
        return requests.body(ask);
    }

    /**
     * How many answers a request has, each of them told apart in the stream by its index: for each prompt as many as OpenAI's {@code
     * n} says, 1 or more.
     */
    public int choices(Ask ask) {
        return Requests.choices(endpointType, parameters, ask);
    }

    /** Headers of every request; the key is not among them, see {@link EndpointType#authorization}. */
    public Map<String, String> headers() {
        return headers;
    }

    private Map<String, String> fixedHeaders() {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put(
                "Accept",
                switch (framing()) {
                    case SSE -> "text/event-stream";
                    case NDJSON -> "application/x-ndjson";
                    case JSON -> "application/json";
                });
        if (endpointType == EndpointType.MESSAGES) {
            headers.put("anthropic-version", ANTHROPIC_VERSION);
        }
        return Map.copyOf(headers);
    }

    private GenericTarget.Framing framing() {
        if (!streaming()) {
            return GenericTarget.Framing.JSON;
        }
        return switch (endpointType) {
            case CHAT, COMPLETIONS, MESSAGES, RESPONSES -> GenericTarget.Framing.SSE;
            case OLLAMA_GENERATE, OLLAMA_CHAT -> GenericTarget.Framing.NDJSON;
            case GENERIC -> generic.orElseThrow().framing();
        };
    }

    /**
     * A reader for one answer. Its first bytes decide how it is read, whatever was asked for and whatever its label says.
     *
     * @param status of HTTP; a body outside of 200 to 299 is read as an error
     * @param contentType as the server states it: what is expected until the first bytes came, unless the target is generic,
     *     whose description wins
     * @param sink takes the items, in order, inside the calls of the reader
     */
    public AnswerReader answer(int status, Optional<String> contentType, Consumer<StreamItem> sink) {
        Objects.requireNonNull(sink, "sink");
        if (status < 200 || status > 299) {
            return new BodyReader(
                    JsonAnswer.dialect(ErrorBody::new, false),
                    limits,
                    new BodyReader.Expectation(Form.ONE_PIECE, false, false, Optional.empty()),
                    item -> {
                        // How an error is framed is of no matter.
                        if (!(item instanceof StreamItem.Reframed)) {
                            sink.accept(item);
                        }
                    });
        }
        if (generic.isPresent()) {
            return generic(generic.get(), contentType, sink);
        }
        boolean onePiece = contentType
                .map(type -> type.strip().toLowerCase(Locale.ROOT))
                .filter(type -> type.startsWith("application/json"))
                .isPresent();
        return new BodyReader(
                dialect(),
                limits,
                new BodyReader.Expectation(onePiece ? Form.ONE_PIECE : form(), streaming(), false, contentType),
                sink);
    }

    private Form form() {
        return switch (framing()) {
            case SSE -> Form.EVENTS;
            case NDJSON -> Form.LINES;
            case JSON -> Form.ONE_PIECE;
        };
    }

    private Dialect dialect() {
        return switch (endpointType) {
            case CHAT, COMPLETIONS -> JsonAnswer.dialect(OpenAiAnswer::new, keepsText);
            case OLLAMA_GENERATE, OLLAMA_CHAT -> JsonAnswer.dialect(OllamaAnswer::new, keepsText);
            case MESSAGES -> JsonAnswer.dialect(MessagesAnswer::new, keepsText);
            case RESPONSES -> JsonAnswer.dialect(ResponsesAnswer::new, keepsText);
            case GENERIC -> throw new IllegalStateException("a generic target is read by its description");
        };
    }

    private AnswerReader generic(GenericTarget target, Optional<String> contentType, Consumer<StreamItem> sink) {
        Dialect dialect = new GenericAnswer(target, keepsText);
        BodyReader.Expectation expected = new BodyReader.Expectation(
                form(), streaming(), target.framing() == GenericTarget.Framing.NDJSON, contentType);
        if (target.finishReason().isPresent()) {
            return new BodyReader(dialect, limits, expected, sink);
        }
        UnstatedFinish finish = new UnstatedFinish(sink);
        return finish.around(new BodyReader(dialect, limits, expected, finish));
    }
}
