package dev.plumbline.workload.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AnonymizerTest {

    private static final byte[] SALT = new byte[32];

    private static String anonymized(String text, byte[] salt) throws BadTrace, IOException {
        StringBuilder out = new StringBuilder();
        Anonymizer.anonymize(text.lines().iterator(), salt, out);
        return out.toString();
    }

    @Test
    void nothingThatWasSaidAndNoNameIsLeft() throws Exception {
        String out = anonymized(Traces.text("litellm.jsonl"), SALT);
        assertThat(out).doesNotContain("secret", "rivers", "t1", "r1", "1764411300", "2025");
        assertThat(out)
                .startsWith(
                        "{\"timestamp\":0,\"input_length\":9,\"output_length\":2,\"session_id\":\"s0\",\"hash_ids\":[]}\n");
        assertThat(out.lines()).hasSize(3);
    }

    @Test
    void promptsThatBeganAlikeStillDo() throws Exception {
        String shared = "x".repeat(256 * 3);
        String log = call(0, shared + "tail one", 200) + call(1, shared + "tail two", 200) + call(2, "y" + shared, 200);
        Trace trace = Traces.of(anonymized(log, SALT));
        assertThat(trace.blockTokens()).isEqualTo(64);
        Blocks first = trace.rows().get(0).blocks();
        Blocks second = trace.rows().get(1).blocks();
        assertThat(first.size()).isEqualTo(4);
        // The role stands in front of the text, so the first two blocks and nearly the third are of the text alone.
        assertThat(first.id(0)).isEqualTo(second.id(0));
        assertThat(first.id(2)).isEqualTo(second.id(2));
        assertThat(first.id(3)).isNotEqualTo(second.id(3));
        assertThat(trace.rows().get(2).blocks().id(0)).isNotEqualTo(first.id(0));
    }

    private static String call(int second, String content, int tokens) {
        return "{\"startTime\":" + (1_000 + second) + ",\"endTime\":" + (1_001 + second)
                + ",\"prompt_tokens\":" + tokens
                + ",\"completion_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\""
                + content + "\"}]}\n";
    }

    @Test
    void aTraceStaysTheSameTrace() throws Exception {
        Trace before = Traces.read("mooncake-synthetic-excerpt.jsonl");
        Trace after = Traces.of(anonymized(Traces.text("mooncake-synthetic-excerpt.jsonl"), SALT));
        assertThat(Replay.open(after).dueNanos()).isEqualTo(Replay.open(before).dueNanos());
        assertThat(TraceLint.of(Replay.open(after), OptionalLong.empty()).expectedHitTokens())
                .isEqualTo(
                        TraceLint.of(Replay.open(before), OptionalLong.empty()).expectedHitTokens());
        assertThat(after.rows())
                .extracting(TraceRow::promptTokens)
                .isEqualTo(before.rows().stream().map(TraceRow::promptTokens).toList());
    }

    @Test
    void sessionsWithClocksOfTheirOwnKeepTheirPauses() throws Exception {
        Trace after = Traces.of(anonymized(Traces.text("weka.json"), SALT));
        assertThat(after.sessionCount()).isEqualTo(3);
        assertThat(after.rows()).noneMatch(row -> row.atNanos().isPresent());
        assertThat(TraceLint.of(Replay.open(after), OptionalLong.empty())
                        .refusal()
                        .orElseThrow())
                .contains("--trace-mode session");
    }

    @Test
    void aSaltIsNeededAndARowToo() {
        assertThatThrownBy(() -> anonymized(Traces.text("weka.json"), new byte[8]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> anonymized("{\"type\":\"heartbeat\",\"origin\":{}}", SALT))
                .isInstanceOfSatisfying(
                        BadTrace.class, bad -> assertThat(bad.in("f")).startsWith("f: no row of it"));
    }
}
