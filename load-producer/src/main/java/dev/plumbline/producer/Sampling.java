package dev.plumbline.producer;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Surroundings.NearestSamples;
import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.GpuSample;
import dev.plumbline.contract.telemetry.SamplerState;
import dev.plumbline.producer.background.BackgroundThread;
import dev.plumbline.producer.emission.KafkaConnector;
import dev.plumbline.producer.emission.LoadSurroundings;
import dev.plumbline.producer.emission.TelemetrySender;
import dev.plumbline.producer.exposition.ProducerMetrics;
import dev.plumbline.producer.exposition.SampleMetrics;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.telemetry.circumstances.SecondSums;
import dev.plumbline.telemetry.engine.EngineEventValues;
import dev.plumbline.telemetry.engine.EnginePage;
import dev.plumbline.telemetry.gpu.GpuEventValues;
import dev.plumbline.telemetry.gpu.GpuSourceKind;
import dev.plumbline.telemetry.gpu.GpuSources;
import dev.plumbline.telemetry.ollama.OllamaLifecycle;
import dev.plumbline.telemetry.ollama.OllamaServer;
import dev.plumbline.telemetry.ollama.OllamaWatch;
import dev.plumbline.telemetry.sampling.NearestReadings;
import dev.plumbline.telemetry.sampling.SampleSource;
import dev.plumbline.telemetry.sampling.Sampler;
import dev.plumbline.telemetry.sampling.Viewpoint;
import dev.plumbline.telemetry.scrape.PageAddress;
import dev.plumbline.telemetry.scrape.PageClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * Everything that looks at the surroundings of the load: samplers of GPUs and engine, the life of the model in an Ollama, and
 * the way of all that to the telemetry topic. On threads of its own; nothing here can fail a run.
 */
final class Sampling implements LoadSurroundings {

    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration ENDING_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration JOIN_TIMEOUT = Duration.ofMillis(500);
    private static final Duration STOP_GRACE = Duration.ofSeconds(1);

    private final SamplingSettings settings;
    private final PageClient client = new PageClient();
    private final TelemetrySender sender;
    private final SecondSums seconds = new SecondSums();
    private final String producerId;
    private final String target;
    private final String model;
    private final ProducerClock clock;
    private final List<Sampler<GpuSample>> gpus = new ArrayList<>();
    private final List<Sampler<EngineSample>> engines = new ArrayList<>();
    private final Consumer<List<GpuSample>> gpuListener;
    private final NearestReadings<GpuSample> nearestGpu;
    private final NearestReadings<EngineSample> nearestEngine;
    private final String gpuAbsence;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile Optional<OllamaWatch> watch = Optional.empty();
    private volatile Optional<OllamaLifecycle> lifecycle = Optional.empty();

    /**
     * @param searchPath folders in which tools are looked for
     * @param gpuListener hears of each look at GPUs, too
     */
    Sampling(
            SamplingSettings settings,
            KafkaConnector connector,
            String producerId,
            String target,
            String model,
            ProducerClock clock,
            String searchPath,
            Consumer<List<GpuSample>> gpuListener) {
        this.settings = settings;
        this.gpuListener = gpuListener;
        this.producerId = producerId;
        this.target = target;
        this.model = model;
        this.clock = clock;
        this.sender = new TelemetrySender(connector, clock);
        this.gpuAbsence = openGpus(searchPath);
        openEngines();
        this.nearestGpu = new NearestReadings<>(gpus, gpuAbsence);
        this.nearestEngine = new NearestReadings<>(engines, "plumbline.engine.source is NONE");
    }

    /** Why there is no sampler; empty text when there is one. */
    private String openGpus(String searchPath) {
        SamplingSettings.Gpu gpu = settings.gpu();
        if (gpu.source() == GpuSourceKind.NONE) {
            return "plumbline.gpu.source is NONE";
        }
        if (!gpu.pages().isEmpty()) {
            String name = gpu.source() == GpuSourceKind.AUTO ? "gpu-exporter" : sourceName(gpu.source());
            for (int i = 0; i < gpu.pages().size(); i++) {
                Viewpoint viewpoint = viewpoint(numbered(name, i));
                gpus.add(gpuSampler(
                        viewpoint,
                        GpuSources.page(
                                viewpoint, gpu.source(), client, gpu.pages().get(i), gpu.timeout()),
                        i));
            }
            return "";
        }
        GpuSourceKind tool = gpu.source();
        List<String> command = gpu.command();
        if (tool == GpuSourceKind.AUTO) {
            if (!isOnThisMachine(settings.target())) {
                return "the target is on another machine: plumbline.gpu.url can name an exporter";
            }
            Optional<GpuSourceKind> found = GpuSources.findTool(searchPath);
            if (found.isEmpty()) {
                return "no nvidia-smi, amd-smi or rocm-smi on the PATH";
            }
            tool = found.get();
            command = List.of(GpuSources.commandOf(tool));
        }
        Viewpoint viewpoint = viewpoint(sourceName(tool));
        gpus.add(gpuSampler(viewpoint, GpuSources.tool(viewpoint, tool, command, gpu.interval(), gpu.timeout()), 0));
        return "";
    }

    private Sampler<GpuSample> gpuSampler(Viewpoint viewpoint, SampleSource<GpuSample> source, int index) {
        return new Sampler<>(
                viewpoint, source, settings.gpu().pace(), new GpuEventValues(prefix(index)), sender, look -> {
                    seconds.gpus(look);
                    gpuListener.accept(look);
                });
    }

    private void openEngines() {
        SamplingSettings.Engine engine = settings.engine();
        List<PageAddress> pages = engine.pages();
        for (int i = 0; i < pages.size(); i++) {
            Viewpoint viewpoint = viewpoint(numbered("engine-metrics", i));
            engines.add(new Sampler<>(
                    viewpoint,
                    new EnginePage(viewpoint, client, pages.get(i), engine.timeout(), engine.names()),
                    engine.pace(),
                    new EngineEventValues(prefix(i)),
                    sender,
                    look -> seconds.engine(look.get(0))));
        }
    }

    private Viewpoint viewpoint(String source) {
        return new Viewpoint(producerId, target, source, clock);
    }

    private static String sourceName(GpuSourceKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String numbered(String name, int index) {
        return index == 0 ? name : name + "-" + (index + 1);
    }

    private static String prefix(int index) {
        return index == 0 ? "" : "page" + (index + 1);
    }

    private static boolean isOnThisMachine(PageAddress url) {
        try {
            InetAddress address = InetAddress.getByName(url.uri().getHost());
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Begins to look. */
    void start() {
        BackgroundThread.daemon(sender, "telemetry-sender").start();
        gpus.forEach(sampler -> begin("sampler-" + sampler.name(), sampler));
        engines.forEach(sampler -> begin("sampler-" + sampler.name(), sampler));
        if (gpus.isEmpty()) {
            sender.accept(new SamplerState(viewpoint("gpu").now(), new SamplerState.None(gpuAbsence)));
        }
        if (engines.isEmpty()) {
            sender.accept(new SamplerState(
                    viewpoint("engine-metrics").now(), new SamplerState.None("plumbline.engine.source is NONE")));
        }
    }

    private void begin(String name, Runnable work) {
        Thread thread = BackgroundThread.daemon(work, name);
        threads.add(thread);
        thread.start();
    }

    /** Brings the model to where it should be before the load. Blocks until then, or until {@link #stop}. */
    void prepareModel() throws InterruptedException {
        if (settings.ollama().isEmpty()) {
            return;
        }
        SamplingSettings.Ollama ollama = settings.ollama().get();
        OllamaServer server = new OllamaServer(client, settings.target());
        if (!ollama.sure() && !server.isThere(ASK_TIMEOUT)) {
            return;
        }
        Viewpoint viewpoint = viewpoint("ollama");
        if (ollama.watched() && stopping.getCount() > 0) {
            OllamaWatch following = new OllamaWatch(server, viewpoint, sender, ollama.interval(), ASK_TIMEOUT);
            watch = Optional.of(following);
            begin("ollama-watch", following);
        }
        OllamaLifecycle life = new OllamaLifecycle(server, ollama.plan(), model, viewpoint, sender);
        // Known before it begins to act: whoever stops meanwhile ends it as planned.
        lifecycle = Optional.of(life);
        if (stopping.getCount() > 0) {
            life.prepare();
        }
    }

    @Override
    public SortedMap<Long, Circumstances> drain(String variant) {
        return seconds.drain();
    }

    /** The event with the samples nearest to its start and its end. Its start is when it was sent, or due if it never was. */
    @Override
    public RequestEvent sampled(RequestEvent event) {
        return event.sampled(gpuAround(event), engineAround(event));
    }

    NearestSamples gpuAround(RequestEvent event) {
        return nearestGpu.around(startNanos(event), event.stamps().endNanos());
    }

    NearestSamples engineAround(RequestEvent event) {
        return nearestEngine.around(startNanos(event), event.stamps().endNanos());
    }

    private static long startNanos(RequestEvent event) {
        return event.stamps().sentNanos().orElse(event.stamps().dueNanos());
    }

    /** Takes a look at GPUs that somebody else had. */
    void gpusSeen(List<GpuSample> look) {
        seconds.gpus(look);
    }

    void expose(ProducerMetrics metrics) {
        SampleMetrics.register(metrics, target, gpus, engines);
        metrics.counter(
                "plumbline_telemetry_published_total",
                "Samples and their like that Kafka acknowledged",
                sender::publishedCount);
        metrics.counter(
                "plumbline_telemetry_unpublished_total",
                "Samples and their like that never got to Kafka",
                sender::unpublishedCount);
    }

    /** Ends in good order and within a few seconds: the model's end as planned, then the samplers, then what is unsent. */
    void stop() {
        stopping.countDown();
        try {
            if (lifecycle.isPresent()) {
                lifecycle.get().finish(ENDING_TIMEOUT);
            }
            watch.ifPresent(OllamaWatch::stop);
            gpus.forEach(Sampler::stop);
            engines.forEach(Sampler::stop);
            // What a sampler still takes must be in the sender's queue before that is asked to end.
            List<Thread> looking = List.copyOf(threads);
            looking.forEach(Thread::interrupt);
            for (Thread thread : looking) {
                thread.join(JOIN_TIMEOUT);
            }
            sender.stop(STOP_GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            client.close();
        }
    }
}
