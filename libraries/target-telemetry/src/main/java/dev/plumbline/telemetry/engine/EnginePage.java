package dev.plumbline.telemetry.engine;

import dev.plumbline.contract.telemetry.EngineCache;
import dev.plumbline.contract.telemetry.EngineRequests;
import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.EngineSpeculation;
import dev.plumbline.contract.telemetry.EngineTokens;
import dev.plumbline.contract.telemetry.Observation;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.telemetry.sampling.Poll;
import dev.plumbline.telemetry.sampling.SampleSource;
import dev.plumbline.telemetry.sampling.Viewpoint;
import dev.plumbline.telemetry.scrape.Fetched;
import dev.plumbline.telemetry.scrape.PageAddress;
import dev.plumbline.telemetry.scrape.PageClient;
import dev.plumbline.telemetry.scrape.PrometheusPage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An engine's page of metrics that is asked over HTTP. Which engine it is, the page tells. */
public final class EnginePage implements SampleSource<EngineSample> {

    private final Viewpoint viewpoint;
    private final PageClient client;
    private final PageAddress address;
    private final Duration timeout;
    private final List<EngineNames> kinds;

    /** @param given names that are looked for instead of those of the known engines; empty = the known engines */
    public EnginePage(
            Viewpoint viewpoint,
            PageClient client,
            PageAddress address,
            Duration timeout,
            Map<EngineValue, String> given) {
        this.viewpoint = viewpoint;
        this.client = client;
        this.address = address;
        this.timeout = timeout;
        this.kinds = given.isEmpty() ? EngineNames.KNOWN : List.of(EngineNames.given(given));
    }

    @Override
    public Poll<EngineSample> poll() throws InterruptedException {
        return switch (client.get(address, timeout)) {
            case Fetched.Failure failure -> new Poll.Failed<>(failure.reason(), failure.detail());
            case Fetched.Page fetched -> read(fetched.body());
        };
    }

    private Poll<EngineSample> read(String body) {
        long now = viewpoint.clock().nanos();
        PrometheusPage page = PrometheusPage.parse(body);
        if (page.isEmpty()) {
            return new Poll.Failed<>(FailureReason.UNREADABLE, "not a page of metrics: " + address);
        }
        Optional<EngineSample> sample = kinds.stream()
                .filter(kind -> kind.hasPrefix(page) && kind.isOn(page))
                .findFirst()
                .map(kind -> sample(kind, page, viewpoint.at(now)));
        return sample.<Poll<EngineSample>>map(found -> new Poll.Taken<>(now, List.of(found)))
                .orElseGet(() -> new Poll.Failed<>(
                        FailureReason.NOTHING_KNOWN, "no engine metrics that are known at " + address));
    }

    private static EngineSample sample(EngineNames kind, PrometheusPage page, Observation observation) {
        Map<String, String> absent = new TreeMap<>();
        boolean caches = EngineValue.OF_CACHES.stream()
                .anyMatch(value -> kind.value(page, value).isPresent());
        boolean speculation = EngineValue.OF_SPECULATION.stream()
                .anyMatch(value -> kind.value(page, value).isPresent());
        // What only some engines have is not missed in the others.
        for (EngineValue value : EngineValue.OF_EVERY_ENGINE) {
            if (kind.value(page, value).isEmpty()) {
                List<String> names = kind.names().getOrDefault(value, List.of());
                absent.put(
                        value.component(),
                        names.isEmpty()
                                ? "this engine does not tell it"
                                : "not on the page: " + String.join(", ", names));
            }
        }
        return new EngineSample(
                observation,
                kind.engine(),
                new EngineRequests(
                        kind.value(page, EngineValue.RUNNING),
                        kind.value(page, EngineValue.WAITING),
                        kind.value(page, EngineValue.PREEMPTIONS_TOTAL),
                        kind.value(page, EngineValue.QUEUE_TIME_SECONDS_TOTAL),
                        kind.value(page, EngineValue.QUEUE_TIME_REQUESTS_TOTAL)),
                new EngineTokens(
                        kind.value(page, EngineValue.KV_CACHE_USAGE_RATIO),
                        kind.value(page, EngineValue.PROMPT_TOKENS_TOTAL),
                        kind.value(page, EngineValue.CACHED_PROMPT_TOKENS_TOTAL),
                        kind.value(page, EngineValue.GENERATION_TOKENS_TOTAL)),
                caches ? Optional.of(caches(kind, page)) : Optional.empty(),
                speculation ? Optional.of(speculation(kind, page)) : Optional.empty(),
                absent);
    }

    private static EngineCache caches(EngineNames kind, PrometheusPage page) {
        return new EngineCache(
                kind.value(page, EngineValue.PREFIX_QUERY_TOKENS_TOTAL),
                kind.value(page, EngineValue.PREFIX_HIT_TOKENS_TOTAL),
                kind.value(page, EngineValue.EXTERNAL_QUERY_TOKENS_TOTAL),
                kind.value(page, EngineValue.EXTERNAL_HIT_TOKENS_TOTAL),
                kind.value(page, EngineValue.OFFLOAD_LOAD_BYTES_TOTAL),
                kind.value(page, EngineValue.OFFLOAD_STORE_BYTES_TOTAL),
                kind.value(page, EngineValue.SWAPPED),
                kind.value(page, EngineValue.RECOMPUTED_TOKENS_TOTAL));
    }

    private static EngineSpeculation speculation(EngineNames kind, PrometheusPage page) {
        return new EngineSpeculation(
                kind.value(page, EngineValue.DRAFTS_TOTAL),
                kind.value(page, EngineValue.DRAFT_TOKENS_TOTAL),
                kind.value(page, EngineValue.ACCEPTED_TOKENS_TOTAL));
    }

    @Override
    public void close() {
        // The client is shared and closed by its owner.
    }
}
