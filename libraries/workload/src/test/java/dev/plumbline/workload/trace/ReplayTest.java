package dev.plumbline.workload.trace;

import static dev.plumbline.workload.trace.Traces.MILLI;
import static dev.plumbline.workload.trace.Traces.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.protocol.Ask;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Salt;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReplayTest {

    private static final RequestClass CHAT = new RequestClass("chat");

    private static Replay replay(Trace trace, Replay.Mode mode, double speed, OptionalLong cap) {
        return new Replay(trace, mode, speed, cap);
    }

    private static String prompt(Workload workload, long ordinal) {
        return first(workload.session(ordinal)).text();
    }

    private static Ask first(Session session) {
        return session.next(Optional.empty()).orElseThrow().ask();
    }

    private static int words(String text) {
        return text.split(" ").length;
    }

    @Test
    void isAsFastAsItIsAskedFor() throws BadTrace {
        Trace trace = Traces.read("azure-code-excerpt.csv");
        long[] asItWas = Replay.open(trace).dueNanos();
        long[] twice = replay(trace, Replay.Mode.OPEN, 2, OptionalLong.empty()).dueNanos();
        for (int row = 0; row < asItWas.length; row++) {
            assertThat(asItWas[row]).isEqualTo(trace.rows().get(row).atNanos().orElseThrow());
            assertThat(twice[row]).isEqualTo(Math.round(asItWas[row] / 2.0));
        }
        assertThatThrownBy(() -> replay(trace, Replay.Mode.OPEN, 0, OptionalLong.empty()))
                .hasMessageContaining("speed is 0");
    }

    @Test
    void aLongPauseIsCutAndWhatFollowsComesThatMuchSooner() throws BadTrace {
        Trace trace = Traces.of("""
                {"timestamp":0,"input_length":10,"output_length":2}
                {"timestamp":2000,"input_length":10,"output_length":2}
                {"timestamp":60000,"input_length":10,"output_length":2}
                {"timestamp":60500,"input_length":10,"output_length":2}
                """);
        assertThat(replay(trace, Replay.Mode.OPEN, 1, OptionalLong.of(10 * SECOND))
                        .dueNanos())
                .containsExactly(0, 2 * SECOND, 12 * SECOND, 12_500 * MILLI);
        assertThat(replay(trace, Replay.Mode.OPEN, 2, OptionalLong.of(10 * SECOND))
                        .dueNanos())
                .containsExactly(0, SECOND, 11 * SECOND, 11_250 * MILLI);
    }

    @Test
    void promptsHaveTheLengthsOfTheirRows() throws BadTrace {
        for (String name : List.of("azure-code-excerpt.csv", "mooncake-synthetic-excerpt.jsonl", "bailian.jsonl")) {
            Trace trace = Traces.read(name);
            Workload workload = new TraceWorkload(Replay.open(trace), CHAT, 42).salted(7);
            for (int row = 0; row < trace.rows().size(); row++) {
                Ask ask = first(workload.session(row));
                assertThat(words(ask.text())).isEqualTo(trace.rows().get(row).promptTokens());
                assertThat(ask.text()).hasSize(4 * trace.rows().get(row).promptTokens() - 1);
                assertThat(ask.maxTokens()).isEqualTo(trace.rows().get(row).outputTokens());
            }
        }
    }

    @Test
    void rowsBeginAlikeWhereTheirBlocksDoAndNowhereElse() throws BadTrace {
        Trace trace = Traces.read("mooncake-synthetic-excerpt.jsonl");
        Workload workload = new TraceWorkload(Replay.open(trace), CHAT, 42).salted(7);
        List<String> prompts = new ArrayList<>();
        for (int row = 0; row < trace.rows().size(); row++) {
            prompts.add(prompt(workload, row));
        }
        for (int a = 0; a < prompts.size(); a++) {
            for (int b = 0; b < a; b++) {
                int shared = sharedBlocks(
                        trace.rows().get(a).blocks(), trace.rows().get(b).blocks());
                int words = Math.min(
                        shared * 512,
                        Math.min(
                                trace.rows().get(a).promptTokens(),
                                trace.rows().get(b).promptTokens()));
                int common = commonWords(prompts.get(a), prompts.get(b));
                assertThat(common).as("rows %d and %d", a, b).isBetween(words, words + 8);
            }
        }
    }

    private static int sharedBlocks(Blocks a, Blocks b) {
        int shared = 0;
        while (shared < Math.min(a.size(), b.size()) && a.id(shared) == b.id(shared)) {
            shared++;
        }
        return shared;
    }

    private static int commonWords(String a, String b) {
        int common = 0;
        while (common < Math.min(a.length(), b.length()) && a.charAt(common) == b.charAt(common)) {
            common++;
        }
        return (common + 1) / 4;
    }

    @Test
    void anotherStartBeginsItsPromptsOtherwise() throws BadTrace {
        for (String name : List.of("azure-code-excerpt.csv", "mooncake-synthetic-excerpt.jsonl")) {
            Workload workload = new TraceWorkload(Replay.open(Traces.read(name)), CHAT, 42);
            Workload first = workload.salted(Salt.ofStart("p", 1));
            Workload second = workload.salted(Salt.ofStart("p", 2));
            for (int row = 0; row < 60; row++) {
                assertThat(commonWords(prompt(first, row), prompt(second, row))).isLessThan(8);
                assertThat(prompt(first, row)).isEqualTo(prompt(workload.salted(Salt.ofStart("p", 1)), row));
                assertThat(commonWords(prompt(first, row), prompt(first, row + 60)))
                        .as("the second time that a trace is asked")
                        .isLessThan(8);
            }
        }
    }

    @Test
    void aSessionAsksItsTurnsWithThePausesThatItHad() throws BadTrace {
        Replay replay = replay(Traces.read("weka.json"), Replay.Mode.SESSION, 2, OptionalLong.empty());
        TraceWorkload workload = new TraceWorkload(replay, CHAT, 42);
        assertThat(workload.sessionCount()).isEqualTo(3);
        Session session = workload.session(0);
        Session.Turn first = session.next(Optional.empty()).orElseThrow();
        assertThat(session.isOver()).isFalse();
        Session.Turn second = session.next(Optional.empty()).orElseThrow();
        assertThat(session.isOver()).isTrue();
        assertThat(session.next(Optional.empty())).isEmpty();
        assertThat(first.thinkNanos()).isZero();
        assertThat(second.thinkNanos()).isEqualTo(750 * MILLI);
        assertThat(second.ask().text()).startsWith(first.ask().text());
        assertThat(second.ask().maxTokens()).isEqualTo(30);
    }

    @Test
    void conditionsNameWhatMakesTwoReplaysOne() throws BadTrace {
        Trace trace = Traces.read("azure-code-excerpt.csv");
        Trace other = Traces.of(Traces.text("azure-code-excerpt.csv"), TraceSelection.rows(59));
        assertThat(Replay.open(trace).conditions())
                .isEqualTo(Replay.open(Traces.read("azure-code-excerpt.csv")).conditions())
                .isNotEqualTo(Replay.open(other).conditions())
                .isNotEqualTo(
                        replay(trace, Replay.Mode.OPEN, 2, OptionalLong.empty()).conditions());
    }

    @Test
    void aNameIsMadeOfTheFile() {
        assertThat(Trace.nameOf("AzureLLMInferenceTrace_code.csv")).isEqualTo("azurellminferencetrace_code");
        assertThat(Trace.nameOf("_My trace (1).v2.jsonl")).isEqualTo("my-trace-1-.v2");
        assertThat(Trace.nameOf(".csv")).isEqualTo("csv");
        assertThat(Trace.nameOf("é")).isEqualTo("trace");
    }
}
