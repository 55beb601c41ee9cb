package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is known by the shape of the last chunk is what a parser would say, of whatever bytes. */
class LastShapeTest {

    private static final long SEED = 20_261_201;

    /** Chunks of each API with one content, which is the word {@code hello}. */
    enum Spoken {
        CHAT(
                OpenAiAnswer::new,
                "{\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                        + "\"delta\":{\"content\":\"hello\"},\"logprobs\":null,\"finish_reason\":null}]}"),
        CHAT_REASONING(
                OpenAiAnswer::new,
                "{\"choices\":[{\"delta\":{\"reasoning_content\":\"hello\"},\"finish_reason\":null}]}"),
        CHAT_PARTS(
                OpenAiAnswer::new,
                "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\","
                        + "\"text\":\"hello\"}]}]}}]}"),
        SECOND_ANSWER(
                OpenAiAnswer::new,
                "{\"choices\":[{\"index\":1,\"text\":\"hello\",\"logprobs\":null,\"finish_reason\":null}]}"),
        COMPLETIONS(OpenAiAnswer::new, "{ \"choices\" : [ { \"text\" : \"hello\" , \"index\" : 0 } ] }"),
        OLLAMA_GENERATE(OllamaAnswer::new, "{\"model\":\"m\",\"response\":\"hello\",\"done\":false}"),
        OLLAMA_CHAT(OllamaAnswer::new, "{\"message\":{\"role\":\"assistant\",\"thinking\":\"hello\"},\"done\":false}"),
        MESSAGES(
                MessagesAnswer::new,
                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}}"),
        MESSAGES_TOOL(
                MessagesAnswer::new,
                "{\"delta\":{\"partial_json\":\"hello\",\"type\":\"input_json_delta\"},\"type\":\"content_block_delta\"}"),
        RESPONSES(
                ResponsesAnswer::new,
                "{\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"delta\":\"hello\",\"logprobs\":[]}"),
        RESPONSES_REASONING(
                ResponsesAnswer::new,
                "{\"delta\":\"hello\",\"type\":\"response.reasoning_text.delta\",\"item_id\":\"hello\"}");

        private final JsonAnswer.Keys keys;
        private final String text;

        Spoken(JsonAnswer.Keys keys, String text) {
            this.keys = keys;
            this.text = text;
        }

        byte[] bytes() {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Remembers, and counts what it parses. */
    private static final class Remembering {

        private final Dialect dialect;
        private int parsed;

        Remembering(JsonAnswer.Keys keys, boolean keepsText) {
            dialect = JsonAnswer.dialect(
                    (json, keeps) -> {
                        parsed++;
                        return keys.of(json, keeps);
                    },
                    keepsText);
        }

        List<StreamItem> read(byte[] text) {
            List<StreamItem> items = new ArrayList<>();
            dialect.read(text, 0, text.length, false, items::add);
            return items;
        }
    }

    private static List<StreamItem> parsed(JsonAnswer.Keys keys, boolean keepsText, byte[] text) {
        return new Remembering(keys, keepsText).read(text);
    }

    static Stream<Arguments> spoken() {
        return Arrays.stream(Spoken.values())
                .flatMap(each -> Stream.of(Arguments.of(each, false), Arguments.of(each, true)));
    }

    @ParameterizedTest
    @MethodSource("spoken")
    void aChunkLikeTheLastIsNotParsed(Spoken spoken, boolean keepsText) {
        Remembering remembering = new Remembering(spoken.keys, keepsText);
        remembering.read(spoken.bytes());
        for (String word :
                List.of("x", " a longer one than the first", "\u00fc", "\u4f60\u597d", "\ud83d\ude00", "}],")) {
            int at = spoken.text.indexOf("\"hello\"") + 1;
            byte[] next = (spoken.text.substring(0, at) + word + spoken.text.substring(at + 5))
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(remembering.read(next))
                    .isEqualTo(parsed(spoken.keys, keepsText, next))
                    .hasSize(1);
        }
        assertThat(remembering.parsed).isEqualTo(1);
    }

    /** Bytes are changed, left out and put in, of a kind that ends strings, escapes, and is not UTF-8. */
    @ParameterizedTest
    @MethodSource("spoken")
    void whateverIsChangedInAChunkItIsWhatAParserSays(Spoken spoken, boolean keepsText) {
        SplittableRandom random = new SplittableRandom(SEED + spoken.ordinal());
        byte[] alphabet = "\"\\{}[]:,hello u00\n\t\u0000\u001f\u007f".getBytes(StandardCharsets.UTF_8);
        byte[] odd = {
            (byte) 0x80, (byte) 0xBF, (byte) 0xC0, (byte) 0xC2, (byte) 0xE0, (byte) 0xA0, (byte) 0xED, (byte) 0xF0,
            (byte) 0x9F, (byte) 0xF4, (byte) 0x90, (byte) 0xF8, (byte) 0xFF, (byte) 0xC3, (byte) 0xA9, (byte) 0xE4
        };
        byte[] known = spoken.bytes();
        int content = spoken.text.indexOf("\"hello\"") + 1;
        int remembered = 0;
        for (int round = 0; round < 4_000; round++) {
            byte[] text = known;
            int changes = 1 + random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                // Mostly where it matters.
                int at = random.nextInt(8) > 0
                        ? Math.min(text.length - 1, content + random.nextInt(5))
                        : random.nextInt(text.length);
                byte[] from = random.nextInt(3) == 0 ? odd : alphabet;
                byte b = from[random.nextInt(from.length)];
                text = switch (random.nextInt(3)) {
                    case 0 -> spliced(text, at, at + 1, b);
                    case 1 -> spliced(text, at, at, b);
                    default -> spliced(text, at, at + 1);
                };
            }
            Remembering remembering = new Remembering(spoken.keys, keepsText);
            remembering.read(known);
            List<StreamItem> expected = parsed(spoken.keys, keepsText, text);
            if (!remembering.read(text).equals(expected)) {
                assertThat(remembering.read(text))
                        .as("seed %d, round %d: %s", SEED, round, Arrays.toString(text))
                        .isEqualTo(expected);
            }
            remembered += 2 - remembering.parsed;
        }
        assertThat(remembered).as("known without a parser").isGreaterThan(200);
    }

    private static byte[] spliced(byte[] text, int from, int to, byte... between) {
        byte[] changed = new byte[text.length - (to - from) + between.length];
        System.arraycopy(text, 0, changed, 0, from);
        System.arraycopy(between, 0, changed, from, between.length);
        System.arraycopy(text, to, changed, from + between.length, text.length - to);
        return changed;
    }

    static Stream<Arguments> captured() {
        return CapturedStream.all()
                .filter(each -> each.status() == 200 && each.type() != EndpointType.GENERIC)
                .flatMap(each -> Stream.of(Arguments.of(each, false), Arguments.of(each, true)));
    }

    /** Each real body, whole and in pieces, against a parser that remembers nothing. */
    @ParameterizedTest
    @MethodSource("captured")
    void aRealStreamIsReadAsAParserReadsIt(CapturedStream captured, boolean keepsText) {
        byte[] whole = captured.bytes();
        JsonAnswer.Keys keys = switch (captured.type()) {
            case CHAT, COMPLETIONS -> OpenAiAnswer::new;
            case OLLAMA_GENERATE, OLLAMA_CHAT -> OllamaAnswer::new;
            case MESSAGES -> MessagesAnswer::new;
            case RESPONSES -> ResponsesAnswer::new;
            case GENERIC -> throw new IllegalArgumentException("without keys");
        };
        BodyReader.Expectation expectation = new BodyReader.Expectation(
                captured.contentType().contains("event-stream")
                        ? BodyReader.Form.EVENTS
                        : captured.contentType().contains("ndjson") ? BodyReader.Form.LINES : BodyReader.Form.ONE_PIECE,
                !captured.file().endsWith(".json"),
                false,
                Optional.of(captured.contentType()));
        List<StreamItem> expected = new ArrayList<>();
        AnswerReader parsing = new BodyReader(
                (bytes, offset, length, namedError, sink) ->
                        JsonAnswer.dialect(keys, keepsText).read(bytes, offset, length, namedError, sink),
                AnswerLimits.DEFAULT,
                expectation,
                expected::add);
        parsing.feed(whole, 0, whole.length);
        parsing.end(captured.clean());
        Protocol protocol = keepsText ? captured.protocol().keepingText() : captured.protocol();
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 20; round++) {
            List<StreamItem> items = new ArrayList<>();
            AnswerReader reader = protocol.answer(captured.status(), Optional.of(captured.contentType()), items::add);
            for (int at = 0; at < whole.length; ) {
                int next = round == 0 ? whole.length : Math.min(whole.length, at + 1 + random.nextInt(700));
                reader.feed(whole, at, next - at);
                at = next;
            }
            reader.end(captured.clean());
            assertThat(items).isEqualTo(expected);
        }
    }

    @Test
    void theWordsOfAChunkMayStandElsewhereInIt() {
        Remembering remembering = new Remembering(OpenAiAnswer::new, true);
        String first = "{\"choices\":[{\"delta\":{\"role\":\"x\",\"content\":\"x\"},\"x\":\"x\"}],\"id\":\"x\"}";
        remembering.read(first.getBytes(StandardCharsets.UTF_8));
        for (String next :
                List.of(first.replace("content\":\"x", "content\":\"y"), first.replace("role\":\"x", "role\":\"y"))) {
            byte[] text = next.getBytes(StandardCharsets.UTF_8);
            assertThat(remembering.read(text)).isEqualTo(parsed(OpenAiAnswer::new, true, text));
        }
        assertThat(remembering.parsed).isEqualTo(2);
    }

    @Test
    void anEventNamedErrorIsNoChunkWhateverItsShape() {
        Dialect dialect = JsonAnswer.dialect(OpenAiAnswer::new, false);
        byte[] text = Spoken.CHAT.bytes();
        List<StreamItem> items = new ArrayList<>();
        dialect.read(text, 0, text.length, false, items::add);
        dialect.read(text, 0, text.length, true, items::add);
        assertThat(items).containsExactly(StreamItem.Chunk.ANSWER, new StreamItem.ServerError("an event named error"));
    }

    @Test
    void whatHasTwoTextsOrAFinishReasonOrIsLongIsParsedEachTime() {
        for (String text : List.of(
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}},{\"delta\":{\"content\":\"b\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}",
                "{\"choices\":[{\"delta\":{\"content\":\"" + "a".repeat(LastShape.MOST_BYTES) + "\"}}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\\n\"}}]}")) {
            Remembering remembering = new Remembering(OpenAiAnswer::new, true);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            assertThat(remembering.read(bytes)).isEqualTo(remembering.read(bytes));
            assertThat(remembering.parsed).as(text.substring(0, 40)).isEqualTo(2);
        }
    }

    @Test
    void whereEachChunkHasANumberOfItsOwnItStopsToLearn() {
        LastShape shape = new LastShape(false);
        for (int i = 0; i < LastShape.MOST_IN_VAIN; i++) {
            assertThat(shape.isLearning()).isTrue();
            learn(shape, "{\"response\":\"a\",\"at\":" + i + "}");
        }
        assertThat(shape.isLearning()).isFalse();
        byte[] alike =
                ("{\"response\":\"b\",\"at\":" + (LastShape.MOST_IN_VAIN - 1) + "}").getBytes(StandardCharsets.UTF_8);
        assertThat(shape.chunkOf(alike, 0, alike.length)).contains(StreamItem.Chunk.ANSWER);
        assertThat(shape.isLearning()).as("it was of use").isTrue();
    }

    private static void learn(LastShape shape, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        shape.learn(bytes, 0, bytes.length, text.indexOf(':') + 1L, "a", StreamItem.Chunk.ANSWER);
    }
}
