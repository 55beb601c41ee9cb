package dev.plumbline.target;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A running simulated inference server.
 *
 * <p>All methods may be called from any thread but the server's own event loop.
 */
public final class SimulatedTarget implements AutoCloseable {

    private static final long STEP_SECONDS = 20;

    private final SimulatedTargetSettings settings;
    private final Vertx vertx;
    private final EmitLog emitLog;
    private final Verticle verticle;
    private boolean closed;

    private SimulatedTarget(SimulatedTargetSettings settings, Vertx vertx, EmitLog emitLog, Verticle verticle) {
        this.settings = settings;
        this.vertx = vertx;
        this.emitLog = emitLog;
        this.verticle = verticle;
    }

    /**
     * Starts a target and returns when it listens.
     *
     * @throws java.net.BindException when the port is taken
     * @throws IOException when it cannot listen otherwise, or the emit log cannot be written
     */
    public static SimulatedTarget start(SimulatedTargetSettings settings) throws IOException {
        TargetClock clock = TargetClock.system();
        EmitLog emitLog = EmitLog.open(settings.emitLogFile(), clock, settings.seed());
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        Verticle verticle = new Verticle(settings, clock, emitLog);
        SimulatedTarget target = new SimulatedTarget(settings, vertx, emitLog, verticle);
        try {
            await(vertx.deployVerticle(verticle));
            return target;
        } catch (IOException e) {
            target.close();
            throw e;
        }
    }

    /** The TCP port, 1 to 65535. */
    public int port() {
        return verticle.port;
    }

    /** {@code http://host:port} without a slash at the end. */
    public String baseUrl() {
        return "http://" + settings.endpoint().host() + ":" + port();
    }

    /** The latest records of ended requests, oldest first; at most 16384 are kept. */
    public List<EmitRecord> emitRecords() {
        return emitLog.latest(EmitLog.RING_RECORDS);
    }

    /** What is wrong at the moment. */
    public Regressions regressions() {
        return onEventLoop(() -> verticle.engine().regressions());
    }

    /** Switches what is wrong; when this returns, everything that begins from now on is affected. */
    public void setRegressions(Regressions changed) {
        onEventLoop(() -> {
            verticle.engine().setRegressions(changed);
            return changed;
        });
    }

    /** Requests that hold a slot at the moment. */
    public int running() {
        return onEventLoop(() -> verticle.engine().running());
    }

    /** Requests that wait for a slot at the moment. */
    public int waiting() {
        return onEventLoop(() -> verticle.engine().waiting());
    }

    /** Stops listening, cuts what is open, and completes the emit log. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            await(vertx.close());
        } catch (IOException e) {
            System.err.println("target: did not close in order: " + e.getMessage());
        }
        emitLog.close();
    }

    private <T> T onEventLoop(Supplier<T> read) {
        CompletableFuture<T> result = new CompletableFuture<>();
        verticle.context().runOnContext(ignored -> {
            try {
                result.complete(read.get());
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result.orTimeout(STEP_SECONDS, TimeUnit.SECONDS).join();
    }

    private static void await(Future<?> future) throws IOException {
        try {
            future.toCompletionStage().toCompletableFuture().get(STEP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer of the event loop within " + STEP_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static final class Verticle extends AbstractVerticle {
        private final SimulatedTargetSettings settings;
        private final TargetClock clock;
        private final EmitLog emitLog;
        private volatile int port;
        private volatile Running running = new Running(() -> {}, Optional.empty());

        /** What exists once it was started. */
        private record Running(Runnable stop, Optional<TargetEngine> engine) {}

        Verticle(SimulatedTargetSettings settings, TargetClock clock, EmitLog emitLog) {
            this.settings = settings;
            this.clock = clock;
            this.emitLog = emitLog;
        }

        TargetEngine engine() {
            return running.engine().orElseThrow();
        }

        Context context() {
            return context;
        }

        @Override
        public void start(Promise<Void> started) {
            Pacer pacer = new Pacer(clock, task -> context.runOnContext(ignored -> task.run()));
            TargetEngine engine = settings.lockstep()
                    .<TargetEngine>map(lockstep -> new LockstepEngine(settings, lockstep, clock, pacer, emitLog::add))
                    .orElseGet(() -> new Engine(settings, clock, pacer, emitLog::add));
            running = new Running(pacer::close, Optional.of(engine));
            loadClasses();
            HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                    .setHost(settings.endpoint().host())
                    .setPort(settings.endpoint().port())
                    .setTcpNoDelay(true)
                    .setHandle100ContinueAutomatically(true)
                    .setAcceptBacklog(1024));
            server.requestHandler(new HttpEndpoints(settings, clock, engine, pacer, emitLog));
            server.listen()
                    .onSuccess(listening -> port = listening.actualPort())
                    .<Void>mapEmpty()
                    .onComplete(started);
        }

        /** The first request of a JVM would wait a quarter of a second for the classes of its own parsing. */
        private void loadClasses() {
            byte[] sample = "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":1,\"stream\":true}"
                    .getBytes(StandardCharsets.UTF_8);
            try {
                RequestBody.parse(sample, Protocol.CHAT, settings.endpoint().model(), Integer.MAX_VALUE);
            } catch (RequestRefused e) {
                throw new IllegalStateException("the built-in sample was refused: " + e.body(), e);
            }
            Draws draws = new Draws(Draws.keyOf(settings.seed(), ""), settings.timing(), settings.output());
            new EmitRecord(
                            Protocol.CHAT.id(0),
                            0,
                            new EmitStamps(0, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), 0),
                            draws.outputTokens(),
                            0,
                            0,
                            EmitOutcome.STOP,
                            List.of())
                    .toJson();
            Protocol.CHAT.wording("", 0, "", true, 0).opening(0);
        }

        @Override
        public void stop() {
            running.stop().run();
        }
    }
}
