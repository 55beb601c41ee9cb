package dev.plumbline.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.http.TlsTrust;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/**
 * Finds words of which each is one token to a target, and how many tokens stand around them: a template, a begin of the text. With both, a
 * prompt of exactly so many tokens can be written, as the target counts it. What was found is tried on the target before it is believed.
 *
 * <p>Which words these are is asked of the target's own {@code POST /tokenize} (vLLM, SGLang, llama.cpp) or read in a tokenizer file. A
 * group of words is asked at once, and halved only where some of them are more than a token: in a usual vocabulary two questions are all.
 */
public final class TokenCalibration {

    /** Words that prompts can be made of, at least: fewer would begin alike too often. */
    public static final int FEWEST_WORDS = 16;

    /** Where words are sought one group after the other, so many are enough. */
    private static final int ENOUGH_WORDS = 64;

    private static final int MOST_QUESTIONS = 200;
    /** How often a group is asked behind itself: what is around it, and what a rounding hides, falls out of the difference. */
    private static final int REPEATED = 8;

    private static final String TOKENIZE = "/tokenize";
    private static final List<Integer> TRIED_WORDS = List.of(8, 24, 96);

    private final TargetAddress address;
    private final Discovery discovery;
    private final SSLContext tls;
    private final LongSupplier nanos;

    /**
     * @param nanos a monotonic clock
     * @throws IllegalArgumentException with one line for the user, when the CA file cannot be used
     */
    public TokenCalibration(TargetAddress address, Discovery discovery, LongSupplier nanos) {
        this.address = address;
        this.discovery = discovery;
        this.tls = TlsTrust.of(address.route().caFile(), address.url().tls());
        this.nanos = nanos;
    }

    /** What came of it. */
    public sealed interface Outcome {

        /**
         * A prompt of n of these words, one space between two and the first word first, is counted as n and {@code around} tokens.
         *
         * @param words {@value TokenCalibration#FEWEST_WORDS} or more
         * @param how by what they were found, for people
         */
        record Known(List<String> words, int around, String how) implements Outcome {
            public Known {
                words = List.copyOf(words);
            }
        }

        /** @param why one line, the target its subject */
        record Unknown(String why) implements Outcome {}
    }

    /** Says why it is not known. */
    private static final class NotKnown extends Exception {
        private static final long serialVersionUID = 1L;

        NotKnown(String why) {
            super(why);
        }
    }

    /**
     * Looks, and tries what it found with a few short requests of one token each.
     *
     * @param candidates words to choose from, of letters
     * @param tokenizerFile where words are looked up; empty asks the target
     */
    public Outcome calibrate(List<String> candidates, Optional<Path> tokenizerFile) {
        if (discovery.endpointType() == EndpointType.GENERIC) {
            return new Outcome.Unknown("is described by a template, and what stands around a prompt is not known");
        }
        try (TargetClient client = new TargetClient(address, tls)) {
            List<String> words =
                    tokenizerFile.isPresent() ? read(tokenizerFile.get(), candidates) : ofOneToken(client, candidates);
            if (words.size() < FEWEST_WORDS) {
                throw new NotKnown("has only " + words.size() + " of " + candidates.size()
                        + " common words as one token each, " + FEWEST_WORDS + " are needed");
            }
            String how = tokenizerFile
                    .map(file -> String.valueOf(file.getFileName()))
                    .orElse("POST " + TOKENIZE);
            return new Outcome.Known(words, around(client, words), how);
        } catch (NotKnown e) {
            return new Outcome.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private static List<String> read(Path file, List<String> candidates) throws NotKnown {
        try {
            return TokenizerFile.known(file, candidates);
        } catch (IOException e) {
            throw new NotKnown("cannot be told by " + file + ": " + Words.oneLine(String.valueOf(e.getMessage()))
                    + "; give a tokenizer.json of Hugging Face");
        }
    }

    private List<String> ofOneToken(TargetClient client, List<String> candidates) throws NotKnown {
        // Words of one length are alike more often than others.
        Deque<List<String>> groups = new ArrayDeque<>(List.of(candidates.stream()
                .sorted(Comparator.comparingInt(String::length))
                .toList()));
        List<String> words = new ArrayList<>();
        for (int asked = 0; !groups.isEmpty() && asked < MOST_QUESTIONS && words.size() < ENOUGH_WORDS; asked += 2) {
            List<String> group = groups.pop();
            String once = String.join(" ", group);
            long more = count(client, once + (" " + once).repeat(REPEATED)) - count(client, once);
            if (more == (long) REPEATED * group.size()) {
                words.addAll(group);
            } else if (group.size() > 1) {
                groups.push(group.subList(group.size() / 2, group.size()));
                groups.push(group.subList(0, group.size() / 2));
            }
        }
        return words;
    }

    private long count(TargetClient client, String text) throws NotKnown {
        byte[] body = JsonNodeFactory.instance
                .objectNode()
                .put("model", discovery.model())
                .put("prompt", text)
                .put("content", text)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        Reply reply = client.api(
                        "POST", TOKENIZE, Optional.of(body), address.timeouts().reply())
                .join();
        if (!(reply instanceof Answered answer)) {
            throw new NotKnown("did not answer " + reply.asked());
        }
        if (answer.status() != 200) {
            throw new NotKnown(
                    "has no tokenizer that can be asked (" + answer.asked() + " answers " + answer.status() + ")");
        }
        return counted(answer.json().orElse(Json.NOTHING))
                .orElseThrow(() -> new NotKnown("answers " + answer.asked() + " without a count of tokens"));
    }

    private static OptionalLong counted(JsonNode answer) {
        if (answer.path("count").isIntegralNumber()) {
            return OptionalLong.of(answer.path("count").longValue());
        }
        return answer.path("tokens").isArray()
                ? OptionalLong.of(answer.path("tokens").size())
                : OptionalLong.empty();
    }

    private int around(TargetClient client, List<String> words) throws NotKnown {
        long most = discovery.contextLengthTokens().orElse(Long.MAX_VALUE) / 2;
        List<Integer> tried =
                TRIED_WORDS.stream().filter(count -> count <= most).toList();
        List<CompletableFuture<OptionalLong>> counts =
                tried.stream().map(count -> counted(client, text(words, count))).toList();
        OptionalLong around = OptionalLong.empty();
        for (int i = 0; i < tried.size(); i++) {
            long counted =
                    counts.get(i).join().orElseThrow(() -> new NotKnown("does not tell how many tokens a prompt has"));
            long here = counted - tried.get(i);
            if (here < 0 || here > Integer.MAX_VALUE || around.orElse(here) != here) {
                throw new NotKnown("counts a prompt of " + tried.get(i)
                        + " words that are one token each as " + counted
                        + (around.isPresent()
                                ? ", and " + around.getAsLong() + " more than its words another one"
                                : ""));
            }
            around = OptionalLong.of(here);
        }
        return (int) around.orElseThrow(() -> new NotKnown("has a context too short to try a prompt"));
    }

    /** The first, and others behind it. */
    private static String text(List<String> words, int count) {
        StringBuilder text = new StringBuilder(words.getFirst());
        for (int i = 1; i < count; i++) {
            text.append(' ').append(words.get(i % words.size()));
        }
        return text.toString();
    }

    private CompletableFuture<OptionalLong> counted(TargetClient client, String prompt) {
        Duration within = address.timeouts().answer();
        EndpointType type = discovery.endpointType();
        Protocol protocol = Protocol.of(
                type,
                new RequestParameters(
                        discovery.model(),
                        false,
                        1,
                        address.wanted()
                                .generation()
                                .ofShortAnswer()
                                .at(type, address.url().host())));
        return client.speak(
                        protocol,
                        prompt,
                        within,
                        info -> BodySubscribers.mapping(
                                new ShortAnswer(protocol, info, nanos),
                                read -> info.statusCode() == 200 ? read.usage().prompt() : OptionalLong.empty()))
                .thenApply(HttpResponse::body)
                .exceptionally(thrown -> OptionalLong.empty());
    }
}
