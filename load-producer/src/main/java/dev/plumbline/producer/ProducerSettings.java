package dev.plumbline.producer;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.Timeouts;
import dev.plumbline.producer.protocol.RequestBody;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.workload.Prompts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration after its rules were checked, once, at start.
 *
 * @param bootstrapServers of Kafka
 * @param endpoint where requests go
 * @param series under which they are measured; its load point is the load
 */
record ProducerSettings(
        String bootstrapServers,
        Endpoint endpoint,
        Series series,
        RequestBody body,
        Prompts prompts,
        Timeouts timeouts,
        Budgets budgets,
        SamplingSettings sampling) {

    private static final Duration LONGEST = Duration.ofDays(365);

    /** @throws InvalidConfiguration naming the first key that is wrong */
    static ProducerSettings checked(ProducerConfig config) {
        String bootstrapServers = config.kafka()
                .bootstrapServers()
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> missing("plumbline.kafka.bootstrap-servers", "127.0.0.1:9092"));
        ProducerConfig.Target target = config.target();
        String url = target.url().orElseThrow(() -> missing("plumbline.target.url", "http://127.0.0.1:8000"));
        String model = target.model().orElseThrow(() -> missing("plumbline.target.model", "llama-3.1-8b"));
        Endpoint endpoint =
                valid("plumbline.target.url", () -> Endpoint.below(url, target.endpointType(), authorization(target)));
        LoadPoint loadPoint = loadPoint(config.load());
        String id = config.producer().id();
        require(!id.isBlank() && id.length() <= 150, "plumbline.producer.id", id, "1 to 150 characters");
        ProducerConfig.Load load = config.load();
        requireRange("plumbline.load.max-in-flight", load.maxInFlight(), 1, 1_000_000);
        requireRange("plumbline.load.event-loops", load.eventLoops(), 1, 64);
        requireRange("plumbline.load.warmup-requests", load.warmupRequests(), 0, 1_000_000_000);
        load.requestCount().ifPresent(count -> requireRange("plumbline.load.request-count", count, 1, Long.MAX_VALUE));
        load.duration().ifPresent(duration -> nanos("plumbline.load.duration", duration, Duration.ofMillis(1)));
        nanos("plumbline.load.pause-after-failure", load.pauseAfterFailure(), Duration.ZERO);
        requireRange("plumbline.workload.prompt-tokens", config.workload().promptTokens(), 1, 100_000);
        requireRange(
                "plumbline.workload.prompt-tokens-deviation", config.workload().promptTokensDeviation(), 0, 100_000);
        requireRange("plumbline.workload.max-tokens", config.workload().maxTokens(), 1, 1_000_000);
        requireRange("plumbline.emit.queue-capacity", config.emit().queueCapacity(), 1, 10_000_000);
        nanos("plumbline.emit.stop-grace", config.emit().stopGrace(), Duration.ofMillis(1));
        requireRange(
                "plumbline.heartbeat-interval in ms", config.heartbeatInterval().toMillis(), 10, 60_000);
        requireRange("plumbline.target.keep-alive in s", target.keepAlive().toSeconds(), 1, 3_600);
        nanos("plumbline.selfwarmup.duration", config.selfwarmup().duration(), Duration.ZERO);
        requireRange("plumbline.selfwarmup.requests", config.selfwarmup().requests(), 0, 1_000_000_000);
        require(
                target.temperature() >= 0 && target.temperature() <= 100,
                "plumbline.target.temperature",
                Double.toString(target.temperature()),
                "0 to 100");
        String name = target.name().orElse(endpoint.host() + ":" + endpoint.port());
        Series series = valid(
                "plumbline.series",
                () -> new Series(
                        new ComparisonGroup(
                                name,
                                model,
                                config.series().scenario(),
                                loadPoint,
                                config.series().tenant()),
                        config.series().variant()));
        return new ProducerSettings(
                bootstrapServers,
                endpoint,
                series,
                new RequestBody(
                        target.endpointType(),
                        model,
                        target.streaming(),
                        config.workload().maxTokens(),
                        target.temperature()),
                new Prompts(
                        config.workload().seed(),
                        config.workload().promptTokens(),
                        config.workload().promptTokensDeviation()),
                timeouts(config.timeouts()),
                budgets(config.selfCheck()),
                SamplingSettings.checked(config, endpoint.headers()));
    }

    private static LoadPoint loadPoint(ProducerConfig.Load load) {
        if (load.concurrency().isPresent() == load.requestRate().isPresent()) {
            throw new InvalidConfiguration("exactly one of plumbline.load.concurrency (closed loop, for example 8) and"
                    + " plumbline.load.request-rate (open loop, for example 20) must be set, "
                    + (load.concurrency().isPresent() ? "both are" : "neither is"));
        }
        if (load.concurrency().isPresent()) {
            int concurrency = load.concurrency().getAsInt();
            requireRange("plumbline.load.concurrency", concurrency, 1, 1_000_000);
            requireRange("plumbline.load.event-loops (not more than concurrency)", load.eventLoops(), 1, concurrency);
            return new LoadPoint.ClosedLoop(concurrency);
        }
        double rate = load.requestRate().getAsDouble();
        require(
                rate >= FireTimes.MIN_PER_SECOND && rate <= FireTimes.MAX_PER_SECOND,
                "plumbline.load.request-rate",
                Double.toString(rate),
                FireTimes.MIN_PER_SECOND + " to " + FireTimes.MAX_PER_SECOND + " requests per second");
        requireRange(
                "plumbline.load.event-loops (not more than max-in-flight)", load.eventLoops(), 1, load.maxInFlight());
        return new LoadPoint.OpenLoop(rate);
    }

    private static Map<String, String> authorization(ProducerConfig.Target target) {
        Optional<String> file = target.apiKeyFile();
        if (file.isEmpty()) {
            return Map.of();
        }
        try {
            String key = Files.readString(Path.of(file.get()), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
            require(!key.isEmpty(), "plumbline.target.api-key-file", file.get(), "a file whose first line is the key");
            return Map.of("Authorization", "Bearer " + key);
        } catch (IOException e) {
            throw new InvalidConfiguration("plumbline.target.api-key-file: cannot read " + file.get() + " ("
                    + e.getClass().getSimpleName() + "); give a file whose first line is the key");
        }
    }

    private static Timeouts timeouts(ProducerConfig.Timeouts timeouts) {
        Duration least = Duration.ofMillis(1);
        return new Timeouts(
                nanos("plumbline.timeouts.connect", timeouts.connect(), least),
                nanos("plumbline.timeouts.first-token", timeouts.firstToken(), least),
                nanos("plumbline.timeouts.stall", timeouts.stall(), least),
                nanos("plumbline.timeouts.total", timeouts.total(), least));
    }

    private static Budgets budgets(ProducerConfig.SelfCheck selfCheck) {
        Duration least = Duration.ofMillis(1);
        double cpu = selfCheck.cpuSaturation();
        require(cpu > 0 && cpu <= 1, "plumbline.self-check.cpu-saturation", Double.toString(cpu), "above 0 to 1");
        return new Budgets(
                nanos("plumbline.self-check.tick", selfCheck.tick(), least),
                nanos("plumbline.self-check.dispatch-lag", selfCheck.dispatchLag(), least),
                nanos("plumbline.self-check.event-loop-stall", selfCheck.eventLoopStall(), least),
                cpu);
    }

    private static long nanos(String key, Duration value, Duration least) {
        require(
                value.compareTo(least) >= 0 && value.compareTo(LONGEST) <= 0,
                key,
                value.toString(),
                least.toMillis() + " ms to 365 days, for example 10s or 500ms");
        return value.toNanos();
    }

    private static void requireRange(String key, long value, long least, long most) {
        require(value >= least && value <= most, key, Long.toString(value), least + " to " + most);
    }

    private static void require(boolean met, String key, String value, String allowed) {
        if (!met) {
            throw new InvalidConfiguration(key + " = " + value + " is not allowed, expected " + allowed);
        }
    }

    private static InvalidConfiguration missing(String key, String example) {
        return new InvalidConfiguration(key + " is not set, for example " + key + "=" + example);
    }

    private static <T> T valid(String key, java.util.function.Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration(key + ": " + e.getMessage());
        }
    }
}
