package dev.plumbline.telemetry.engine;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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
    GENERATION_TOKENS_TOTAL("generationTokensTotal"),
    PREFIX_QUERY_TOKENS_TOTAL("prefixQueryTokensTotal"),
    PREFIX_HIT_TOKENS_TOTAL("prefixHitTokensTotal"),
    EXTERNAL_QUERY_TOKENS_TOTAL("externalQueryTokensTotal"),
    EXTERNAL_HIT_TOKENS_TOTAL("externalHitTokensTotal"),
    OFFLOAD_LOAD_BYTES_TOTAL("offloadLoadBytesTotal"),
    OFFLOAD_STORE_BYTES_TOTAL("offloadStoreBytesTotal"),
    SWAPPED("swapped"),
    RECOMPUTED_TOKENS_TOTAL("recomputedTokensTotal"),
    DRAFTS_TOTAL("draftsTotal"),
    DRAFT_TOKENS_TOTAL("draftTokensTotal"),
    ACCEPTED_TOKENS_TOTAL("acceptedTokensTotal");

    /** Those that are missed where they are absent. */
    static final Set<EngineValue> OF_EVERY_ENGINE = EnumSet.range(RUNNING, GENERATION_TOKENS_TOTAL);

    /** Those of caches; an engine that tells none of them has no word on caches. */
    static final Set<EngineValue> OF_CACHES = EnumSet.range(PREFIX_QUERY_TOKENS_TOTAL, RECOMPUTED_TOKENS_TOTAL);

    /** Those of speculative decoding. */
    static final Set<EngineValue> OF_SPECULATION = EnumSet.range(DRAFTS_TOTAL, ACCEPTED_TOKENS_TOTAL);

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
