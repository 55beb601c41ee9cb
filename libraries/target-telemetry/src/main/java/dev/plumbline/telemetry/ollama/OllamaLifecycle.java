package dev.plumbline.telemetry.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.contract.telemetry.ModelLifecycle;
import dev.plumbline.contract.telemetry.ModelLifecycle.Action;
import dev.plumbline.contract.telemetry.ModelLifecycle.Start;
import dev.plumbline.contract.telemetry.ModelLifecycle.Step;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import dev.plumbline.telemetry.sampling.Viewpoint;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Brings the model to where the plan wants it before the load, and does with it afterwards what the plan says. Each step is
 * told; one that fails is told with its reason, and the run goes on: its requests will say the rest.
 *
 * <p>Used by one thread at a time.
 */
public final class OllamaLifecycle {

    private static final Logger LOG = Logger.getLogger(OllamaLifecycle.class);
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);
    /** An unload is promised at once and happens a little later. */
    private static final int UNLOAD_CHECKS = 50;

    private static final long UNLOAD_CHECK_NANOS = 200_000_000;

    private final OllamaServer server;
    private final LifecyclePlan plan;
    private final String model;
    private final Viewpoint viewpoint;
    private final Consumer<TelemetryRecord> outlet;

    /** @param model by the server's name */
    public OllamaLifecycle(
            OllamaServer server,
            LifecyclePlan plan,
            String model,
            Viewpoint viewpoint,
            Consumer<TelemetryRecord> outlet) {
        this.server = server;
        this.plan = plan;
        this.model = model;
        this.viewpoint = viewpoint;
        this.outlet = outlet;
    }

    /** Everything before the load. */
    public void prepare() throws InterruptedException {
        if (plan.pull()) {
            pull();
        }
        switch (plan.load()) {
            case NONE -> {}
            case WARM -> load();
            case COLD -> {
                if (unload()) {
                    awaitUnloaded();
                }
                load();
            }
        }
    }

    /**
     * Everything after the load.
     *
     * @param timeout longest time for each step
     */
    public void finish(Duration timeout) throws InterruptedException {
        switch (plan.ending()) {
            case KEEP -> {}
            case UNLOAD -> unload(timeout);
            case DELETE -> delete(timeout);
        }
    }

    private void pull() throws InterruptedException {
        long began = now();
        PullProgress progress = new PullProgress(viewpoint.clock(), this::tell);
        Optional<String> failure = server.pull(model, plan.insecurePull(), progress, plan.pullTimeout());
        Optional<String> reason = failure.or(progress::failure);
        if (reason.isPresent()) {
            tell(new ModelLifecycle.Failed(Action.PULL, reason.get()));
        } else if (!progress.succeeded()) {
            tell(new ModelLifecycle.Failed(Action.PULL, "the answer ended without success"));
        } else {
            tell(new ModelLifecycle.Pulled(now() - began));
        }
    }

    private void load() throws InterruptedException {
        if (loadOnce() == Start.COLD) {
            // So that both are told, and the measured load finds it as it will be from now on.
            loadOnce();
        }
    }

    private Start loadOnce() throws InterruptedException {
        // When the list can not be had the model counts as not loaded: a warm load is then told with a cold one's
        // caution.
        Start start = isInMemory().orElse(false) ? Start.WARM : Start.COLD;
        long began = now();
        switch (server.load(model, plan.loadTimeout())) {
            case OllamaServer.Answer.Failure failure -> {
                tell(new ModelLifecycle.Failed(Action.LOAD, failure.reason()));
                return Start.WARM;
            }
            case OllamaServer.Answer.Json json ->
                tell(new ModelLifecycle.Loaded(
                        start, now() - began, nanos(json.root().path("load_duration"))));
        }
        return start;
    }

    private static OptionalLong nanos(JsonNode duration) {
        return duration.isIntegralNumber() && duration.longValue() >= 0
                ? OptionalLong.of(duration.longValue())
                : OptionalLong.empty();
    }

    private Optional<Boolean> isInMemory() throws InterruptedException {
        return switch (server.runningModels(ASK_TIMEOUT)) {
            case OllamaServer.Answer.Failure unused -> Optional.empty();
            case OllamaServer.Answer.Json json ->
                Optional.of(RunningModels.read(json.root()).contains(model));
        };
    }

    private boolean unload() throws InterruptedException {
        return unload(ASK_TIMEOUT);
    }

    private boolean unload(Duration timeout) throws InterruptedException {
        if (!plan.permissions().unload()) {
            throw new IllegalStateException("unloading was not allowed");
        }
        long began = now();
        switch (server.unload(model, timeout)) {
            case OllamaServer.Answer.Failure failure -> {
                tell(new ModelLifecycle.Failed(Action.UNLOAD, failure.reason()));
                return false;
            }
            case OllamaServer.Answer.Json unused -> {
                tell(new ModelLifecycle.Unloaded(now() - began));
                return true;
            }
        }
    }

    private void awaitUnloaded() throws InterruptedException {
        for (int i = 0; i < UNLOAD_CHECKS && isInMemory().orElse(false); i++) {
            TimeUnit.NANOSECONDS.sleep(UNLOAD_CHECK_NANOS);
        }
    }

    private void delete(Duration timeout) throws InterruptedException {
        if (!plan.permissions().delete()) {
            throw new IllegalStateException("deleting was not allowed");
        }
        long began = now();
        Optional<String> failure = server.delete(model, timeout);
        tell(
                failure.isPresent()
                        ? new ModelLifecycle.Failed(Action.DELETE, failure.get())
                        : new ModelLifecycle.Deleted(now() - began));
    }

    private long now() {
        return viewpoint.clock().nanos();
    }

    private void tell(Step step) {
        switch (step) {
            case ModelLifecycle.Failed failed ->
                LOG.warnf("Ollama: %s of %s failed: %s", failed.action(), model, failed.reason());
            case ModelLifecycle.Pulling unused -> {}
            case ModelLifecycle.Pulled pulled ->
                LOG.infof("Ollama: %s pulled in %d ms", model, millis(pulled.elapsedNanos()));
            case ModelLifecycle.Loaded loaded ->
                LOG.infof("Ollama: %s loaded %s in %d ms", model, loaded.start(), millis(loaded.elapsedNanos()));
            case ModelLifecycle.Unloaded unused -> LOG.infof("Ollama: %s unloaded", model);
            case ModelLifecycle.Deleted unused -> LOG.infof("Ollama: %s deleted", model);
            case ModelLifecycle.InMemory unused -> {}
            case ModelLifecycle.LeftMemory unused -> {}
        }
        outlet.accept(new ModelLifecycle(viewpoint.now(), RunningModels.fullName(model), step));
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
