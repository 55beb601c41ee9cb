package dev.plumbline.cli.run;

import dev.plumbline.cli.stack.KafkaSettings;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.probe.Discovery;
import dev.plumbline.probe.TargetAddress;
import dev.plumbline.protocol.GenericTarget;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/** A run in the words of the load producer's settings, see {@code docs/apps.md}. */
final class ProducerProperties {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /**
     * How long the producer may take to send what it has when its load is over. By Kafka's defaults a node that was killed is
     * missed after 9 s, and what it led has no leader until then.
     */
    static final Duration LEAVES_CLUSTER_WITHIN = Duration.ofSeconds(20);

    private ProducerProperties() {}

    static Map<String, String> of(
            RunPlan plan, Series series, TargetAddress address, Discovery discovery, Map<String, Object> kafkaClient) {
        Map<String, String> all = new LinkedHashMap<>();
        all.putAll(KafkaSettings.of(kafkaClient));
        all.put("plumbline.producer.id", plan.producerId());
        all.put("plumbline.target.url", discovery.url().base());
        // What was probed is what is driven: another version before the path, a query, a slash at its end.
        all.put("plumbline.target.path", discovery.endpointPath());
        all.put("plumbline.target.name", series.group().target());
        all.put("plumbline.target.model", discovery.model());
        all.put("plumbline.target.endpoint-type", discovery.endpointType().name());
        address.wanted().generic().ifPresent(api -> described(all, api));
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
        // A list, whose commas separate.
        address.wanted()
                .metricsUrl()
                .ifPresent(url -> all.put("plumbline.engine.url", url.whole().replace(",", "\\,")));
        all.put("plumbline.series.scenario", series.group().scenario());
        all.put("plumbline.series.tenant", series.group().tenant());
        all.put("plumbline.series.variant", series.variant());
        series.conditions().ifPresent(digest -> all.put("plumbline.series.conditions", digest));
        plan.goals()
                .ifPresent(goals -> goals.limitNanos()
                        .forEach((metric, nanos) -> all.put(
                                "plumbline.slo." + metric.label(),
                                Duration.ofNanos(nanos).toString())));
        load(all, plan, series.group().loadPoint());
        spend(all, plan);
        // A warm-up of the target compiles the producer's path as well; without one it must be warm before.
        all.put("plumbline.selfwarmup.duration", plan.warmup().compareTo(LONG_ENOUGH) >= 0 ? "0s" : "2s");
        all.put("plumbline.stay", "true");
        all.putAll(plan.output().settings);
        return all;
    }

    /**
     * The same for a load whose events go to a cluster of somebody else: its nodes may be restarted whenever they like, also at
     * the load's end.
     */
    static Map<String, String> onCluster(Map<String, String> all) {
        Map<String, String> patient = new LinkedHashMap<>(all);
        patient.putIfAbsent("plumbline.emit.stop-grace", LEAVES_CLUSTER_WITHIN.toMillis() + "ms");
        return patient;
    }

    /**
     * The same for a load that outlives its broker: what Kafka has not taken is kept for as long as a broker may take to come
     * back, within the bytes of the client's buffer.
     *
     * @param sameAddress whether the broker comes back where it was. A client that begins anew with its bootstrap servers, in
     *     case all of them have moved, forgets its topics over it, and what falls due meanwhile is lost
     */
    static Map<String, String> patient(Map<String, String> all, boolean sameAddress) {
        Map<String, String> patient = new LinkedHashMap<>(all);
        patient.putIfAbsent(kafkaKey(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG), Long.toString(PATIENCE.toMillis()));
        if (sameAddress) {
            patient.putIfAbsent(kafkaKey(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG), "none");
        }
        return patient;
    }

    private static String kafkaKey(String property) {
        return "plumbline.kafka.properties.\"" + property + "\"";
    }

    /**
     * The same for one that goes on in the place of another that has ended.
     *
     * @param standing where the load stands; empty where nothing was measured, so that it begins
     */
    static Map<String, String> ofSuccessor(Map<String, String> first, Optional<LoadStanding> standing, RunPlan plan) {
        Map<String, String> all = new LinkedHashMap<>(first);
        standing.ifPresent(load -> {
            load.into(all);
            all.put("plumbline.load.warmup-duration", "0s");
            all.put("plumbline.load.warmup-requests", "0");
            all.remove("plumbline.load.warmup-until-steady");
            all.put("plumbline.smoke.enabled", "false");
            all.remove("plumbline.smoke.expect");
            all.put("plumbline.selfwarmup.duration", "2s");
        });
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
                arrivals(all, load);
            }
            case LoadPoint.ShapedRate shaped -> {
                all.put("plumbline.load.shape", shaped.shape().text());
                arrivals(all, load);
            }
            case LoadPoint.ShapedSlots shaped -> {
                all.put("plumbline.load.concurrency-shape", shaped.shape().text());
                all.put("plumbline.load.max-in-flight", Integer.toString(load.maxInFlight));
            }
            case LoadPoint.Trace trace -> trace(all, plan, trace);
            case LoadPoint.Other other -> throw new IllegalStateException("no producer makes the load " + other.key());
        }
        plan.options().shape.into(all);
        plan.duration().ifPresent(duration -> all.put("plumbline.load.duration", duration.toMillis() + "ms"));
        if (load.requestCount != null && plan.trace().isEmpty()) {
            all.put("plumbline.load.request-count", Long.toString(load.requestCount));
        }
        if (load.batch > 1) {
            all.put("plumbline.load.batch", Integer.toString(load.batch));
        }
        all.put("plumbline.load.hold", "true");
        all.put("plumbline.load.warmup-duration", plan.warmup().toMillis() + "ms");
        all.put("plumbline.load.grace", load.grace.toMillis() + "ms");
        if (load.ramp != null) {
            all.put("plumbline.load.ramp", load.ramp.toMillis() + "ms");
        }
        all.put("plumbline.load.warmup-requests", Long.toString(load.warmupRequestCount));
        all.putAll(plan.workload().properties(load));
        all.put("plumbline.workload.seed", Long.toString(load.seed));
        all.put("plumbline.workload.cache", plan.cache().name().toUpperCase(Locale.ROOT));
        plan.ownPrompts().ifPresent(own -> own.tell(all));
        plan.generation().into(all);
        all.put("plumbline.target.streaming", Boolean.toString(load.streaming));
        if (!load.keepAlive) {
            all.put("plumbline.target.keep-alive", "0s");
        }
        all.put("plumbline.timeouts.total", load.requestTimeout.toMillis() + "ms");
        all.put("plumbline.timeouts.first-token", load.firstTokenTimeout.toMillis() + "ms");
        all.put("plumbline.timeouts.stall", load.stallTimeout.toMillis() + "ms");
    }

    private static void trace(Map<String, String> all, RunPlan plan, LoadPoint.Trace trace) {
        TracePlan replayed = plan.trace().orElseThrow();
        all.put("plumbline.trace.file", replayed.file().toAbsolutePath().toString());
        all.put("plumbline.trace.name", trace.name());
        all.put("plumbline.trace.mode", replayed.replay().mode().name());
        all.put("plumbline.trace.speed", Double.toString(trace.speed()));
        TraceOptions options = replayed.options();
        put(all, "plumbline.trace.rows", options.rows);
        all.put("plumbline.trace.class", options.classField);
        put(all, "plumbline.trace.idle-gap-cap", options.idleGapCap);
        put(all, "plumbline.trace.from", options.from);
        put(all, "plumbline.trace.duration", options.duration);
        if (trace.sessions().isPresent()) {
            all.put(
                    "plumbline.load.concurrency",
                    Integer.toString(trace.sessions().getAsInt()));
        } else {
            all.put("plumbline.load.max-in-flight", Integer.toString(plan.load().maxInFlight));
        }
    }

    private static void put(Map<String, String> all, String key, @Nullable Duration span) {
        if (span != null) {
            all.put(key, span.toMillis() + "ms");
        }
    }

    private static void arrivals(Map<String, String> all, LoadOptions load) {
        LoadOptions.ArrivalPattern pattern =
                load.burstiness == null ? load.arrivalPattern : LoadOptions.ArrivalPattern.gamma;
        all.put("plumbline.load.arrival-pattern", pattern.name().toUpperCase(Locale.ROOT));
        put(all, "plumbline.load.burstiness", load.burstiness);
        all.put("plumbline.load.max-in-flight", Integer.toString(load.maxInFlight));
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

    private static void described(Map<String, String> all, GenericTarget api) {
        String group = "plumbline.target.generic.";
        all.put(group + "method", api.method());
        if (!api.bodyTemplate().isEmpty()) {
            all.put(group + "body", api.bodyTemplate());
        }
        all.put(group + "framing", api.framing().name());
        all.put(group + "text", api.text());
        api.reasoning().ifPresent(pointer -> all.put(group + "reasoning", pointer));
        api.finishReason().ifPresent(pointer -> all.put(group + "finish-reason", pointer));
        api.promptTokens().ifPresent(pointer -> all.put(group + "prompt-tokens", pointer));
        api.outputTokens().ifPresent(pointer -> all.put(group + "output-tokens", pointer));
        all.put(group + "error", api.error());
    }

    private static void put(Map<String, String> all, String key, @Nullable Number value) {
        if (value != null) {
            all.put(key, value.toString());
        }
    }
}
