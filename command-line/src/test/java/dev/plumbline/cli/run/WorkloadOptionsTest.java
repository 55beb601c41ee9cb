package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.probe.TokenCalibration;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.workload.Length;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is asked, from what a person writes to what the producer is told and what must match for a comparison. */
class WorkloadOptionsTest {

    private static final String ONE_CLASS = "classes:\n  rag: {isl: \"uniform(5,9)\", osl: 8, turns: 2}\n";

    @TempDir
    private Path folder;

    private final RunOptions options = new RunOptions();

    private static Map<String, String> properties(String... flags) {
        return DrivenTarget.properties("http://h:1", EndpointType.CHAT, flags);
    }

    private Map<String, String> conditions() {
        return options.workload.conditions(options.load);
    }

    @Test
    void plainNumbersAreToldAsEver() {
        assertThat(properties("--isl", "200", "--isl-stddev", "50", "--osl", "100"))
                .containsEntry("plumbline.workload.prompt-tokens", "200")
                .containsEntry("plumbline.workload.prompt-tokens-deviation", "50")
                .containsEntry("plumbline.workload.max-tokens", "100")
                .containsEntry("plumbline.workload.max-tokens-deviation", "10")
                .doesNotContainKeys("plumbline.workload.prompt-length", "plumbline.workload.file");
        assertThat(conditions())
                .isEqualTo(Map.of(
                        "promptTokens", "128",
                        "promptTokensDeviation", "0",
                        "maxTokens", "64",
                        "maxTokensDeviation", "6"));
    }

    @Test
    void aLengthThatSaysHowItSpreadsIsToldAsItIs() {
        assertThat(properties("--isl", "lognormal(128, 0.6)", "--osl", "p50=60,max=200"))
                .containsEntry("plumbline.workload.prompt-length", "lognormal(128,0.6)")
                .containsEntry("plumbline.workload.answer-length", "p50=60,max=200")
                .doesNotContainKeys("plumbline.workload.prompt-tokens", "plumbline.workload.max-tokens");
        options.load.promptTokens = Length.parse("lognormal(128,0.6)");
        assertThat(conditions()).containsEntry("promptTokens", "lognormal(128,0.6)");
    }

    @Test
    void aWorkloadIsToldByItsFileAndItsTextMustMatch() throws IOException {
        Path file = Files.writeString(folder.resolve("w.yaml"), ONE_CLASS);
        assertThat(properties("--workload", file.toString()))
                .containsEntry("plumbline.workload.file", file.toAbsolutePath().toString())
                .doesNotContainKeys("plumbline.workload.prompt-tokens", "plumbline.workload.mix");
        options.workload.file = file;
        Map<String, String> first = conditions();
        assertThat(first).containsOnlyKeys("workload");
        RunOptions changed = new RunOptions();
        changed.workload.file = Files.writeString(folder.resolve("x.yaml"), ONE_CLASS.replace("9", "10"));
        RunOptions same = new RunOptions();
        same.workload.file = Files.writeString(folder.resolve("y.yaml"), ONE_CLASS);
        assertThat(changed.workload.conditions(changed.load)).isNotEqualTo(first);
        assertThat(same.workload.conditions(same.load)).isEqualTo(first);
    }

    @Test
    void aMixIsToldByItsWeights() {
        assertThat(properties("--mix", "chat=3,rag=1")).containsEntry("plumbline.workload.mix", "chat=3,rag=1");
        options.workload.mix = "chat=3,rag=1";
        assertThat(conditions()).containsOnlyKeys("workload");
    }

    /** What is booked before a request is sent is its worst case, also that of a session's last turn. */
    @Test
    void limitsThatOneRequestOfAClassMightBreakAreRefused() throws IOException {
        options.workload.file = Files.writeString(folder.resolve("w.yaml"), ONE_CLASS);
        options.load.warmupDuration = java.time.Duration.ZERO;
        assertThat(options.workload.largest(options.load).promptWords()).isEqualTo(9 + 8 + 9 + 8);
        options.spend.maxTokensTotal = 2 * 34 + 8 - 1L;
        assertThatThrownBy(() -> RunPlan.checked("r", options, false))
                .isInstanceOf(RunPlan.Wrong.class)
                .hasMessageContaining("one request may take 76 tokens");
        options.spend.maxTokensTotal = 76L;
        assertThat(RunPlan.checked("r", options, false)).isNotNull();
    }

    private static final PromptUnit IN_WORDS = new PromptUnit(Optional.empty(), "words");
    private static final PromptUnit IN_TOKENS = new PromptUnit(
            Optional.of(new TokenCalibration.Outcome.Known(List.of("way", "day"), 11, "POST /tokenize")), "tokens");

    @Test
    void promptsInTokensAreRefusedByRealTokens() {
        assertThat(options.workload.refusal(options.load, IN_TOKENS, OptionalLong.of(128)))
                .hasValueSatisfying(
                        why -> assertThat(why)
                                .startsWith(
                                        "--isl: of 500 prompts 500 have as many tokens as the model's context has tokens (128)"));
        assertThat(options.workload.refusal(options.load, IN_TOKENS, OptionalLong.empty()))
                .isEmpty();
        options.load.promptTokens = Length.parse("11");
        assertThat(options.workload.refusal(options.load, IN_TOKENS, OptionalLong.empty()))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("--isl: is 11, and the target counts 11 tokens around", "ask for 12 or more"));
        assertThat(options.workload.refusal(options.load, IN_WORDS, OptionalLong.empty()))
                .isEmpty();
    }

    @Test
    void promptsBeyondTheContextAreRefused() throws IOException {
        assertThat(options.workload.refusal(options.load, IN_WORDS, OptionalLong.of(128)))
                .hasValueSatisfying(
                        why -> assertThat(why)
                                .startsWith(
                                        "--isl: of 500 prompts 500 have as many words as the model's context has tokens (128)"));
        assertThat(options.workload.refusal(options.load, IN_WORDS, OptionalLong.of(129)))
                .isEmpty();
        assertThat(options.workload.refusal(options.load, IN_WORDS, OptionalLong.empty()))
                .isEmpty();
        options.load.promptTokens = Length.parse("lognormal(128,0.6)");
        assertThat(options.workload.refusal(options.load, IN_WORDS, OptionalLong.of(300)))
                .isPresent();
        RunOptions classes = new RunOptions();
        classes.workload.file = Files.writeString(
                folder.resolve("w.yaml"), ONE_CLASS.replace("turns: 2", "turns: 2, prefix: {words: 200}"));
        assertThat(classes.workload.refusal(classes.load, IN_WORDS, OptionalLong.of(205)))
                .hasValueSatisfying(why -> assertThat(why).startsWith("--workload: of 500 prompts 500"));
        assertThat(classes.workload.refusal(classes.load, IN_WORDS, OptionalLong.of(220)))
                .isEmpty();
    }

    static Stream<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../scenarios/workloads"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void everyShippedWorkloadIsUnderstood(Path file) {
        options.workload.file = file;
        assertThat(RunPlan.checked("r", options, false)
                        .workload()
                        .stated()
                        .orElseThrow()
                        .classes())
                .isNotEmpty();
    }
}
