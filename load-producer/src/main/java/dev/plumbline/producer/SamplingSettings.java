package dev.plumbline.producer;

import dev.plumbline.producer.settings.Allowed;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.telemetry.engine.EngineValue;
import dev.plumbline.telemetry.gpu.GpuSourceKind;
import dev.plumbline.telemetry.gpu.GpuSources;
import dev.plumbline.telemetry.ollama.LifecyclePlan;
import dev.plumbline.telemetry.sampling.Pace;
import dev.plumbline.telemetry.scrape.PageAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is looked at around the load, after its rules were checked.
 *
 * @param target without the path of an API, with the query and the headers that every request to it carries
 * @param lifecycle of the model in an Ollama; empty when it is neither followed nor acted on
 */
record SamplingSettings(PageAddress target, Gpu gpu, Engine engine, Optional<Ollama> ollama) {

    private static final int MAX_PAGES = 32;
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(200);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int LEAST_READINGS = 64;
    private static final int MOST_READINGS = 4_096;

    /** @param command empty: the tool's own name */
    record Gpu(
            GpuSourceKind source,
            List<String> command,
            List<PageAddress> pages,
            Duration interval,
            Duration timeout,
            Pace pace) {
        Gpu {
            command = List.copyOf(command);
            pages = List.copyOf(pages);
        }
    }

    /** @param names empty: the engine is recognised */
    record Engine(List<PageAddress> pages, Map<EngineValue, String> names, Duration timeout, Pace pace) {
        Engine {
            pages = List.copyOf(pages);
            names = Map.copyOf(names);
        }
    }

    /** @param sure whether it is an Ollama for certain, or is asked first */
    record Ollama(boolean sure, boolean watched, Duration interval, LifecyclePlan plan) {}

    /**
     * @param targetHeaders sent with every request to the target
     * @throws InvalidConfiguration naming the first key that is wrong
     */
    static SamplingSettings checked(ProducerConfig config, Map<String, String> targetHeaders) {
        PageAddress target = target(
                "plumbline.target.url: ", config.target().url(), config.target().endpointType(), targetHeaders);
        Duration longestRequest = config.timeouts().total();
        return new SamplingSettings(
                target,
                gpu(config.gpu(), target, longestRequest),
                engine(config.engine(), target, longestRequest),
                ollama(config.ollama()));
    }

    /**
     * What is looked at around a canary: its engine, by its own page of metrics. The pages of the configuration are the target's, and
     * so is the life of the model.
     *
     * @param headers sent with every request to the canary
     */
    static SamplingSettings ofCanary(ProducerConfig config, Map<String, String> headers) {
        PageAddress canary = target(
                "plumbline.canary.url: ", config.canary().url(), config.target().endpointType(), headers);
        Duration longestRequest = config.timeouts().total();
        ProducerConfig.Gpu gpu = config.gpu();
        ProducerConfig.Engine engine = config.engine();
        return new SamplingSettings(
                canary,
                new Gpu(
                        GpuSourceKind.NONE,
                        List.of(),
                        List.of(),
                        gpu.interval(),
                        gpu.timeout(),
                        pace("plumbline.gpu.interval", gpu.interval(), longestRequest)),
                new Engine(
                        engine.source() == ProducerConfig.EngineSource.AUTO
                                ? List.of(canary.below("/metrics"))
                                : List.of(),
                        Map.of(),
                        engine.timeout(),
                        pace("plumbline.engine.interval", engine.interval(), longestRequest)),
                Optional.empty());
    }

    private static PageAddress target(
            String section, Optional<String> url, EndpointType type, Map<String, String> headers) {
        PageAddress typed = InvalidConfiguration.allowed(section, () -> PageAddress.of(url.orElse(""), headers));
        String path = typed.uri().getRawPath() == null ? "" : typed.uri().getRawPath();
        path = withoutEnd(withoutEnd(path, "/"), type.path());
        return typed.at(withoutEnd(withoutEnd(path, "/"), "/v1"));
    }

    private static String withoutEnd(String path, String end) {
        String left = path;
        while (!end.isEmpty() && left.endsWith(end)) {
            left = left.substring(0, left.length() - end.length());
        }
        return left;
    }

    private static Gpu gpu(ProducerConfig.Gpu gpu, PageAddress target, Duration longestRequest) {
        List<PageAddress> pages = pages("plumbline.gpu", gpu.url().orElse(List.of()), gpu.headers(), target);
        List<String> command = gpu.command().orElse(List.of());
        GpuSourceKind source = gpu.source();
        boolean isExporter = source == GpuSourceKind.DCGM || source == GpuSourceKind.AMD_EXPORTER;
        if (isExporter && pages.isEmpty()) {
            throw new InvalidConfiguration("plumbline.gpu.source = " + source
                    + " needs plumbline.gpu.url, for example plumbline.gpu.url=http://gpu-host:9400/metrics");
        }
        if (!pages.isEmpty() && !isExporter && source != GpuSourceKind.AUTO && source != GpuSourceKind.NONE) {
            throw new InvalidConfiguration("plumbline.gpu.url is set and plumbline.gpu.source = " + source
                    + " is a command, expected AUTO, DCGM or AMD_EXPORTER");
        }
        if (!command.isEmpty() && (isExporter || source == GpuSourceKind.AUTO)) {
            throw new InvalidConfiguration("plumbline.gpu.command is set and plumbline.gpu.source = " + source
                    + ", expected NVIDIA_SMI, AMD_SMI or ROCM_SMI");
        }
        if (command.isEmpty() && !isExporter && source != GpuSourceKind.AUTO && source != GpuSourceKind.NONE) {
            command = List.of(GpuSources.commandOf(source));
        }
        return new Gpu(
                source,
                command,
                pages,
                gpu.interval(),
                timeout("plumbline.gpu.timeout", gpu.timeout()),
                pace("plumbline.gpu.interval", gpu.interval(), longestRequest));
    }

    private static Engine engine(ProducerConfig.Engine engine, PageAddress target, Duration longestRequest) {
        List<PageAddress> pages = switch (engine.source()) {
            case AUTO ->
                engine.url()
                        .map(urls -> pages("plumbline.engine", urls, engine.headers(), target))
                        .orElseGet(() ->
                                List.of(with(target.below("/metrics"), checked("plumbline.engine", engine.headers()))));
            case NONE -> List.of();
        };
        Map<EngineValue, String> names = new EnumMap<>(EngineValue.class);
        engine.names()
                .forEach((key, name) -> names.put(
                        EngineValue.ofKey(key)
                                .orElseThrow(() -> new InvalidConfiguration("plumbline.engine.names." + key
                                        + " is unknown, expected one of "
                                        + Arrays.stream(EngineValue.values())
                                                .map(EngineValue::key)
                                                .collect(Collectors.joining(", ")))),
                        name));
        return new Engine(
                pages,
                names,
                timeout("plumbline.engine.timeout", engine.timeout()),
                pace("plumbline.engine.interval", engine.interval(), longestRequest));
    }

    private static Optional<Ollama> ollama(ProducerConfig.Ollama ollama) {
        requireWithin("plumbline.ollama.interval", ollama.interval(), LEAST_INTERVAL, LONGEST_INTERVAL);
        requireWithin("plumbline.ollama.pull-timeout", ollama.pullTimeout(), Duration.ofSeconds(1), Duration.ofDays(7));
        requireWithin("plumbline.ollama.load-timeout", ollama.loadTimeout(), Duration.ofSeconds(1), Duration.ofDays(1));
        LifecyclePlan plan = InvalidConfiguration.allowed(
                "plumbline.ollama.",
                () -> new LifecyclePlan(
                        ollama.pull(),
                        ollama.pullInsecure(),
                        ollama.load(),
                        ollama.ending(),
                        new LifecyclePlan.Permissions(ollama.allowUnload(), ollama.allowDelete()),
                        ollama.pullTimeout(),
                        ollama.loadTimeout()));
        boolean watched = ollama.follow() != ProducerConfig.Follow.OFF;
        boolean acts =
                plan.pull() || plan.load() != LifecyclePlan.Load.NONE || plan.ending() != LifecyclePlan.Ending.KEEP;
        return watched || acts
                ? Optional.of(new Ollama(
                        acts || ollama.follow() == ProducerConfig.Follow.ON, watched, ollama.interval(), plan))
                : Optional.empty();
    }

    /**
     * What the target is sent goes to its own origin only: another port of its host is another server, which may be anybody's.
     * What is given for these pages goes to each of them.
     */
    private static List<PageAddress> pages(
            String section, List<String> urls, Map<String, String> given, PageAddress target) {
        if (urls.size() > MAX_PAGES) {
            throw new InvalidConfiguration(
                    section + ".url has " + urls.size() + " pages, expected at most " + MAX_PAGES);
        }
        Map<String, String> headers = checked(section, given);
        List<PageAddress> pages = new ArrayList<>();
        for (String url : urls) {
            PageAddress page = InvalidConfiguration.allowed(section + ".url: ", () -> PageAddress.of(url, Map.of()));
            pages.add(
                    with(page.isOfSameOrigin(target) ? new PageAddress(page.uri(), target.headers()) : page, headers));
        }
        return pages;
    }

    private static Map<String, String> checked(String section, Map<String, String> headers) {
        headers.forEach((name, value) -> {
            if (!TargetSettings.isHeader(name, value)) {
                throw new InvalidConfiguration(section + ".headers.\"" + name
                        + "\" is not allowed, expected a name and printable ASCII, and none of framing");
            }
        });
        return headers;
    }

    private static PageAddress with(PageAddress page, Map<String, String> headers) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(page.headers());
        headers.forEach((name, value) -> {
            all.remove(name);
            all.put(name, value);
        });
        return new PageAddress(page.uri(), all);
    }

    private static Pace pace(String key, Duration interval, Duration longestRequest) {
        requireWithin(key, interval, LEAST_INTERVAL, LONGEST_INTERVAL);
        long wanted = longestRequest.dividedBy(interval) + 16;
        return new Pace(interval.toNanos(), Math.max(interval.toNanos(), LONGEST_PAUSE.toNanos()), (int)
                Math.max(LEAST_READINGS, Math.min(MOST_READINGS, wanted)));
    }

    private static Duration timeout(String key, Duration timeout) {
        requireWithin(key, timeout, Duration.ofMillis(50), Duration.ofMinutes(1));
        return timeout;
    }

    private static void requireWithin(String key, Duration value, Duration least, Duration most) {
        InvalidConfiguration.require(
                "", () -> Allowed.span(key, ProducerSettings.nanos(value), least.toNanos(), most.toNanos()));
    }
}
