package dev.plumbline.telemetry.ollama;

import dev.plumbline.contract.telemetry.ModelLifecycle;
import dev.plumbline.contract.telemetry.ModelLifecycle.InMemory;
import dev.plumbline.contract.telemetry.ModelLifecycle.Step;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.telemetry.sampling.Viewpoint;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks which models are in memory, and tells when one appears, changes its size or leaves. When the server does not answer
 * nothing is told: what it holds is then not known to have changed.
 */
public final class OllamaWatch implements Runnable {

    private final OllamaServer server;
    private final Viewpoint viewpoint;
    private final Consumer<TelemetryRecord> outlet;
    private final Duration interval;
    private final Duration timeout;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private Map<String, InMemory> known = Map.of();

    public OllamaWatch(
            OllamaServer server,
            Viewpoint viewpoint,
            Consumer<TelemetryRecord> outlet,
            Duration interval,
            Duration timeout) {
        this.server = server;
        this.viewpoint = viewpoint;
        this.outlet = outlet;
        this.interval = interval;
        this.timeout = timeout;
    }

    @Override
    public void run() {
        try {
            do {
                poll();
            } while (!stopped.await(interval.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks once. */
    void poll() throws InterruptedException {
        if (!(server.runningModels(timeout) instanceof OllamaServer.Answer.Json json)) {
            return;
        }
        Map<String, InMemory> now = RunningModels.read(json.root()).models();
        now.forEach((model, memory) -> {
            InMemory before = known.get(model);
            if (before == null || !sizes(before).equals(sizes(memory))) {
                tell(model, memory);
            }
        });
        known.keySet().stream()
                .filter(model -> !now.containsKey(model))
                .forEach(model -> tell(model, new ModelLifecycle.LeftMemory()));
        known = now;
    }

    /** The expiry moves with every request and is no change. */
    private static InMemory sizes(InMemory memory) {
        return new InMemory(memory.sizeBytes(), memory.vramBytes(), memory.contextTokens(), OptionalLong.empty());
    }

    private void tell(String model, Step step) {
        outlet.accept(new ModelLifecycle(viewpoint.now(), model, step));
    }

    /** Ends the thread soon. */
    public void stop() {
        stopped.countDown();
    }
}
