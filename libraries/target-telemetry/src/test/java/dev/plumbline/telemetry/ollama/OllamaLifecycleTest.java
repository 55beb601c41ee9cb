package dev.plumbline.telemetry.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.telemetry.ModelLifecycle;
import dev.plumbline.contract.telemetry.ModelLifecycle.Action;
import dev.plumbline.contract.telemetry.ModelLifecycle.Start;
import dev.plumbline.contract.telemetry.ModelLifecycle.Step;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.telemetry.ollama.LifecyclePlan.Ending;
import dev.plumbline.telemetry.ollama.LifecyclePlan.Load;
import dev.plumbline.telemetry.ollama.LifecyclePlan.Permissions;
import dev.plumbline.telemetry.sampling.RunningClock;
import dev.plumbline.telemetry.sampling.Viewpoint;
import dev.plumbline.telemetry.scrape.PageAddress;
import dev.plumbline.telemetry.scrape.PageClient;
import dev.plumbline.telemetry.scrape.Resources;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers in the words of a real Ollama 0.17, captured. */
class OllamaLifecycleTest {

    private static final Permissions NOTHING = new Permissions(false, false);
    private static final Permissions UNLOAD = new Permissions(true, false);
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private final PageClient client = new PageClient();
    private final List<TelemetryRecord> told = new CopyOnWriteArrayList<>();
    private final Viewpoint viewpoint = new Viewpoint("p", "t", "ollama", new RunningClock());
    private ScriptedServer server;
    private volatile boolean loaded;

    @BeforeEach
    void start() throws IOException {
        server = ScriptedServer.start();
        server.on("/api/version", ScriptedServer.reply(200, "text/plain", "{\"version\":\"0.0.0\"}"));
        server.on(
                "/api/ps", (out, request) -> answer(out, loaded ? "/ollama/ps-loaded.json" : "/ollama/ps-empty.json"));
        server.on("/api/generate", (out, request) -> {
            boolean unload = request.body().contains("keep_alive");
            loaded = !unload;
            return unload
                    ? answer(out, "/ollama/unload.json")
                    : ScriptedServer.send(
                            out,
                            200,
                            "text/plain",
                            "{\"model\":\"tiny\",\"response\":\"x\",\"done\":true,\"done_reason\":\"length\","
                                    + "\"total_duration\":312000000,\"load_duration\":303000000,\"eval_count\":1}");
        });
        server.on("/api/pull", (out, request) -> answer(out, "/ollama/pull-stream.ndjson"));
        server.on("/api/delete", ScriptedServer.reply(200, "text/plain", ""));
    }

    private static boolean answer(OutputStream out, String resource) throws IOException {
        return ScriptedServer.send(out, 200, "text/plain", Resources.text(resource));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private OllamaServer ollama() {
        return new OllamaServer(client, PageAddress.of(server.url(), Map.of()));
    }

    private OllamaLifecycle lifecycle(boolean pull, Load load, Ending ending, Permissions permissions) {
        return new OllamaLifecycle(
                ollama(),
                new LifecyclePlan(pull, true, load, ending, permissions, PATIENT, PATIENT),
                "tiny",
                viewpoint,
                told::add);
    }

    private List<Step> steps() {
        return told.stream().map(record -> ((ModelLifecycle) record).step()).toList();
    }

    @Test
    void aServerThatIsNoOllamaIsNotTakenForOne() throws InterruptedException {
        assertThat(ollama().isThere(PATIENT)).isTrue();
        server.on("/api/version", ScriptedServer.reply(404, "text/plain", "404 page not found"));
        assertThat(ollama().isThere(PATIENT)).isFalse();
        server.on("/api/version", ScriptedServer.reply(200, "text/plain", "<html>"));
        assertThat(ollama().isThere(PATIENT)).isFalse();
    }

    @Test
    void aPullTellsItsProgressAndItsEnd() throws InterruptedException {
        lifecycle(true, Load.NONE, Ending.KEEP, NOTHING).prepare();
        assertThat(steps().get(0))
                .isInstanceOfSatisfying(
                        ModelLifecycle.Pulling.class,
                        first -> assertThat(first.status()).isEqualTo("pulling manifest"));
        assertThat(steps())
                .filteredOn(ModelLifecycle.Pulling.class::isInstance)
                .extracting(step -> ((ModelLifecycle.Pulling) step))
                .anySatisfy(pulling -> {
                    assertThat(pulling.completedBytes()).hasValue(9_499_008);
                    assertThat(pulling.totalBytes()).hasValue(9_499_008);
                })
                .hasSizeLessThan(20);
        assertThat(steps().get(steps().size() - 1)).isInstanceOf(ModelLifecycle.Pulled.class);
        assertThat(server.requests().get(0).body()).contains("\"insecure\":true");
    }

    @Test
    void aPullThatFailsInsideA200SaysWhy() throws InterruptedException {
        server.on("/api/pull", (out, request) -> answer(out, "/ollama/pull-error.ndjson"));
        lifecycle(true, Load.NONE, Ending.KEEP, NOTHING).prepare();
        assertThat(steps()).last().isInstanceOfSatisfying(ModelLifecycle.Failed.class, failed -> {
            assertThat(failed.action()).isEqualTo(Action.PULL);
            assertThat(failed.reason()).contains("connection refused");
        });
        server.on("/api/pull", ScriptedServer.reply(200, "text/plain", "{\"status\":\"pulling manifest\"}\n"));
        lifecycle(true, Load.NONE, Ending.KEEP, NOTHING).prepare();
        assertThat(steps())
                .last()
                .isEqualTo(new ModelLifecycle.Failed(Action.PULL, "the answer ended without success"));
    }

    @Test
    void aModelThatIsNotInMemoryIsLoadedColdAndThenFoundWarm() throws InterruptedException {
        lifecycle(false, Load.WARM, Ending.KEEP, NOTHING).prepare();
        assertThat(steps())
                .extracting(step -> ((ModelLifecycle.Loaded) step).start())
                .containsExactly(Start.COLD, Start.WARM);
        assertThat(((ModelLifecycle.Loaded) steps().get(0)).serverLoadNanos()).isEqualTo(OptionalLong.of(303_000_000));
        assertThat(server.requests()).noneMatch(asked -> asked.body().contains("keep_alive"));
    }

    @Test
    void aWarmModelIsNotLoadedTwice() throws InterruptedException {
        loaded = true;
        lifecycle(false, Load.WARM, Ending.KEEP, NOTHING).prepare();
        assertThat(steps())
                .extracting(step -> ((ModelLifecycle.Loaded) step).start())
                .containsExactly(Start.WARM);
    }

    @Test
    void aColdLoadIsPrecededByAnUnloadThatWasAllowed() throws InterruptedException {
        loaded = true;
        OllamaLifecycle lifecycle = lifecycle(false, Load.COLD, Ending.UNLOAD, UNLOAD);
        lifecycle.prepare();
        lifecycle.finish(PATIENT);
        assertThat(steps())
                .hasExactlyElementsOfTypes(
                        ModelLifecycle.Unloaded.class,
                        ModelLifecycle.Loaded.class,
                        ModelLifecycle.Loaded.class,
                        ModelLifecycle.Unloaded.class);
        assertThat(((ModelLifecycle.Loaded) steps().get(1)).start()).isEqualTo(Start.COLD);
    }

    @Test
    void withoutPermissionNoPlanUnloadsOrDeletesAndNothingIsAsked() throws InterruptedException {
        for (Permissions permissions : List.of(NOTHING, new Permissions(false, true))) {
            assertThatThrownBy(() -> lifecycle(false, Load.COLD, Ending.KEEP, permissions))
                    .hasMessageContaining("not allowed");
            assertThatThrownBy(() -> lifecycle(false, Load.NONE, Ending.UNLOAD, permissions))
                    .hasMessageContaining("not allowed");
        }
        for (Permissions permissions : List.of(NOTHING, UNLOAD)) {
            assertThatThrownBy(() -> lifecycle(false, Load.NONE, Ending.DELETE, permissions))
                    .hasMessageContaining("not allowed");
        }
        OllamaLifecycle harmless = lifecycle(true, Load.WARM, Ending.KEEP, NOTHING);
        harmless.prepare();
        harmless.finish(PATIENT);
        assertThat(server.requests())
                .noneMatch(asked -> asked.body().contains("keep_alive"))
                .noneMatch(asked -> asked.asked().startsWith("DELETE "));
    }

    @Test
    void aDeleteThatWasAllowedIsToldAndOneThatFailsSaysWhy() throws InterruptedException {
        OllamaLifecycle lifecycle = lifecycle(false, Load.NONE, Ending.DELETE, new Permissions(false, true));
        lifecycle.finish(PATIENT);
        server.on("/api/delete", ScriptedServer.reply(404, "text/plain", "{\"error\":\"model 'tiny' not found\"}"));
        lifecycle.finish(PATIENT);
        assertThat(steps().get(0)).isInstanceOf(ModelLifecycle.Deleted.class);
        assertThat(steps().get(1))
                .isInstanceOfSatisfying(
                        ModelLifecycle.Failed.class,
                        failed -> assertThat(failed.reason()).contains("404").contains("not found"));
    }

    @Test
    void theWatchTellsWhatAppearsAndWhatLeavesOnce() throws InterruptedException {
        OllamaWatch watch = new OllamaWatch(ollama(), viewpoint, told::add, PATIENT, PATIENT);
        watch.poll();
        assertThat(told).isEmpty();
        loaded = true;
        watch.poll();
        watch.poll();
        server.on("/api/ps", ScriptedServer.reply(500, "text/plain", "{\"error\":\"oops\"}"));
        watch.poll();
        assertThat(steps()).singleElement().isInstanceOfSatisfying(ModelLifecycle.InMemory.class, memory -> {
            assertThat(memory.sizeBytes()).hasValue(24_077_312);
            assertThat(memory.vramBytes()).hasValue(0);
            assertThat(memory.contextTokens()).hasValue(4_096);
            assertThat(memory.expiresAtEpochMillis()).hasValue(1_795_390_174_138L);
        });
        assertThat(((ModelLifecycle) told.get(0)).model()).isEqualTo("tiny:latest");
        server.on("/api/ps", ScriptedServer.reply(200, "text/plain", "{\"models\":[]}"));
        watch.poll();
        watch.poll();
        assertThat(steps()).hasSize(2).last().isInstanceOf(ModelLifecycle.LeftMemory.class);
    }

    @Test
    void aNameWithoutTagIsTheLatestAlsoBehindARegistryWithAPort() {
        assertThat(List.of("tiny", "tiny:v1", "127.0.0.1:5000/library/tiny", "h:1/l/tiny:2").stream()
                        .map(RunningModels::fullName))
                .containsExactly("tiny:latest", "tiny:v1", "127.0.0.1:5000/library/tiny:latest", "h:1/l/tiny:2");
    }
}
