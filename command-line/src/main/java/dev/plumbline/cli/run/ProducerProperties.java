package dev.plumbline.cli.run;

import dev.plumbline.cli.stack.KafkaSettings;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.TargetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A run in the words of the load producer's settings, see {@code docs/apps.md}. */
final class ProducerProperties {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(3);

    private ProducerProperties() {}

    static Map<String, String> of(
            RunPlan plan, Series series, TargetAddress address, Discovery discovery, Map<String, Object> kafkaClient) {
        Map<String, String> all = new LinkedHashMap<>();
        all.putAll(KafkaSettings.of(kafkaClient));
        all.put("plumbline.producer.id", plan.producerId());
        all.put("plumbline.target.url", discovery.url().base());
        all.put("plumbline.target.name", series.group().target());
        all.put("plumbline.target.model", discovery.model());
        all.put("plumbline.target.endpoint-type", discovery.endpointType().name());
        address.credentials()
                .requestHeaders(discovery.endpointType())
                .forEach((name, value) -> all.put("plumbline.target.headers.\"" + name + "\"", value));
        address.route()
                .caFile()
                .ifPresent(file -> all.put(
                        "plumbline.target.ca-file", file.toAbsolutePath().toString()));
        address.route()
                .proxy()
                .ifPresent(proxy ->
                        all.put("plumbline.target.proxy", "http://" + proxy.getHostString() + ":" + proxy.getPort()));
        all.put("plumbline.series.scenario", series.group().scenario());
        all.put("plumbline.series.tenant", series.group().tenant());
        all.put("plumbline.series.variant", series.variant());
        load(all, plan, series.group().loadPoint());
        spend(all, plan);
        // A warm-up of the target compiles the producer's path as well; without one it must be warm before.
        all.put("plumbline.selfwarmup.duration", plan.load().warmupDuration.compareTo(LONG_ENOUGH) >= 0 ? "0s" : "2s");
        all.put("plumbline.stay", "true");
        all.putAll(plan.output().settings);
        return all;
    }

    private static void load(Map<String, String> all, RunPlan plan, LoadPoint loadPoint) {
        LoadOptions load = plan.load();
        switch (loadPoint) {
            case LoadPoint.ClosedLoop closed ->
                all.put("plumbline.load.concurrency", Integer.toString(closed.concurrency()));
            case LoadPoint.OpenLoop open -> {
                all.put("plumbline.load.request-rate", Double.toString(open.requestsPerSecond()));
                LoadOptions.ArrivalPattern pattern =
                        load.burstiness == null ? load.arrivalPattern : LoadOptions.ArrivalPattern.gamma;
                all.put("plumbline.load.arrival-pattern", pattern.name().toUpperCase(Locale.ROOT));
                put(all, "plumbline.load.burstiness", load.burstiness);
                all.put("plumbline.load.max-in-flight", Integer.toString(load.maxInFlight));
            }
        }
        plan.duration().ifPresent(duration -> all.put("plumbline.load.duration", duration.toMillis() + "ms"));
        if (load.requestCount != null) {
            all.put("plumbline.load.request-count", Long.toString(load.requestCount));
        }
        all.put("plumbline.load.hold", "true");
        all.put("plumbline.load.warmup-duration", load.warmupDuration.toMillis() + "ms");
        all.put("plumbline.load.warmup-requests", Long.toString(load.warmupRequestCount));
        all.put("plumbline.workload.prompt-tokens", Integer.toString(load.promptTokens));
        all.put("plumbline.workload.prompt-tokens-deviation", Integer.toString(load.promptTokensDeviation));
        all.put("plumbline.workload.max-tokens", Integer.toString(load.outputTokens));
        all.put("plumbline.workload.seed", Long.toString(load.seed));
        all.put("plumbline.target.temperature", Double.toString(load.temperature));
        all.put("plumbline.target.streaming", Boolean.toString(load.streaming));
        if (!load.keepAlive) {
            all.put("plumbline.target.keep-alive", "0s");
        }
        all.put("plumbline.timeouts.total", load.requestTimeout.toMillis() + "ms");
        all.put("plumbline.timeouts.first-token", load.firstTokenTimeout.toMillis() + "ms");
        all.put("plumbline.timeouts.stall", load.stallTimeout.toMillis() + "ms");
    }

    private static void spend(Map<String, String> all, RunPlan plan) {
        SpendOptions spend = plan.spend();
        put(all, "plumbline.limits.max-requests", spend.maxRequests);
        put(all, "plumbline.limits.max-tokens-total", spend.maxTokensTotal);
        put(all, "plumbline.limits.max-cost", spend.maxCost);
        put(all, "plumbline.limits.price-per-1k-prompt-tokens", spend.pricePer1kInput);
        put(all, "plumbline.limits.price-per-1k-output-tokens", spend.pricePer1kOutput);
        all.put("plumbline.breaker.failure-ratio", Double.toString(plan.breakerRatio()));
    }

    private static void put(Map<String, String> all, String key, @org.jspecify.annotations.Nullable Number value) {
        if (value != null) {
            all.put(key, value.toString());
        }
    }
}
