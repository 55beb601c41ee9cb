package dev.plumbline.workload.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Session;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of one class are measured apart from those of another. */
class TraceClassesTest {

    private static final String TENANTS = """
            {"timestamp":0,"input_length":10,"output_length":2,"who":{"team":"Red Team"},"class":"a","session_id":"s"}
            {"timestamp":10,"input_length":20,"output_length":3,"who":{"team":"blue"},"class":"b"}
            {"timestamp":20,"input_length":30,"output_length":4,"session_id":"s","class":"b"}
            """;

    private static Trace by(String text, String field) throws BadTrace {
        return Traces.of(text, TraceSelection.by(ClassField.parse(field)));
    }

    private static List<String> classes(Trace trace) {
        return trace.rows().stream().map(row -> row.requestClass().orElse("-")).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "burstgpt.csv, auto, 'chatgpt, chatgpt, gpt-4'",
        "burstgpt.csv, none, '-, -, -'",
        "burstgpt.csv, Log Type, 'conversation-log, conversation-log, api-log'",
        "burstgpt.csv, model, 'chatgpt, chatgpt, gpt-4'",
        "bailian.jsonl, auto, 'text, search, text, text'",
        "weka.json, auto, '-, -, -, -'",
        "weka.json, type, 's, s, s, n'",
        "copilot.jsonl, initiator_type, 'user, user, agent, agent'",
        "litellm.jsonl, auto, '-, -, -'",
        "azure-code-excerpt.csv, auto, -"
    })
    void theFormatsOwnFieldSaysItOrTheOneThatIsNamed(String file, String field, String expected) throws BadTrace {
        Trace trace = by(Traces.text(file), field);
        assertThat(classes(trace).stream().distinct().collect(Collectors.joining(", ")))
                .isEqualTo(List.of(expected.split(", ")).stream().distinct().collect(Collectors.joining(", ")));
        if (trace.rows().size() < 5) {
            assertThat(String.join(", ", classes(trace))).isEqualTo(expected);
        }
    }

    @Test
    void aFieldMayLieInOthersAndRowsWithoutItAreOfAClassToo() throws BadTrace {
        assertThat(classes(by(TENANTS, "who.team"))).containsExactly("red-team", "blue", "other");
    }

    @Test
    void eachRowIsOfItsClassInALoadByTimeAndOfItsSessionsInOneBySession() throws BadTrace {
        Trace trace = by(TENANTS, "auto");
        TraceWorkload open = new TraceWorkload(Replay.open(trace), new RequestClass("all"), 1);
        assertThat(open.classes()).extracting(RequestClass::name).containsExactly("a", "b");
        assertThat(IntStream.range(0, 3).mapToObj(open::session).map(Session::requestClass))
                .extracting(RequestClass::name)
                .containsExactly("a", "b", "b");
        Replay bySession = new Replay(trace, Replay.Mode.SESSION, 1, OptionalLong.empty());
        TraceWorkload sessions = new TraceWorkload(bySession, new RequestClass("all"), 1);
        assertThat(IntStream.range(0, 2).mapToObj(sessions::session).map(Session::requestClass))
                .extracting(RequestClass::name)
                .containsExactly("a", "b");
        assertThat(bySession.classes()).containsExactly(entry("a", 2), entry("b", 1));
        assertThat(TraceLint.of(bySession, OptionalLong.empty()).lines())
                .anyMatch(line -> line.contains("1 row of another class than the first of their session"));
    }

    @Test
    void oneClassIsNone() throws BadTrace {
        Trace trace = by(Traces.text("burstgpt.csv"), "none");
        TraceWorkload one = new TraceWorkload(Replay.open(trace), new RequestClass("all"), 1);
        assertThat(one.classes()).extracting(RequestClass::name).containsExactly("all");
        assertThat(one.session(2).requestClass().name()).isEqualTo("all");
        assertThat(trace.digest()).isNotEqualTo(Traces.read("burstgpt.csv").digest());
    }

    @Test
    void theLinterSaysWhatIsMeasuredApart() throws BadTrace {
        assertThat(TraceLint.of(Replay.open(Traces.read("burstgpt.csv")), OptionalLong.empty())
                        .lines())
                .contains("  classes   chatgpt 2, gpt-4 1 rows, by 'Model': each is a series of its own;"
                        + " --trace-class none puts them together");
    }

    @Test
    void tooManyAreOneSeriesUnlessSomebodyAsksForThem() throws BadTrace {
        String text = IntStream.range(0, 40)
                .mapToObj(i -> "{\"timestamp\":" + i + ",\"input_length\":3,\"output_length\":1,\"class\":\"c" + i % 20
                        + "\",\"user\":" + i + "}")
                .collect(Collectors.joining("\n"));
        Trace trace = by(text, "auto");
        assertThat(Replay.open(trace).classes()).isEmpty();
        assertThat(TraceLint.of(Replay.open(trace), OptionalLong.empty()).lines())
                .anyMatch(line -> line.contains("20 values of 'class', more than 16: they are one series"));
        assertThat(Replay.open(by(text, "class")).classes()).hasSize(20);
        assertThatThrownBy(() -> by(text, "user"))
                .isInstanceOf(BadTrace.class)
                .hasMessageContaining("'user', which --trace-class names, has 40 values")
                .hasMessageContaining("allowed are 32");
        assertThatThrownBy(() -> by(text, "tenant"))
                .isInstanceOf(BadTrace.class)
                .hasMessageContaining("no row has 'tenant', which --trace-class names");
        assertThat(TraceLint.of(Replay.open(by(text, "input_length")), OptionalLong.empty())
                        .lines())
                .anyMatch(line -> line.contains("40 rows with the same 'input_length', which --trace-class names"));
    }

    @Test
    void withoutTextsClassesAreNumbers() throws Exception {
        StringBuilder out = new StringBuilder();
        Anonymizer.anonymize(Traces.text("burstgpt.csv").lines().iterator(), new byte[32], out);
        assertThat(out.toString()).doesNotContainIgnoringCase("gpt");
        Trace after = Traces.of(out.toString());
        assertThat(classes(after)).containsExactly("c0", "c0", "c1");
        assertThat(Optional.of(after.reading().classField())).contains(Optional.of("class"));
    }
}
