package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.StepOutcome.Skipped;
import dev.plumbline.probe.TargetAddress.Wanted;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Engines as captured, each behind a real socket. */
class DiscoveryTest {

    @Test
    void vllmIsKnownWithItsSettings() throws Exception {
        try (ScriptedServer server = Engines.vllm()) {
            ProbeReport report = Probing.check(server.url());

            assertThat(report.failure()).isEmpty();
            Discovery found = report.discovery().orElseThrow();
            assertThat(found.endpointType()).isEqualTo(EndpointType.CHAT);
            assertThat(found.endpointUrl()).isEqualTo(server.url() + "/v1/chat/completions");
            assertThat(found.model()).isEqualTo("tiny");
            assertThat(found.engine()).hasToString("vllm 0.32.0");
            assertThat(found.contextLengthTokens()).hasValue(2048);
            assertThat(found.metrics())
                    .contains(new Discovery.EngineMetrics(server.url() + "/metrics", Engine.Kind.VLLM));
            assertThat(found.facts().subject())
                    .containsEntry("engine", "vllm")
                    .containsEntry("engineVersion", "0.32.0")
                    .containsEntry("modelPath", "model/tiny")
                    .containsEntry("serving.gpu_memory_utilization", "0.92")
                    .containsEntry("serving.enable_prefix_caching", "True")
                    .containsEntry("modelRevision", "unknown")
                    .containsKey("roundTrip")
                    .doesNotContainKey("serving.sliding_window");
            assertThat(found.facts().conditions())
                    .containsEntry("endpointType", "chat")
                    .containsEntry("gpu", "unknown");
            assertThat(found.facts().unknown()).contains("modelRevision", "gpu", "gpuDriver");
            assertThat(Probing.line(report, Step.ANSWER)).startsWith("passed:").contains("tokens, first after");
        }
    }

    @Test
    void llamaCppIsKnownWithItsSlots() throws Exception {
        try (ScriptedServer server = Engines.llamaCpp()) {
            ProbeReport report = Probing.check(server.url());

            assertThat(report.failure()).isEmpty();
            Discovery found = report.discovery().orElseThrow();
            assertThat(found.engine()).hasToString("llama.cpp b1-de3ff81");
            assertThat(found.model()).isEqualTo("tiny-eos");
            assertThat(found.contextLengthTokens()).hasValue(8192);
            assertThat(found.metrics().orElseThrow().engine()).isEqualTo(Engine.Kind.LLAMA_CPP);
            assertThat(found.facts().subject())
                    .containsEntry("quantization", "F16")
                    .containsEntry("parameters", "19532032")
                    .containsEntry("serving.total_slots", "2")
                    .containsEntry("modelPath", "models/tiny-20m-eos.gguf");
        }
    }

    @Test
    void ollamaIsDrivenThroughOpenAiChatAndKnownByItsDigest() throws Exception {
        try (ScriptedServer server = Engines.ollama()) {
            ProbeReport report = Probing.check(server.url());

            assertThat(report.failure()).isEmpty();
            Discovery found = report.discovery().orElseThrow();
            assertThat(found.endpointType()).isEqualTo(EndpointType.CHAT);
            assertThat(found.engine()).hasToString("ollama 0.0.0");
            assertThat(found.model()).isEqualTo("tiny:latest");
            assertThat(found.contextLengthTokens()).hasValue(4096);
            assertThat(found.metrics()).isEmpty();
            assertThat(found.facts().subject())
                    .containsEntry("modelRevision", "d6650ea83ebe235e1bc6c67434afa2ab9cf368d17441cfd6a6cdea2394097cb1")
                    .containsEntry("quantization", "F16")
                    .containsEntry("parameterSize", "4.67M")
                    .containsEntry("modelFamily", "llama")
                    .containsEntry("parameters", "4671744");
            assertThat(Probing.outcome(report, Step.METRICS)).isInstanceOf(Skipped.class);
        }
    }

    @Test
    void theContextLengthOfAnOllamaIsAskedForAgainOnceTheAnswerHasLoadedTheModel() throws Exception {
        try (ScriptedServer server = Engines.ollama().json("GET /api/ps", Engines.resource("ollama-ps-empty.json"))) {
            server.on("POST /v1/chat/completions", (out, request) -> {
                server.json("GET /api/ps", Engines.resource("ollama-ps-loaded.json"));
                if (request.body().equals("{}")) {
                    server.json("GET /api/ps", Engines.resource("ollama-ps-empty.json"));
                    return ScriptedServer.send(out, 400, "application/json", "{\"error\":\"no messages\"}");
                } else {
                    return ScriptedServer.send(out, 200, "text/event-stream", Engines.resource("ollama-chat.sse"));
                }
            });

            assertThat(Probing.check(server.url()).discovery().orElseThrow().contextLengthTokens())
                    .hasValue(4096);
        }
    }

    @Test
    void sglangAndTgiAreKnown() throws Exception {
        try (ScriptedServer sglang = Engines.vllm();
                ScriptedServer tgi = Engines.vllm()) {
            sglang.json("GET /v1/models", "{\"data\":[{\"id\":\"m\",\"owned_by\":\"sglang\",\"max_model_len\":4096}]}")
                    .json(
                            "GET /get_server_info",
                            "{\"tp_size\":2,\"version\":\"0.5.1\",\"quantization\":\"fp8\",\"model_path\":\"org/m\"}");
            tgi.json("GET /v1/models", "{\"data\":[{\"id\":\"org/m\",\"owned_by\":\"org/m\"}]}")
                    .json(
                            "GET /info",
                            "{\"model_id\":\"org/m\",\"model_sha\":\"abc\",\"version\":\"3.3.4\",\"max_total_tokens\":4096}");

            Discovery first = Probing.check(sglang.url()).discovery().orElseThrow();
            Discovery second = Probing.check(tgi.url()).discovery().orElseThrow();

            assertThat(first.engine()).hasToString("sglang 0.5.1");
            assertThat(first.facts().subject())
                    .containsEntry("serving.tp_size", "2")
                    .containsEntry("quantization", "fp8");
            assertThat(second.engine()).hasToString("tgi 3.3.4");
            assertThat(second.facts().subject()).containsEntry("modelRevision", "abc");
            assertThat(second.contextLengthTokens()).hasValue(4096);
        }
    }

    @Test
    void theSimulatedTargetAnswersLikeAnyOther() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            ProbeReport report = Probing.check(target.baseUrl());

            assertThat(report.failure()).isEmpty();
            assertThat(report.steps()).extracting(StepResult::step).containsExactly(Step.values());
            Discovery found = report.discovery().orElseThrow();
            assertThat(found.model()).isEqualTo("simulated");
            assertThat(found.engine().kind()).isEqualTo(Engine.Kind.OPENAI_COMPATIBLE);
            assertThat(found.metrics().orElseThrow().engine()).isEqualTo(Engine.Kind.VLLM);
            assertThat(Probing.line(report, Step.ANSWER)).contains("16 tokens");
        }
    }

    /** What cannot stream can be measured all the same. */
    @Test
    void aWholeAnswerIsAskedForWhereNoStreamIsWanted() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            ProbeReport report = Probing.check(target.baseUrl(), Wanted.ANYTHING.whole());

            assertThat(report.failure()).isEmpty();
            assertThat(Probing.line(report, Step.ANSWER)).contains("16 tokens, in one piece after");
        }
    }

    @Test
    void discoveryAloneGeneratesNoToken() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT)) {
            ProbeReport report = new TargetProbe(
                            TargetAddress.of(target.baseUrl()).with(Probing.PATIENT),
                            System::nanoTime,
                            "",
                            ProbeListener.SILENT)
                    .discover();

            assertThat(report.discovery().orElseThrow().model()).isEqualTo("simulated");
            assertThat(Probing.outcome(report, Step.ANSWER)).isInstanceOf(Skipped.class);
            assertThat(target.emitRecords()).isEmpty();
        }
    }

    @Test
    void completionsAreFoundWhereThereIsNoChat() throws Exception {
        try (ScriptedServer server = Engines.vllm().on("POST /v1/chat/completions", 404, "text/plain", "no")) {
            assertThat(Probing.check(server.url()).discovery().orElseThrow().endpointType())
                    .isEqualTo(EndpointType.COMPLETIONS);
        }
    }

    @Test
    void messagesAreFoundWhereThereIsNothingOfOpenAis() throws Exception {
        String events =
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\n"
                        + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                        + "\"delta\":{\"type\":\"text_delta\",\"text\":\"1\"}}\n\n"
                        + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
                        + "\"usage\":{\"output_tokens\":1}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        try (ScriptedServer server = ScriptedServer.start()
                .json("GET /v1/models", "{\"data\":[{\"type\":\"model\",\"id\":\"claude\"}]}")
                .streaming("/v1/messages", events)) {
            ProbeReport report = Probing.check(server.url());

            assertThat(report.failure()).isEmpty();
            assertThat(report.discovery().orElseThrow().endpointType()).isEqualTo(EndpointType.MESSAGES);
        }
    }

    @Test
    void anApiBelowAPrefixIsFound() throws Exception {
        try (ScriptedServer server = ScriptedServer.start()
                .json("GET /llm/v1/models", Engines.resource("vllm-v1-models.json"))
                .streaming("/llm/v1/chat/completions", Engines.resource("vllm-chat.sse"))) {
            for (String end : new String[] {"/llm", "/llm/v1/", "/llm/v1/chat/completions"}) {
                ProbeReport report = Probing.check(server.url() + end);

                assertThat(report.failure()).as(end).isEmpty();
                assertThat(report.discovery().orElseThrow().endpointUrl())
                        .isEqualTo(server.url() + "/llm/v1/chat/completions");
            }
        }
    }

    @Test
    void aQueryGoesWithEveryRequestToAnApi() throws Exception {
        try (ScriptedServer server = ScriptedServer.start()
                .json("GET /v1/models?v=7", Engines.resource("vllm-v1-models.json"))
                .streaming("/v1/chat/completions?v=7", Engines.resource("vllm-chat.sse"))) {
            assertThat(Probing.check(server.url() + "/v1?v=7").failure()).isEmpty();
        }
    }

    @Test
    void aServerWithoutAListIsDrivenWithTheModelThatIsNamed() throws Exception {
        try (ScriptedServer server =
                ScriptedServer.start().streaming("/v1/chat/completions", Engines.resource("vllm-chat.sse"))) {
            ProbeReport named = Probing.check(server.url(), Probing.model("m"));
            ProbeReport unnamed = Probing.check(server.url());

            assertThat(named.failure()).isEmpty();
            assertThat(named.discovery().orElseThrow().engine().kind()).isEqualTo(Engine.Kind.UNKNOWN);
            assertThat(unnamed.failure().orElseThrow().kind().isMissingChoice()).isTrue();
            assertThat(Probing.line(unnamed, Step.MODEL)).contains("name one with --model");
        }
    }

    @Test
    void aModelThatAnOllamaDoesNotHaveIsPulledWhereThatIsAskedFor() throws Exception {
        try (ScriptedServer server = Engines.ollama()) {
            String models = Engines.resource("ollama-v1-models.json");
            String had = "{\"object\":\"list\",\"data\":null}";
            server.json("GET /v1/models", had).json("GET /api/tags", "{\"models\":[]}");
            server.on("POST /api/pull", (out, request) -> {
                server.json("GET /v1/models", models).json("GET /api/tags", Engines.resource("ollama-tags.json"));
                return ScriptedServer.send(out, 200, "application/json", "{\"status\":\"success\"}");
            });
            String name = Json.read(models.getBytes(StandardCharsets.UTF_8))
                    .orElseThrow()
                    .at("/data/0/id")
                    .asText();

            ProbeReport without = Probing.check(server.url(), Probing.model(name));
            assertThat(Probing.line(without, Step.MODEL))
                    .contains("serves no model")
                    .endsWith("--pull Ollama pulls it");
            assertThat(server.asked()).doesNotContain("POST /api/pull");

            ProbeReport with = Probing.check(server.url(), Probing.model(name).pulling());
            assertThat(Probing.line(with, Step.MODEL)).startsWith("passed: " + name);
            assertThat(with.failure()).isEmpty();
        }
    }

    @Test
    void aPullThatFailsIsToldInTheServersWords() throws Exception {
        try (ScriptedServer server =
                Engines.ollama().json("POST /api/pull", "{\"error\":\"pull model manifest: file does not exist\"}")) {
            assertThat(Probing.line(
                            Probing.check(server.url(), Probing.model("none").pulling()), Step.MODEL))
                    .isEqualTo(
                            "failed: Ollama cannot pull none (\"pull model manifest: file does not exist\"): check its"
                                    + " name, and that the server reaches its registry");
        }
    }

    @Test
    void aGenericApiIsAskedForItsAnswerOnly() throws Exception {
        GenericTarget target = new GenericTarget(
                "POST",
                "{\"ask\":\"{{prompt}}\"}",
                GenericTarget.Framing.SSE,
                "/text",
                Optional.empty(),
                Optional.of("/end"),
                Optional.empty(),
                Optional.empty(),
                "/error");
        try (ScriptedServer server = ScriptedServer.start()
                .on("POST /talk?k=1", 200, "text/event-stream", "data: {\"text\":\"1\",\"end\":\"stop\"}\n\n")) {
            ProbeReport report = Probing.check(
                    server.url() + "/talk?k=1",
                    new Wanted(
                            Optional.of(EndpointType.GENERIC),
                            Optional.of(target),
                            Optional.empty(),
                            Optional.empty()));

            assertThat(report.failure()).isEmpty();
            assertThat(report.steps()).extracting(StepResult::step).containsExactly(Step.values());
            assertThat(report.discovery().orElseThrow().endpointUrl()).isEqualTo(server.url() + "/talk?k=1");
            assertThat(server.asked()).containsExactly("POST /talk?k=1");
        }
    }

    @Test
    void aDescribedApiMayLieWhereAKnownOneWouldBe() {
        assertThat(BaseUrl.parse("http://h:1/p/v1/chat/completions?k=1").whole())
                .isEqualTo("http://h:1/p/v1/chat/completions?k=1");
        assertThat(BaseUrl.parse("http://h:1/api/chat/").whole()).isEqualTo("http://h:1/api/chat/");
    }

    @Test
    void metricsElsewhereAreLookedAtWithoutTheKey() throws Exception {
        try (ScriptedServer server = Engines.ollama();
                ScriptedServer exporter = Engines.vllm()) {
            TargetAddress address = TargetAddress.of(server.url())
                    .with(Probing.PATIENT)
                    .with(new Credentials(java.util.Map.of(), Optional.of("sk-1"), Optional.empty()))
                    .with(new Wanted(
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(BaseUrl.parse(exporter.url() + "/metrics"))));

            ProbeReport report = Probing.check(address);

            assertThat(Probing.outcome(report, Step.METRICS)).isEqualTo(new Passed("metrics of vllm"));
            assertThat(server.requests())
                    .filteredOn(request -> request.asked().equals("GET /v1/models"))
                    .isNotEmpty()
                    .allSatisfy(request ->
                            assertThat(request.header("Authorization")).contains("Bearer sk-1"));
            assertThat(exporter.requests())
                    .isNotEmpty()
                    .allSatisfy(request ->
                            assertThat(request.header("Authorization")).isEmpty());
        }
    }

    @Test
    void anEngineThatLoadsIsWaitedFor() throws IOException, InterruptedException {
        String loading = "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}";
        try (ScriptedServer server = Engines.llamaCpp()) {
            int[] seen = {0};
            server.on("GET /health", (out, request) -> {
                if (seen[0]++ < 2) {
                    return ScriptedServer.send(out, 503, "application/json", loading);
                } else {
                    return ScriptedServer.send(out, 200, "application/json", "{\"status\":\"ok\"}");
                }
            });
            StringBuilder waited = new StringBuilder();
            ProbeReport report = new TargetProbe(
                            TargetAddress.of(server.url()).with(Probing.PATIENT),
                            System::nanoTime,
                            "",
                            new ProbeListener() {
                                @Override
                                public void ended(StepResult result) {}

                                @Override
                                public void waiting(Step step, String what) {
                                    waited.append(what);
                                }
                            })
                    .check();

            assertThat(report.failure()).isEmpty();
            assertThat(waited).contains("the engine loads its model, waiting up to 20 s");
        }
    }
}
