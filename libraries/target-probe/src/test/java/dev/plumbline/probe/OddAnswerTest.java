package dev.plumbline.probe;

import static dev.plumbline.protocol.scripted.ScriptedAnswer.body;
import static dev.plumbline.protocol.scripted.ScriptedAnswer.inOnePiece;
import static dev.plumbline.protocol.scripted.ScriptedAnswer.streamed;
import static dev.plumbline.protocol.scripted.Wire.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.protocol.scripted.ScriptedAnswer;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the check says of answers that a run would tell in the same way: the answer, and words of its line. */
class OddAnswerTest {

    private static Arguments row(ScriptedAnswer answer, String... words) {
        return Arguments.of(answer, words);
    }

    private static ScriptedAnswer chat() {
        return streamed(CHAT);
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                row(chat().says("x").usage(4, 2).finish("stop"), "passed: 2 tokens", "finish reason stop"),
                row(chat().says("x").finish("error"), "failed: ", "an error inside a 200", "finish reason 'error'"),
                row(chat().says("x").finish("gremlins"), "failed: ", "a finish reason that is not known: 'gremlins'"),
                row(
                        chat().piece("{\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"null\"}]}"),
                        "failed: ",
                        "without a finish reason"),
                row(
                        body("application/json", "{\"object\":\"error\",\"message\":\"CUDA out of memory\"}"),
                        "failed: ",
                        "an error inside a 200 after 0 chunks (\"CUDA out of memory\")"),
                row(
                        body("application/json", "<html><title>Log in</title></html>"),
                        "failed: ",
                        "a web page: Log in",
                        "give the URL of the API"),
                row(chat().piece("Internal Server Error"), "failed: ", "not JSON: Internal Server Error"),
                row(
                        body("application/json", "{\"status\":\"starting\"}"),
                        "failed: ",
                        "nothing of this API in it ({\"status\":\"starting\"})"),
                row(
                        body("text/plain", "no healthy upstream").status("500 Oops"),
                        "failed: ",
                        "answers 500 (\"no healthy upstream\")"),
                row(
                        chat().piece("{\"error\":{\"message\":\"The engine is currently busy\",\"code\":503}}"),
                        "failed: ",
                        "refuses inside it (\"The engine is currently busy\"): it takes nothing on now"),
                row(
                        chat().says("x", "y").usage(0, 0).finish("stop"),
                        "passed: 2 chunks, token counts that are not believed (0 output tokens beside 2 chunks",
                        "a run would count chunks as tokens"),
                row(chat().says("x", "y").finish("stop"), "passed: 2 chunks, no token counts"),
                row(
                        chat().labelled("application/json")
                                .says("x")
                                .usage(4, 2)
                                .finish("stop"),
                        "passed: 2 tokens",
                        "; labelled application/json, but a stream of events"),
                row(
                        inOnePiece(CHAT)
                                .labelled("text/event-stream")
                                .says("x")
                                .usage(4, 2)
                                .finish("stop"),
                        "failed: ",
                        "in one piece although a stream was asked for"),
                row(chat().interim("102 Processing").says("x").usage(4, 2).finish("stop"), "passed: 2 tokens"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void isTold(ScriptedAnswer answer, String... words) throws Exception {
        try (ScriptedServer server = Engines.vllm().api("/v1/chat/completions", answer)) {
            String line = Probing.line(Probing.check(server.url()), Step.ANSWER);

            assertThat(line).startsWith(words[0]).contains(words).doesNotContain("Exception");
        }
    }
}
