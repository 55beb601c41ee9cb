package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.protocol.EndpointType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which APIs a target is asked for, in which order, and how it is seen that one is there. */
final class SoughtApis {

    /** Looked for where a server has no chat of OpenAI's. */
    static final List<EndpointType> LESS_COMMON = List.of(
            EndpointType.COMPLETIONS,
            EndpointType.RESPONSES,
            EndpointType.MESSAGES,
            EndpointType.OLLAMA_CHAT,
            EndpointType.OLLAMA_GENERATE);

    private static final byte[] NO_REQUEST = "{}".getBytes(StandardCharsets.US_ASCII);

    private final TargetAddress address;

    SoughtApis(TargetAddress address) {
        this.address = address;
    }

    /** What is posted to see whether an API is there: no request that would be answered. */
    static Optional<byte[]> noRequest() {
        return Optional.of(NO_REQUEST.clone());
    }

    /** The API that the user named, by option or by path. */
    Optional<EndpointType> asked() {
        return address.wanted().endpointType().or(address.url()::endpointType);
    }

    /** The APIs to look for first: the one that is asked for, else OpenAI's chat. */
    List<EndpointType> first() {
        return asked().map(List::of).orElse(List.of(EndpointType.CHAT));
    }

    /** How a survey calls the request that looks for an API. */
    String posted(EndpointType type) {
        return "POST " + address.url().path(type);
    }

    /** The answers to the first ones. */
    List<Answered> answers(Survey survey) {
        return first().stream()
                .flatMap(type -> survey.answered(posted(type)).stream())
                .toList();
    }

    /**
     * Whether a request without content was refused as one: the API is there. A web page, a "not found" and an answer
     * that greets everything say that it is not.
     */
    static boolean exists(Answered answer) {
        int status = answer.status();
        if (!answer.asked().startsWith("POST ") || answer.isPage()) {
            return false;
        }
        return switch (status) {
            case 400, 413, 415, 422 -> true;
            case 401, 403, 429, 503 -> true;
            case 404 ->
                answer.words()
                        .filter(unused -> answer.json().isPresent())
                        .filter(text -> text.toLowerCase(Locale.ROOT).contains("model"))
                        .isPresent();
            case 200 -> answer.json().filter(body -> body.has("choices")).isPresent();
            default -> status >= 500 && status != 501 && answer.json().isPresent();
        };
    }
}
