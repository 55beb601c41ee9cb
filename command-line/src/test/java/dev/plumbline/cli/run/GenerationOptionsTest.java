package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Generation;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class GenerationOptionsTest {

    private static GenerationOptions options(String... flags) {
        RunOptions options = new RunOptions();
        new CommandLine(options).parseArgs(flags);
        return options.generation;
    }

    private static Map<String, String> properties(String... flags) {
        Map<String, String> all = new TreeMap<>();
        options(flags).into(all);
        return all;
    }

    @Test
    void whatIsNotSaidIsAsItAlwaysWas() {
        assertThat(properties()).isEqualTo(Map.of("plumbline.target.temperature", "0.0"));
        assertThat(options().generation()).isEqualTo(Generation.DETERMINISTIC);
        assertThat(options("--generation", "defaults").generation()).isEqualTo(Generation.SERVER_DEFAULTS);
        assertThat(properties("--generation", "defaults")).isEqualTo(Map.of("plumbline.generation.style", "DEFAULTS"));
        assertThat(properties("--generation", "defaults", "--temperature", "0.7"))
                .as("what is stated wins")
                .isEqualTo(Map.of("plumbline.target.temperature", "0.7"));
    }

    @Test
    void eachOptionIsASettingOfTheProducer() {
        assertThat(properties(
                        "--top-p",
                        "0.9",
                        "--sampling-seed",
                        "7",
                        "--stop",
                        "a,b",
                        "--stop",
                        "\n",
                        "--min-tokens",
                        "3",
                        "--ignore-eos",
                        "--max-tokens-field",
                        "max_completion_tokens",
                        "--extra-body",
                        "user=\"me=you\"",
                        "--extra-body",
                        "chat_template_kwargs={\"enable_thinking\": false}",
                        "--no-request-ids"))
                .isEqualTo(new TreeMap<>(Map.of(
                        "plumbline.target.temperature", "0.0",
                        "plumbline.generation.top-p", "0.9",
                        "plumbline.generation.sampling-seed", "7",
                        "plumbline.generation.stop", "[\"a,b\",\"\\n\"]",
                        "plumbline.generation.min-tokens", "3",
                        "plumbline.generation.ignore-eos", "true",
                        "plumbline.generation.max-tokens-field", "MAX_COMPLETION_TOKENS",
                        "plumbline.generation.extra-body",
                                "{\"user\":\"me=you\",\"chat_template_kwargs\":{\"enable_thinking\": false}}",
                        "plumbline.target.request-ids", "false")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            --temperature=-1           | --temperature | is -1.0, allowed is 0 to 100
            --top-p=0                  | --top-p       | is 0.0, allowed is above 0 to 1
            --top-p=1.5                | --top-p       | is 1.5, allowed is above 0 to 1
            --min-tokens=2000000       | --min-tokens  | is 2000000, allowed is 0 to 1000000
            --stop=                    | --stop        | is empty
            --extra-body=user=me       | --extra-body  | user: the value is not JSON
            --extra-body=user=         | --extra-body  | user: the value is empty
            --extra-body=model="x"     | --extra-body  | 'model' is what the run
            --extra-body=max_tokens=5  | --extra-body  | 'max_tokens' is what the run
            """)
    void whatIsWrongIsNamedWithItsRemedy(String flag, String option, String problem) {
        GenerationOptions options = options(flag);
        assertThatThrownBy(options::generation)
                .isInstanceOfSatisfying(
                        RunPlan.Wrong.class, wrong -> assertThat(wrong.option()).isEqualTo(option))
                .hasMessageContaining(problem)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void whatTheApiCannotBeAskedIsRefusedByTheNameOfTheFlag() {
        assertThat(options("--ignore-eos").refusal(EndpointType.MESSAGES, Optional.empty()))
                .contains("--ignore-eos cannot be sent: endpoint type messages has no field for it");
        assertThat(options("--ignore-eos").refusal(EndpointType.CHAT, Optional.empty()))
                .isEmpty();
    }

    @Test
    void withoutALongestAnswerNoLimitCanBeKept() {
        RunOptions options = new RunOptions();
        new CommandLine(options).parseArgs("--max-tokens-field", "none", "--max-tokens-total", "100000");
        assertThatThrownBy(() -> RunPlan.checked("id", options, false))
                .isInstanceOf(RunPlan.Wrong.class)
                .hasMessageContaining("--max-tokens-total is given");
    }

    @Test
    void aValueOfAFurtherFieldIsSeenByNobody() {
        CommandLine line = new CommandLine(new RunCommand());
        line.parseArgs("--url", "h", "--extra-body", "user=\"S3CR3T\"");
        assertThat(RunCommand.recorded(line).texts()).containsEntry("extra-body", "user=<hidden>");
        assertThat(options("--extra-body", "user=\"S3CR3T\"").generation().conditions())
                .containsKey("extraBody.user")
                .doesNotContainValue("\"S3CR3T\"");
    }
}
