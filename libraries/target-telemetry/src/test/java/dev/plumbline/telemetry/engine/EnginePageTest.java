package dev.plumbline.telemetry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.telemetry.EngineKind;
import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.RunningClock;
import dev.plumbline.telemetry.sampling.Viewpoint;
import dev.plumbline.telemetry.scrape.PageAddress;
import dev.plumbline.telemetry.scrape.PageClient;
import dev.plumbline.telemetry.scrape.Resources;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages of real engines, captured, and of others by their documented names, over a real HTTP server. */
class EnginePageTest {

    private final PageClient client = new PageClient();
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = ScriptedServer.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Poll<EngineSample> poll(Map<EngineValue, String> given) throws InterruptedException {
        return new EnginePage(
                        new Viewpoint("p", "t", "engine-metrics", new RunningClock()),
                        client,
                        PageAddress.of(server.url() + "/metrics", Map.of()),
                        Duration.ofSeconds(10),
                        given)
                .poll();
    }

    private EngineSample sample(String resource) throws IOException, InterruptedException {
        server.on("/metrics", 200, "text/plain", Resources.text(resource));
        return only(poll(Map.of()));
    }

    private static EngineSample only(Poll<EngineSample> poll) {
        assertThat(poll).isInstanceOf(Poll.Taken.class);
        return ((Poll.Taken<EngineSample>) poll).samples().get(0);
    }

    @Test
    void vllmUnderPressureTellsEverything() throws IOException, InterruptedException {
        EngineSample vllm = sample("/engine/vllm-metrics-loaded.prom");
        assertThat(vllm.engine()).isEqualTo(EngineKind.VLLM);
        assertThat(vllm.requests().running()).hasValue(4);
        assertThat(vllm.requests().waiting()).hasValue(8);
        assertThat(vllm.requests().preemptionsTotal()).hasValue(33);
        assertThat(vllm.requests().queueTimeSecondsTotal()).hasValue(37.31050495400177);
        assertThat(vllm.requests().queueTimeRequestsTotal()).hasValue(17);
        assertThat(vllm.tokens().kvCacheUsageRatio()).hasValue(0.9411764705882353);
        assertThat(vllm.tokens().promptTokensTotal()).hasValue(2136);
        assertThat(vllm.tokens().cachedPromptTokensTotal()).hasValue(0);
        assertThat(vllm.tokens().generationTokensTotal()).hasValue(11560);
        assertThat(vllm.cache().orElseThrow().prefixQueryTokensTotal()).hasValue(2136);
        assertThat(vllm.cache().orElseThrow().prefixHitTokensTotal())
                .as("zero is a value")
                .hasValue(0);
        assertThat(vllm.cache().orElseThrow().offloadLoadBytesTotal()).isEmpty();
        assertThat(vllm.speculation()).isEmpty();
        assertThat(vllm.absent()).isEmpty();
        assertThat(new EngineEventValues("page2").apply(List.of(vllm)))
                .hasSize(9)
                .containsEntry("page2RequestsWaitingCount", 8.0)
                .containsEntry("page2KvCacheUsageRatio", 0.9411764705882353);
    }

    @Test
    void anOlderVllmIsReadByItsOlderNames() throws IOException, InterruptedException {
        EngineSample old = sample("/engine/vllm-before-0.9.prom");
        assertThat(old.tokens().kvCacheUsageRatio()).hasValue(0.25);
        assertThat(old.requests().waiting()).as("zero is a value").hasValue(0);
        assertThat(old.requests().queueTimeSecondsTotal()).isEmpty();
        assertThat(old.absent().get("queueTimeSecondsTotal")).contains("vllm:request_queue_time_seconds_sum");
    }

    @Test
    void severalVllmReplicasAddUpAndTheFullestCacheCounts() throws IOException, InterruptedException {
        server.on("/metrics", ScriptedServer.reply(200, "text/plain", """
                        vllm_num_requests_running{engine="0"} 3
                        vllm_num_requests_running{engine="1"} 4
                        vllm_num_requests_waiting_by_reason{engine="0",reason="capacity"} 5
                        vllm_num_requests_waiting_by_reason{engine="0",reason="deferred"} 1
                        vllm_kv_cache_usage_perc{engine="0"} 0.2
                        vllm_kv_cache_usage_perc{engine="1"} 0.7
                        """));
        EngineSample both = only(poll(Map.of()));
        assertThat(both.requests().running()).hasValue(7);
        assertThat(both.requests().waiting())
                .as("where only the reasons are told")
                .hasValue(6);
        assertThat(both.tokens().kvCacheUsageRatio()).hasValue(0.7);
    }

    @Test
    void llamaCppHasNoCacheUseAndNoPreemptions() throws IOException, InterruptedException {
        EngineSample llama = sample("/engine/llamacpp-metrics-loaded.prom");
        assertThat(llama.engine()).isEqualTo(EngineKind.LLAMACPP);
        assertThat(llama.requests().running()).hasValue(2);
        assertThat(llama.requests().waiting()).hasValue(5);
        assertThat(llama.tokens().promptTokensTotal()).hasValue(2028);
        assertThat(llama.tokens().cachedPromptTokensTotal()).hasValue(6);
        assertThat(llama.tokens().generationTokensTotal()).hasValue(49);
        assertThat(llama.tokens().kvCacheUsageRatio()).isEmpty();
        assertThat(llama.cache()).isEmpty();
        assertThat(llama.speculation().orElseThrow().draftTokensTotal()).isPresent();
        assertThat(llama.absent())
                .containsEntry("preemptionsTotal", "this engine does not tell it")
                .containsEntry("kvCacheUsageRatio", "not on the page: llamacpp:kv_cache_usage_ratio");
    }

    @Test
    void sglangsRanksAreOneAndItsPrioritiesAreParts() throws IOException, InterruptedException {
        EngineSample sglang = sample("/engine/sglang.prom");
        assertThat(sglang.engine()).isEqualTo(EngineKind.SGLANG);
        assertThat(sglang.requests().running()).hasValue(6);
        assertThat(sglang.requests().waiting()).hasValue(3);
        assertThat(sglang.requests().preemptionsTotal())
                .as("the gauge is not a count")
                .isEmpty();
        assertThat(sglang.tokens().kvCacheUsageRatio()).hasValue(0.74);
        assertThat(sglang.requests().queueTimeSecondsTotal()).hasValue(12.5);
        assertThat(sglang.tokens().generationTokensTotal()).hasValue(139795);
    }

    @Test
    void tgiTellsItsTokensAsSumsOfHistograms() throws IOException, InterruptedException {
        EngineSample tgi = sample("/engine/tgi.prom");
        assertThat(tgi.engine()).isEqualTo(EngineKind.TGI);
        assertThat(tgi.requests().running()).hasValue(4);
        assertThat(tgi.requests().waiting()).hasValue(7);
        assertThat(tgi.tokens().promptTokensTotal()).hasValue(900);
        assertThat(tgi.tokens().generationTokensTotal()).hasValue(8123);
        assertThat(tgi.requests().queueTimeRequestsTotal()).hasValue(44);
    }

    @Test
    void anyPageCanBeReadByGivenNames() throws InterruptedException {
        server.on(
                "/metrics",
                ScriptedServer.reply(200, "text/plain", "my:busy 2\nmy:busy_bucket{le=\"1\"} 9\nmy_queue 0\n"));
        isFailure(poll(Map.of()), FailureReason.NOTHING_KNOWN);
        EngineSample other = only(poll(Map.of(EngineValue.RUNNING, "my:busy", EngineValue.WAITING, "my_queue")));
        assertThat(other.engine()).isEqualTo(EngineKind.OTHER);
        assertThat(other.requests().running()).hasValue(2);
        assertThat(other.requests().waiting()).hasValue(0);
        isFailure(poll(Map.of(EngineValue.RUNNING, "nothing")), FailureReason.NOTHING_KNOWN);
    }

    @Test
    void noPageAndNoMetricsAreReasons() throws InterruptedException {
        isFailure(poll(Map.of()), FailureReason.HTTP_STATUS);
        server.on("/metrics", ScriptedServer.reply(200, "text/plain", "{\"error\":\"not found\"}"));
        isFailure(poll(Map.of()), FailureReason.UNREADABLE);
        server.on(
                "/metrics",
                ScriptedServer.reply(200, "text/plain", "vllm:num_requests_running NaN\nprocess_open_fds 3\n"));
        isFailure(poll(Map.of()), FailureReason.NOTHING_KNOWN);
    }

    private static void isFailure(Poll<EngineSample> poll, FailureReason reason) {
        assertThat(poll)
                .isInstanceOfSatisfying(
                        Poll.Failed.class,
                        failed ->
                                assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason));
    }
}
