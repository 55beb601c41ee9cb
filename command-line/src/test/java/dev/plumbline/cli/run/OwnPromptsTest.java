package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.probe.BaseUrl;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.Engine;
import dev.plumbline.protocol.EndpointType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Prompts that a person brings, as {@code plumb run} looks at them before any load. */
class OwnPromptsTest {

    @TempDir
    private Path folder;

    private RunOptions options(String... flags) {
        return CommandLine.populateCommand(
                new RunOptions(),
                Stream.of(flags)
                        .map(flag -> flag.replace("FOLDER", folder.toString()))
                        .toArray(String[]::new));
    }

    private RunPlan plan(String... flags) {
        return RunPlan.checked("id", options(flags), false);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Map<String, String> told(RunPlan plan) {
        Map<String, String> settings = new HashMap<>();
        plan.ownPrompts().orElseThrow().tell(settings);
        return settings;
    }

    @Test
    void typedOnesAreToldToTheProducerAndStandInNoRecord() {
        String secret = "my secret, and more";
        RunPlan plan = plan("--prompt", secret, "--prompt", "b");
        assertThat(told(plan))
                .containsEntry("plumbline.workload.prompts[0]", secret)
                .containsEntry("plumbline.workload.prompts[1]", "b")
                .containsEntry(
                        "plumbline.workload.dataset-digest",
                        plan.ownPrompts().orElseThrow().facts().digest());
        CommandLine line = new CommandLine(new RunCommand());
        line.parseArgs("--prompt", secret, "--set", "plumbline.workload.prompts[0]=" + secret);
        assertThat(RunCommand.recorded(line).texts())
                .containsEntry("prompt", RecordedValue.HIDDEN)
                .containsEntry("set", "plumbline.workload.prompts[0]=" + RecordedValue.HIDDEN)
                .allSatisfy((name, value) -> assertThat(value).doesNotContain(secret));
    }

    @Test
    void filesAreToldByTheirWholePath() throws IOException {
        Path file = file("p.txt", "a\nb\n");
        assertThat(told(plan("--prompt-file", file.toString())))
                .containsEntry(
                        "plumbline.workload.dataset", file.toAbsolutePath().toString())
                .containsEntry("plumbline.workload.dataset-format", "LINES");
        assertThat(told(plan("--prompt-file", file.toString(), "--prompt-per", "file")))
                .containsEntry("plumbline.workload.dataset-format", "WHOLE");
        assertThat(told(plan(
                        "--dataset",
                        file("d.jsonl", "{\"ask\":\"a\"}").toString(),
                        "--dataset-format",
                        "jsonl",
                        "--prompt-column",
                        "ask",
                        "--dataset-order",
                        "shuffled",
                        "--dataset-turns",
                        "first",
                        "--dataset-limit",
                        "7")))
                .containsEntry("plumbline.workload.dataset-format", "JSONL")
                .containsEntry("plumbline.workload.prompt-column", "ask")
                .containsEntry("plumbline.workload.dataset-order", "SHUFFLED")
                .containsEntry("plumbline.workload.dataset-turns", "FIRST")
                .containsEntry("plumbline.workload.dataset-limit", "7");
        assertThat(told(plan("--dataset", folder + "/d.jsonl", "--dataset-format", "auto", "--prompt-column", "ask")))
                .doesNotContainKey("plumbline.workload.dataset-format");
    }

    @Test
    void areSentAsTheyAreUnlessCachesAreToBeAvoided() {
        assertThat(plan().cache()).isEqualTo(LoadOptions.CacheUse.avoid);
        assertThat(plan("--prompt", "a").cache()).isEqualTo(LoadOptions.CacheUse.reuse);
        assertThat(plan("--prompt", "a", "--cache", "avoid").cache()).isEqualTo(LoadOptions.CacheUse.avoid);
    }

    @Test
    void otherOnesNeverCompareWithoutAWord() {
        assertThat(plan("--prompt", "a").ownPrompts().orElseThrow().conditions())
                .isNotEqualTo(plan("--prompt", "b").ownPrompts().orElseThrow().conditions());
        assertThat(plan("--prompt", "a").ownPrompts().orElseThrow().conditions())
                .isNotEqualTo(plan("--prompt", "a", "--dataset-order", "shuffled")
                        .ownPrompts()
                        .orElseThrow()
                        .conditions());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "--dataset FOLDER/none; --dataset; 'FOLDER/none' is not there: check the path",
                "--dataset FOLDER; --dataset; 'FOLDER' is no file that can be read twice",
                "--prompt-file FOLDER/empty; --prompt-file; FOLDER/empty: is empty",
                "--dataset FOLDER/broken; --dataset; FOLDER/broken:2: is no JSON: it breaks at column",
                "--dataset FOLDER/broken --prompt a; --dataset; excludes --prompt: give one of them",
                "--prompt a --isl 64; --isl; is of drawn words, and --prompt brings its own: leave one of them out",
                "--prompt a --isl-stddev 4; --isl-stddev; is of drawn words",
                "--dataset-format csv; --dataset-format; is of a file: give --dataset, too",
                "--prompt-column q; --prompt-column; is of a file: give --dataset, too",
                "--dataset FOLDER/broken --dataset-limit 0; --dataset-limit; is 0, allowed is 1 to 1000000",
                "--set plumbline.workload.dataset=x; --set; plumbline.workload.dataset: a run must know what it asks",
                "--set plumbline.workload.prompts[0]=x; --set; plumbline.workload.prompts[0]: a run must know",
            })
    void whatCannotBeAskedIsSaidBeforeAnyLoad(String flags, String option, String words) throws IOException {
        file("empty", "");
        file("broken", "{\"prompt\":\"a\"}\n{\"prompt\":\"b");
        assertThatThrownBy(() -> plan(flags.split(" ")))
                .isInstanceOfSatisfying(
                        RunPlan.Wrong.class, wrong -> assertThat(wrong.option()).isEqualTo(option))
                .hasMessageStartingWith(words.replace("FOLDER", folder.toString()));
    }

    @Test
    void aBlankPromptIsToldByItsNumber() {
        assertThatThrownBy(() -> plan("--prompt", "a", "--prompt", " "))
                .hasMessage("prompt 2 is empty: write something, or leave it out");
    }

    @Test
    void aSpendingLimitCountsTheLongestOfThem() {
        String prompt = "abcd".repeat(1_000);
        assertThatThrownBy(() -> plan("--prompt", prompt, "--max-tokens-total", "2000", "--warmup-duration", "0s"))
                .isInstanceOf(RunPlan.Wrong.class)
                .hasMessageContaining("one for two bytes of the longest prompt");
        assertThat(plan("--prompt", "abcd", "--max-tokens-total", "2000", "--warmup-duration", "0s"))
                .isNotNull();
    }

    private static Discovery discovery(long contextTokens) {
        return new Discovery(
                BaseUrl.parse("http://h:1"),
                EndpointType.CHAT,
                "m",
                new Engine(Engine.Kind.UNKNOWN, Optional.empty()),
                contextTokens == 0 ? OptionalLong.empty() : OptionalLong.of(contextTokens),
                Optional.empty(),
                new Discovery.Facts(Map.of(), Map.of()));
    }

    @Test
    void whatTheModelCannotTakeIsRefusedAndWhatItMayNotTakeIsSaid() throws IOException {
        file("d", "{\"prompt\":\"a\"}\n{\"prompt\":\"" + "abcd".repeat(1_000) + "\"}\n");
        OwnPrompts own = plan("--dataset", folder + "/d").ownPrompts().orElseThrow();
        assertThatThrownBy(() -> own.requireFit(EndpointType.CHAT, discovery(500)))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("--dataset " + folder + "/d:2: has 4,000 bytes, and the context of the model is 500 tokens:"
                        + " shorten it, or take it out");
        own.requireFit(EndpointType.CHAT, discovery(600));
        own.requireFit(EndpointType.CHAT, discovery(0));
        assertThat(own.lines(discovery(1_050), true, Optional.empty()))
                .last()
                .isEqualTo("the longest, " + folder + "/d:2, takes some 1,000 tokens: with its answer it may be beyond"
                        + " the context of 1,050");
        assertThat(own.lines(discovery(1_064), true, Optional.empty())).hasSize(1);
    }

    @Test
    void bodiesOfAnotherApiAreRefused() throws IOException {
        file("d", "{\"model\":\"m\",\"prompt\":\"a\"}\n");
        OwnPrompts own = plan("--dataset", folder + "/d").ownPrompts().orElseThrow();
        assertThatThrownBy(() -> own.requireFit(EndpointType.CHAT, discovery(0)))
                .hasMessage(
                        "--dataset " + folder + "/d:1: has no \"messages\", with which endpoint type chat is asked; it"
                                + " has model, prompt: choose the API that it is for with --endpoint-type");
        own.requireFit(EndpointType.COMPLETIONS, discovery(0));
    }

    @Test
    void saysWhatIsAskedAndHowOftenEach() throws IOException {
        file("d", "{\"prompt\":\"abcdefgh\"}\n{\"prompt\":\"abcd\"}\n");
        OwnPrompts own = plan("--dataset", folder + "/d").ownPrompts().orElseThrow();
        assertThat(own.lines(discovery(0), true, Optional.of(10L)))
                .isEqualTo(List.of(
                        "2 prompts of d (vllm-custom), in their order, sent as they are; some 1 tokens on average, by 4"
                                + " bytes each",
                        "there are 2 prompts for 10 requests: each is sent 5.00 times, and a prefix cache knows it then;"
                                + " --cache avoid begins each with words of its own"));
        assertThat(own.repeats(2, true)).isEmpty();
        assertThat(own.repeats(3, false)).hasValue("there are 2 prompts for 3 requests: each is sent 1.50 times");
        assertThat(plan("--prompt", "hi").ownPrompts().orElseThrow().repeats(3, false))
                .hasValue("there is 1 prompt for 3 requests: it is sent 3.00 times");
    }

    @Test
    void theShippedScenarioHasItsDatasetBesideIt() {
        assertThat(plan("--dataset", "../scenarios/datasets/own-prompts.jsonl")
                        .ownPrompts()
                        .orElseThrow()
                        .facts()
                        .conversations())
                .isEqualTo(6);
    }
}
