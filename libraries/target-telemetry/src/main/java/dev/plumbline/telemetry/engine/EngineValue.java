package dev.plumbline.telemetry.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The values of an engine sample, by the name of their component in the contract. */
public enum EngineValue {
    RUNNING("running"),
    WAITING("waiting"),
    PREEMPTIONS_TOTAL("preemptionsTotal"),
    QUEUE_TIME_SECONDS_TOTAL("queueTimeSecondsTotal"),
    QUEUE_TIME_REQUESTS_TOTAL("queueTimeRequestsTotal"),
    KV_CACHE_USAGE_RATIO("kvCacheUsageRatio"),
    PROMPT_TOKENS_TOTAL("promptTokensTotal"),
    CACHED_PROMPT_TOKENS_TOTAL("cachedPromptTokensTotal"),
    GENERATION_TOKENS_TOTAL("generationTokensTotal");

    private final String component;

    EngineValue(String component) {
        this.component = component;
    }

    /** Its name on the wire. */
    public String component() {
        return component;
    }

    /** Its name in settings, for example {@code kv-cache-usage-ratio}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The value that a setting names. */
    public static Optional<EngineValue> ofKey(String key) {
        return Arrays.stream(values()).filter(value -> value.key().equals(key)).findFirst();
    }
}
