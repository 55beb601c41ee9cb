package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.protocol.Ask;
import dev.plumbline.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts of the operator, as the settings say them. */
class OwnPromptsTest {

    @TempDir
    private Path folder;

    private static ProducerSettings checked(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "plumbline.kafka.bootstrap-servers", "127.0.0.1:9092",
                "plumbline.target.url", "http://127.0.0.1:8000/v1",
                "plumbline.target.model", "m",
                "plumbline.workload.max-tokens-deviation", "0",
                "plumbline.load.concurrency", "4"));
        all.putAll(more);
        return ProducerSettings.checked(ProducerConfig.of(all));
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static List<String> asked(Workload workload, int count) {
        return LongStream.range(0, count)
                .mapToObj(ordinal -> workload.session(ordinal)
                        .next(Optional.empty())
                        .orElseThrow()
                        .ask())
                .map(ask -> ask.text() + " " + ask.maxTokens())
                .toList();
    }

    @Test
    void typedOnesAreAskedToTheLetter() {
        ProducerSettings settings = checked(Map.of(
                "plumbline.workload.prompts[0]", "one, two, ${three} \\ four",
                "plumbline.workload.prompts[1]", "b"));
        assertThat(asked(settings.workload(), 3))
                .containsExactly("one, two, ${three} \\ four 64", "b 64", "one, two, ${three} \\ four 64");
        assertThat(settings.cacheUse()).as("sent as they are").isEqualTo(ProducerConfig.CacheUse.REUSE);
        assertThat(checked(Map.of()).cacheUse()).isEqualTo(ProducerConfig.CacheUse.AVOID);
        assertThat(checked(Map.of(
                                "plumbline.workload.prompts[0]", "a",
                                "plumbline.workload.cache", "AVOID"))
                        .cacheUse())
                .isEqualTo(ProducerConfig.CacheUse.AVOID);
    }

    @Test
    void thoseOfAFileAreAskedAsItSaysAndElseAsTheSettingsDo() throws IOException {
        String file = file("x.jsonl", "{\"q\":\"a\",\"max_tokens\":5}\n{\"q\":\"b\"}\n{\"q\":\"c\"}\n");
        Map<String, String> settings = Map.of(
                "plumbline.workload.dataset", file,
                "plumbline.workload.dataset-format", "jsonl",
                "plumbline.workload.dataset-limit", "2",
                "plumbline.workload.prompt-column", "q",
                "plumbline.workload.max-tokens", "9");
        assertThat(asked(checked(settings).workload(), 3)).containsExactly("a 5", "b 9", "a 5");
    }

    @Test
    void otherPromptsAreOtherConditions() {
        Optional<String> a =
                checked(Map.of("plumbline.workload.prompts[0]", "a")).series().conditions();
        Optional<String> b =
                checked(Map.of("plumbline.workload.prompts[0]", "b")).series().conditions();
        assertThat(a).isPresent().isNotEqualTo(b);
        assertThat(a).isNotEqualTo(checked(Map.of()).series().conditions());
        assertThat(checked(Map.of(
                                "plumbline.workload.prompts[0]", "a",
                                "plumbline.workload.dataset-order", "SHUFFLED"))
                        .series()
                        .conditions())
                .isNotEqualTo(a);
    }

    @Test
    void answersOfConversationsAreKept() throws IOException {
        String file = file("x.jsonl", "{\"turns\":[\"a\",\"b\"]}\n");
        Workload workload = checked(Map.of("plumbline.workload.dataset", file)).workload();
        assertThat(workload.readsAnswers()).isTrue();
        assertThat(workload.session(0).next(Optional.empty()).orElseThrow().ask())
                .isEqualTo(Ask.of("a", 64));
    }

    @Test
    void whatCannotBeAskedEndsTheStart() throws IOException {
        refused(Map.of("plumbline.workload.dataset", folder + "/none"), "plumbline.workload.dataset: cannot read");
        refused(
                Map.of("plumbline.workload.dataset", file("e", "")),
                "plumbline.workload.dataset: " + folder + "/e: is empty");
        refused(
                Map.of("plumbline.workload.dataset", file("b", "{\"prompt\":\"a\"}\n{\"prompt\"")),
                "plumbline.workload.dataset: " + folder + "/b:2: is no JSON");
        refused(
                Map.of(
                        "plumbline.workload.dataset",
                        file("d", "{\"prompt\":\"a\"}"),
                        "plumbline.workload.dataset-digest",
                        "0000000000000000"),
                "plumbline.workload.dataset has the digest ");
        refused(
                Map.of("plumbline.workload.dataset", folder + "/d", "plumbline.workload.prompts[0]", "a"),
                "at most one of");
        refused(
                Map.of("plumbline.workload.dataset", folder + "/d", "plumbline.workload.dataset-limit", "0"),
                "plumbline.workload.dataset-limit = 0 is not allowed");
        refused(
                Map.of("plumbline.workload.dataset", file("p", "{\"model\":\"m\",\"prompt\":\"a\"}")),
                "plumbline.workload.dataset: " + folder + "/p:1: has no \"messages\"");
    }

    private static void refused(Map<String, String> settings, String words) {
        assertThatThrownBy(() -> checked(settings))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith(words)
                .hasMessageNotContaining("\n");
    }
}
