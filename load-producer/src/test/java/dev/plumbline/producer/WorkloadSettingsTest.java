package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.workload.Largest;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadSettingsTest {

    @TempDir
    private Path folder;

    private static ProducerSettings checked(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "plumbline.kafka.bootstrap-servers", "127.0.0.1:9092",
                "plumbline.target.url", "http://127.0.0.1:8000/v1",
                "plumbline.target.model", "m",
                "plumbline.load.concurrency", "4"));
        all.putAll(more);
        return ProducerSettings.checked(ProducerConfig.of(all));
    }

    private static WorkloadSettings asked(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put("plumbline.load.concurrency", "4");
        return WorkloadSettings.checked(ProducerConfig.of(all), Optional.empty());
    }

    @Test
    void aLoadWithoutClassesIsOfOneThatIsCalledByItsScenario() {
        WorkloadSettings asked = asked(Map.of("plumbline.series.scenario", "nightly"));
        assertThat(asked.workload().classes()).containsExactly(new RequestClass("nightly"));
        assertThat(asked.largest()).isEqualTo(new Largest(128, 64 + 4 * 6));
        assertThat(asked.conditions())
                .isEqualTo(Map.of(
                        "promptTokens", "128",
                        "promptTokensDeviation", "0",
                        "maxTokens", "64",
                        "maxTokensDeviation", "6"));
    }

    @Test
    void inWordsThatAreTokensALengthIsOneInTokens() {
        String words = "way day man car law job eye war art boy age air";
        WorkloadSettings asked = asked(Map.of(
                "plumbline.workload.vocabulary", words,
                "plumbline.workload.tokens-around", "11",
                "plumbline.workload.prompt-length", "uniform(5,60)"));
        assertThat(asked.conditions()).containsEntry("promptUnit", "tokens");
        Workload salted = asked.workload().salted(7);
        Set<Integer> lengths = new TreeSet<>();
        for (int ordinal = 0; ordinal < 300; ordinal++) {
            List<String> prompt = List.of(salted.session(ordinal)
                    .next(Optional.empty())
                    .orElseThrow()
                    .ask()
                    .text()
                    .split(" "));
            assertThat(prompt.getFirst()).isEqualTo("way");
            assertThat(List.of(words.split(" "))).containsAll(prompt);
            lengths.add(prompt.size() + 11);
        }
        assertThat(lengths)
                .as("one word at least")
                .hasSizeGreaterThan(40)
                .allMatch(tokens -> tokens >= 12 && tokens <= 60);
        assertThatThrownBy(() -> asked(Map.of("plumbline.workload.vocabulary", "way day")))
                .hasMessageContaining("plumbline.workload.vocabulary: 2 words");
        assertThatThrownBy(() -> asked(Map.of("plumbline.workload.vocabulary", words + " s3cret")))
                .hasMessageContaining("is no word of letters");
        assertThatThrownBy(() -> asked(Map.of("plumbline.workload.tokens-around", "3")))
                .hasMessageContaining("plumbline.workload.vocabulary is not");
        assertThat(asked(Map.of("plumbline.workload.vocabulary", words, "plumbline.workload.mix", "rag=1"))
                        .conditions())
                .containsEntry("promptUnit", "tokens");
    }

    @Test
    void aWorkloadFileSaysWhatIsAsked() throws IOException {
        Path file = Files.writeString(
                folder.resolve("w.yaml"),
                "tenants: {count: 3}\nclasses:\n  chat: {isl: 50, osl: 20, turns: 2}\n  rag: {isl: 10, osl: 30}\n");
        WorkloadSettings asked = asked(Map.of("plumbline.workload.file", file.toString()));
        assertThat(asked.workload().classes()).containsExactly(new RequestClass("chat"), new RequestClass("rag"));
        assertThat(asked.workload().tenants()).hasSize(3);
        assertThat(asked.largest()).isEqualTo(new Largest(50 + 20 + 50 + 20, 30));
        assertThat(asked.conditions()).containsOnlyKeys("workload");
        ProducerSettings settings = checked(Map.of("plumbline.workload.file", file.toString()));
        assertThat(settings.workload().readsAnswers()).isTrue();
    }

    @Test
    void differentWorkloadsAreOfOtherConditions() throws IOException {
        String text = "classes:\n  chat: {isl: 50, osl: 20}\n";
        Path one = Files.writeString(folder.resolve("one.yaml"), text);
        Path same = Files.writeString(folder.resolve("same.yaml"), text);
        Path other = Files.writeString(folder.resolve("other.yaml"), text.replace("50", "51"));
        String digest = conditions(Map.of("plumbline.workload.file", one.toString()));
        assertThat(conditions(Map.of("plumbline.workload.file", same.toString())))
                .isEqualTo(digest);
        assertThat(conditions(Map.of("plumbline.workload.file", other.toString())))
                .isNotEqualTo(digest);
        assertThat(conditions(Map.of("plumbline.workload.mix", "chat=2,rag=1")))
                .isNotEqualTo(conditions(Map.of("plumbline.workload.mix", "chat=3,rag=1")));
        assertThat(conditions(Map.of("plumbline.workload.prompt-length", "lognormal(128,0.5)")))
                .isNotEqualTo(conditions(Map.of("plumbline.workload.prompt-length", "lognormal(128,0.6)")))
                .isNotEqualTo(conditions(Map.of()));
    }

    private static String conditions(Map<String, String> settings) {
        return checked(settings).series().conditions().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "plumbline.workload.file; none.yaml; plumbline.workload.file: cannot read none.yaml (NoSuchFileException)",
                "plumbline.workload.mix; chta=1; plumbline.workload.mix: 'chta' is no built-in class: did you mean chat?",
                "plumbline.workload.prompt-length; many; plumbline.workload.prompt-length: 'many' is no length such as",
                "plumbline.workload.prompt-length; lognormal(100000,0.5); plumbline.workload.prompt-length = lognormal(100000,0.5) is not allowed",
                "plumbline.workload.answer-length; p50=5; plumbline.workload.answer-length: 'p50=5' is no length such as",
            })
    void whatIsWrongIsNamedByItsKey(String key, String value, String problem) {
        assertThatThrownBy(() -> checked(Map.of(key, value)))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith(problem)
                .hasMessageNotContaining("\n");
    }

    @Test
    void whatIsWrongInAFileIsNamedByItsLine() throws IOException {
        Path file = Files.writeString(folder.resolve("w.yaml"), "classes:\n  chat:\n    isl: 5\n    osl: many\n");
        assertThatThrownBy(() -> checked(Map.of("plumbline.workload.file", file.toString())))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith(
                        "plumbline.workload.file: " + file + ":4: classes.chat.osl: 'many' is no length");
        assertThatThrownBy(() ->
                        checked(Map.of("plumbline.workload.file", file.toString(), "plumbline.workload.mix", "chat")))
                .hasMessageStartingWith("at most one of plumbline.workload.file and plumbline.workload.mix");
    }
}
