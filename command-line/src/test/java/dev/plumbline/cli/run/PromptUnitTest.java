package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.Engine;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.Prompts;
import dev.plumbline.workload.Vocabulary;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PromptUnitTest {

    private static final int REQUESTS = 60;

    private static Discovery discovery(TargetAddress address, EndpointType type) {
        return new Discovery(
                address.url(),
                type,
                "simulated",
                new Engine(Engine.Kind.VLLM, Optional.empty()),
                OptionalLong.empty(),
                Optional.empty(),
                new Discovery.Facts(Map.of(), Map.of()));
    }

    /** What is found of a target makes prompts of exactly as many tokens as it counts, by its emit log. */
    @ParameterizedTest
    @EnumSource(
            value = EndpointType.class,
            names = {"CHAT", "COMPLETIONS"})
    void aPromptHasExactlyAsManyTokensAsItsLengthSays(EndpointType type) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        try (SimulatedTarget target = SimulatedTarget.start(
                SimulatedTargetSettings.DEFAULT.withTiming(new TimingSettings(100_000, 0, 100_000, 0.1)))) {
            TargetAddress address = TargetAddress.of("http://127.0.0.1:" + target.port());
            PromptUnit unit = PromptUnit.of(TokenizerChoice.AUTO, address, discovery(address, type), System::nanoTime);
            assertThat(unit.conditions()).isEqualTo(Map.of("promptUnit", "tokens"));
            assertThat(unit.text())
                    .startsWith("tokens as the target counts them, 0 around")
                    .contains("POST /tokenize");

            Map<String, String> told = unit.properties();
            Vocabulary vocabulary = Vocabulary.ofTokens(
                    java.util.List.of(told.get("plumbline.workload.vocabulary").split(" ")));
            Length lengths = Length.parse("lognormal(60,0.8,max=900)");
            Prompts prompts = new Prompts(42, lengths)
                    .salted(7)
                    .in(vocabulary, Integer.parseInt(told.get("plumbline.workload.tokens-around")));
            // In words of one letter or more each, so that a length can be counted without tokens.
            Prompts counted = new Prompts(42, lengths).salted(7);
            Protocol protocol = Protocol.of(type, RequestParameters.of("simulated", false, 1, 0));
            for (int i = 0; i < REQUESTS; i++) {
                HttpResponse<Void> answer = client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + target.port() + type.path()))
                                .timeout(Duration.ofSeconds(60))
                                .header("X-Request-Id", "unit-" + i)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(protocol.body(prompts.prompt(i))))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                assertThat(answer.statusCode()).isEqualTo(200);
            }
            Map<String, Integer> truth = target.emitRecords().stream()
                    .collect(Collectors.toMap(EmitRecord::requestId, EmitRecord::promptTokens, (a, b) -> a));
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(truth.get("unit-" + i)).isEqualTo(counted.prompt(i).split(" ").length);
            }
        }
    }

    @Test
    void whereNobodyCountsLengthsAreInWordsAndWhoAskedForTokensIsTold() {
        TargetAddress nowhere = TargetAddress.of("http://127.0.0.1:1");
        Discovery discovery = discovery(nowhere, EndpointType.CHAT);
        PromptUnit words = PromptUnit.of(TokenizerChoice.AUTO, nowhere, discovery, System::nanoTime);
        assertThat(words.text())
                .startsWith("words, most of which are one token")
                .contains("did not answer POST /tokenize");
        assertThat(words.conditions()).isEmpty();
        assertThat(words.properties()).isEmpty();
        assertThatThrownBy(() -> PromptUnit.of(
                        new TokenizerChoice(TokenizerChoice.Kind.TARGET, Optional.empty()),
                        nowhere,
                        discovery,
                        System::nanoTime))
                .isInstanceOf(RunPlan.Wrong.class)
                .hasMessageContaining("did not answer POST /tokenize");
        assertThat(PromptUnit.of(
                                new TokenizerChoice(TokenizerChoice.Kind.NONE, Optional.empty()),
                                nowhere,
                                discovery,
                                System::nanoTime)
                        .text())
                .contains("--tokenizer none");
        assertThatThrownBy(() -> new TokenizerChoice.Converter().convert("meta-llama/Llama-3"))
                .hasMessageContaining("give the path of a tokenizer.json");
    }
}
