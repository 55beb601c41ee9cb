package dev.plumbline.producer;

import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Generation.MaxTokensField;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.telemetry.gpu.GpuSourceKind;
import dev.plumbline.telemetry.ollama.LifecyclePlan;
import dev.plumbline.workload.dataset.DatasetChoice;
import dev.plumbline.workload.dataset.DatasetFormat;
import dev.plumbline.workload.dataset.Order;
import dev.plumbline.workload.trace.Replay;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Every setting of the load producer. */
@ConfigMapping(prefix = "plumbline")
public interface ProducerConfig {

    /**
     * These settings and nothing else, taken literally: not what is set around this process, and no {@code ${...}} filled in.
     *
     * @throws io.smallrye.config.ConfigValidationException naming what is wrong
     */
    static ProducerConfig of(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ProducerConfig.class)
                .withSources(new PropertiesConfigSource(settings, "settings", ConfigSource.DEFAULT_ORDINAL))
                .build()
                .getConfigMapping(ProducerConfig.class);
    }

    /** Towards Kafka. */
    Kafka kafka();

    /** Who this producer is. */
    Identity producer();

    /** What is driven. */
    Target target();

    /** How answers are drawn and where they end. */
    Generation generation();

    /** A second target beside it, driven by the same load. */
    Canary canary();

    /** How much load. */
    Load load();

    Smoke smoke();

    /** Under which name the measurements are kept. */
    SeriesLabels series();

    /** What a good request meets. */
    Slo slo();

    /** What is asked. */
    Workload workload();

    /** A trace that is asked again, instead of a load and a workload that are made. */
    Trace trace();

    /** How long requests may take. */
    Timeouts timeouts();

    /** Whether failed requests are tried again. */
    Retry retry();

    /** Who counts tokens. */
    Tokens tokens();

    /** How much may be sent to the target in all. */
    Limits limits();

    /** When the target is left alone. */
    Breaker breaker();

    /** The way of events into Kafka. */
    Emit emit();

    /** When the producer does not vouch for itself. */
    SelfCheck selfCheck();

    /** Looking at the target's GPUs. */
    Gpu gpu();

    /** Looking at the target's engine. */
    Engine engine();

    /** The life of the model, where the target is an Ollama. */
    Ollama ollama();

    /** The warm-up of the producer's own path. */
    Selfwarmup selfwarmup();

    /** Who may begin and end the load over HTTP. */
    Control control();

    /** How often heartbeats are sent. Default 250 ms, 10 ms to 1 min. */
    @WithDefault("250ms")
    Duration heartbeatInterval();

    /** Whether to live on, with state STOPPED, when the load is done, until told to end. Default false: exit 0. */
    @WithDefault("false")
    boolean stay();

    /** Where to write the ready file. Read by the supervisor's protocol from system properties; absent = nowhere. */
    Optional<String> readyFile();

    /** Whether a supervisor holds standard input. Read by its protocol from system properties; absent = no. */
    Optional<Boolean> supervised();

    /**
     * Socket at which to wait for all other settings, see {@link dev.plumbline.process.StandbyChild}. Read from system
     * properties; absent = they are here.
     */
    Optional<String> standby();

    /** Whether to stand by again when a run has gone. Read from system properties; absent = no. */
    Optional<Boolean> standbyAgain();

    interface Kafka {
        /** Brokers, {@code host:port,…}. Required. */
        Optional<String> bootstrapServers();

        /**
         * Kafka's own producer properties, passed through; they win over ours, but none that would make "acknowledged" untrue.
         * Default none.
         */
        Map<String, String> properties();
    }

    interface Identity {
        /**
         * Stable name of this producer, unique among those that run at the same time: 1 to 100 letters, digits, {@code . _ : -}. It
         * is sent to the target at the beginning of each {@code X-Request-Id}.
         */
        @WithDefault("producer-1")
        String id();
    }

    interface Target {
        /**
         * Base URL, with or without {@code /v1}, for example {@code http://127.0.0.1:8000}; or the whole URL of the API.
         * Required.
         */
        Optional<String> url();

        /** Path of the API, with its query if it has one, instead of the usual one below the base URL. */
        Optional<String> path();

        /** Further parameters of the query, unencoded. Default none. */
        Map<String, String> query();

        /** Further headers; they win over ours. Default none. */
        Map<String, String> headers();

        /** Logical name of the service. Default: host and port of the URL. */
        Optional<String> name();

        /** Model name that is sent and by which the group is kept. Required. */
        Optional<String> model();

        /** File whose first line is the API key. At most one of this and api-key-env; absent = none is sent. */
        Optional<String> apiKeyFile();

        /** Name of the environment variable that holds the API key. */
        Optional<String> apiKeyEnv();

        /**
         * Header that carries the bare key. Default: {@code Authorization: Bearer} key, and {@code x-api-key} for
         * messages.
         */
        Optional<String> apiKeyHeader();

        /** PEM file of the authorities that are trusted instead of the JDK's. Absent = the JDK's. */
        Optional<String> caFile();

        /** HTTP proxy on the way, {@code http://host:port}. Absent = none. */
        Optional<String> proxy();

        /** chat, completions, ollama-generate, ollama-chat, messages, responses or generic. Default chat. */
        @WithDefault("CHAT")
        EndpointType endpointType();

        /** How a generic target is spoken to; read for that endpoint type only. */
        Generic generic();

        /**
         * Whether each request carries its id as {@code X-Request-Id} and, in another form, as {@code traceparent}, so that it is
         * found in the logs of the target. Default true.
         */
        @WithDefault("true")
        boolean requestIds();

        /**
         * Seed of the target's sampling, for the APIs that have a field for it; generation.sampling-seed wins, and is refused where
         * there is none. Absent = none is sent.
         */
        OptionalLong samplingSeed();

        /** Whether answers are streamed. Default true. */
        @WithDefault("true")
        boolean streaming();

        /** The same as generation.temperature, which wins. Absent = that. */
        OptionalDouble temperature();

        /**
         * How long an idle connection is kept, whole seconds, and no longer than the server says; keep it below what the
         * server keeps. 0 = every request gets a connection of its own. Default 3 s, 0 to 3600 s.
         */
        @WithDefault("3s")
        Duration keepAlive();
    }

    /** How answers are drawn and where they end. What is absent is not sent; what the API has no field for is refused. */
    interface Generation {
        /** DETERMINISTIC: temperature 0; DEFAULTS: no field of sampling at all, so that the server's own hold. Default DETERMINISTIC. */
        @WithDefault("DETERMINISTIC")
        GenerationStyle style();

        /** Sampling temperature, 0 to 100. Absent = by style. */
        OptionalDouble temperature();

        /** Nucleus sampling, above 0 to 1. Absent = none is sent. */
        OptionalDouble topP();

        /** Seed of the target's sampling. Absent = none is sent. */
        OptionalLong samplingSeed();

        /** Texts that end an answer, a JSON list: {@code ["\\n", "END"]}. Absent = none. */
        Optional<String> stop();

        /** Shortest answer, in tokens, never more than the longest that is asked for. Absent = none is sent. */
        OptionalInt minTokens();

        /** Whether an answer goes on after the model's own end, up to the longest that is asked for. Default false. */
        @WithDefault("false")
        boolean ignoreEos();

        /**
         * Name under which OpenAI's chat is sent the longest answer: MAX_TOKENS, MAX_COMPLETION_TOKENS; AUTO: the latter for
         * OpenAI's and Azure's own API, else the former; NONE: it is not sent. Default AUTO.
         */
        @WithDefault("AUTO")
        MaxTokensField maxTokensField();

        /** Further members of each body, a JSON object: {@code {"user": "bench"}}. Absent = none. */
        Optional<String> extraBody();
    }

    /** Who says how answers are drawn. */
    enum GenerationStyle {
        /** This: temperature 0. */
        DETERMINISTIC,
        /** The server. */
        DEFAULTS
    }

    /**
     * What the canary does not say of itself is as with the target: API, streaming, sampling, trusted authorities, proxy. A key and
     * headers of the target's are not sent to it.
     */
    interface Canary {
        /** Base URL or whole URL, as of the target. Absent = there is no canary. */
        Optional<String> url();

        /** Path of the API, with its query if it has one, instead of the usual one below the base URL. */
        Optional<String> path();

        /** Further parameters of the query, unencoded. Default none. */
        Map<String, String> query();

        /** Further headers; they win over ours. Default none. */
        Map<String, String> headers();

        /** Model name that is sent. Default that of the target; another one needs same-model. */
        Optional<String> model();

        /** Whether another name of the model is but another name: two models do not compare. Default false. */
        @WithDefault("false")
        boolean sameModel();

        /** File whose first line is the API key. At most one of this and api-key-env; absent = none is sent. */
        Optional<String> apiKeyFile();

        /** Name of the environment variable that holds the API key. */
        Optional<String> apiKeyEnv();

        /** Header that carries the bare key. Default as for the target. */
        Optional<String> apiKeyHeader();

        /** Variant of its series. Default canary. */
        @WithDefault("canary")
        String variant();

        /** SPLIT: each session goes to one of both. PAIR: each goes to both at the same time. Default SPLIT. */
        @WithDefault("SPLIT")
        CanaryMode mode();

        /** Share of the sessions that a split sends to the canary, 0.001 to 0.999. Default 0.1. */
        @WithDefault("0.1")
        double share();
    }

    interface Generic {
        /** POST, PUT, PATCH or GET. Default POST. */
        @WithDefault("POST")
        String method();

        /**
         * JSON with the placeholders {@code {{prompt}}}, {@code {{model}}}, {@code {{max_tokens}}}, {@code
         * {{temperature}}}, {@code {{seed}}}, {@code {{stream}}}. Texts go inside quotes. Absent = no body.
         */
        Optional<String> body();

        /** SSE, NDJSON or JSON (one piece). Default SSE. */
        @WithDefault("SSE")
        GenericTarget.Framing framing();

        /** JSON pointer to the text of a chunk. Required for a generic target, for example {@code /token/text}. */
        Optional<String> text();

        /** JSON pointer to reasoning. Absent = none. */
        Optional<String> reasoning();

        /** JSON pointer to why the answer ended. Absent = a clean end of an answer with content is its finish. */
        Optional<String> finishReason();

        /** JSON pointer to the number of prompt tokens. Absent = not told. */
        Optional<String> promptTokens();

        /** JSON pointer to the number of output tokens. Absent = not told. */
        Optional<String> outputTokens();

        /** JSON pointer to what is there in errors only. Default {@code /error}. */
        @WithDefault("/error")
        String error();
    }

    interface Retry {
        /** Most tries of one request, the first included, 1 to 20. Each is an event of its own. Default 1. */
        @WithDefault("1")
        int attempts();

        /** Pause before the next try. Default 500 ms. */
        @WithDefault("500ms")
        Duration pause();

        /** Longest Retry-After that is waited for; a server that asks for more is not tried again. Default 30 s. */
        @WithDefault("30s")
        Duration longestRetryAfter();
    }

    interface Tokens {
        /**
         * Whose count of output tokens is taken: auto, server, tokenize (the target's own), local (needs tokenizer-file)
         * or chunks. Default auto: the server, else a tokenizer if there is one, else chunks.
         */
        @WithDefault("AUTO")
        TokenChoice source();

        /** A {@code tokenizer.json} of Hugging Face. With auto it also checks the server. Absent = none. */
        Optional<String> tokenizerFile();

        /** Path of the target's tokenizer. Default {@code /tokenize}. */
        @WithDefault("/tokenize")
        String tokenizePath();
    }

    /** What a producer must know that goes on with the load of another. */
    interface GoesOn {
        /** When the measured part of the load began: a shape goes on by its clock. Absent = it begins with this producer. */
        Optional<Instant> since();

        /** How many sessions, or single requests, of its own were begun before: they are not asked again. Default 0. */
        @WithDefault("0")
        long sessions();

        /** The level of an adjustable load that somebody has changed. Absent = its first. */
        OptionalDouble level();
    }

    interface Load {
        /** Requests at a time (closed loop). Exactly one of this, request-rate, shape and concurrency-shape. */
        OptionalInt concurrency();

        /** Requests per second (open loop). */
        OptionalDouble requestRate();

        /** Requests per second over time, from the begin of the measured part on, for example {@code square:10,50@20s}. */
        Optional<String> shape();

        /** Requests at a time over time, the same way, for example {@code ramp:2..16/60s}. */
        Optional<String> concurrencyShape();

        /**
         * Which of several producers that share this load this one is, for example {@code 2/3}. The load is that of all. Absent = it
         * offers all of it.
         */
        Optional<String> share();

        /**
         * Prompts that are asked together, 1 to 1024: in one request of endpoint type completions, else in as many requests at once.
         * Then concurrency and rate are of batches. Default 1.
         */
        @WithDefault("1")
        int batch();

        /** When the load begins, warm-up included, for example {@code 2026-12-01T12:00:00Z}. Absent = as soon as it can. */
        Optional<Instant> beginAt();

        /** Where the load goes on, in the place of a producer that has ended in the middle of it. */
        GoesOn goesOn();

        /** CONSTANT (evenly spaced), POISSON or GAMMA; for request-rate. Default CONSTANT. */
        @WithDefault("CONSTANT")
        ArrivalPattern arrivalPattern();

        /** Shape of GAMMA: 1 is POISSON, less comes in bursts, more is more even. Default 1, 0.01 to 1000. */
        @WithDefault("1")
        double burstiness();

        /** Most requests in flight in the open loop; what is due beyond is dropped and counted. Default 1000. */
        @WithDefault("1000")
        int maxInFlight();

        /** How long load is offered. Absent = without end. */
        Optional<Duration> duration();

        /** How many requests are offered in all. Absent = without end. */
        OptionalLong requestCount();

        /** Requests to the target before the measured ones, neither measured nor emitted. Default 0. */
        @WithDefault("0")
        long warmupRequests();

        /** How long load is offered before it is measured, so that the target is warm. Default 0 s. */
        @WithDefault("0s")
        Duration warmupDuration();

        /**
         * Whether the warm-up goes on after warmup-duration until the time to first token is steady (of whole answers e2e). Default
         * false.
         */
        @WithDefault("false")
        boolean warmupUntilSteady();

        /** How long the warm-up takes at most then; what is measured behind it is told as not steady. Default 2 min. */
        @WithDefault("2m")
        Duration warmupMax();

        /**
         * Whether a warm producer waits for {@code POST /release} before it offers load. Default false. Who starts it uses
         * the time to look whether the target answers.
         */
        @WithDefault("false")
        boolean hold();

        /**
         * Over how long the slots of a closed loop begin, each at a random moment of its own part. Absent = half of warmup-duration,
         * at most 10 s. 0 = all at once.
         */
        Optional<Duration> ramp();

        /**
         * How long after a stated duration is waited for measured requests that are under way; load goes on meanwhile, and is not
         * measured. What is under way after that is cancelled. 0 = all of it is cancelled at the end. Default 30 s.
         */
        @WithDefault("30s")
        Duration grace();

        /** How long load goes on after a stated duration whatever is under way; it is not measured. Default 0 s. */
        @WithDefault("0s")
        Duration coolDown();

        /** How much later a closed loop's next request is due after a failure. Default 100 ms, 0 = at once. */
        @WithDefault("100ms")
        Duration pauseAfterFailure();

        /** Event loops that send. Default 1, 1 to 64. */
        @WithDefault("1")
        int eventLoops();
    }

    interface Smoke {
        /** Whether one request is sent before any load, and its answer looked at; a bad one ends all. Default false. */
        @WithDefault("false")
        boolean enabled();

        /** A regular expression that must be found in that answer. Absent = any text will do. Sends that request, too. */
        Optional<String> expect();
    }

    interface SeriesLabels {
        /** Prompt class. Default chat. */
        @WithDefault("chat")
        String scenario();

        /** Whose traffic it is. Default default. */
        @WithDefault("default")
        String tenant();

        /** What may differ while the group stays: stable, canary, a build. Default stable. */
        @WithDefault("stable")
        String variant();

        /**
         * Digest of what must match for a comparison, 16 hexadecimal digits. Absent = made of this load's own settings: lengths,
         * sampling, streaming, protocol, use of caches.
         */
        Optional<String> conditions();
    }

    /** What a good request meets, inclusive; told with each event. Absent = nothing is stated. */
    interface Slo {
        /** Longest time to first token. */
        Optional<Duration> ttft();

        /** Longest time to the first answer token. */
        Optional<Duration> ttfa();

        /** Longest time per output token after the first. */
        Optional<Duration> tpot();

        /** Longest end-to-end latency. */
        Optional<Duration> e2e();

        /** Longest latency from the due time on. */
        Optional<Duration> response();
    }

    interface Workload {
        /**
         * A workload file, YAML or JSON: classes of requests with weights and shapes. Then the lengths below are not used. Absent =
         * one class of single prompts.
         */
        Optional<String> file();

        /** Built-in classes by weight, for example {@code chat=3,rag=1}, instead of a file. Absent = none. */
        Optional<String> mix();

        /**
         * Length of a prompt, in tokens (words), with its distribution, for example {@code lognormal(128,0.6)}; in place of
         * prompt-tokens. Absent = those.
         */
        Optional<String> promptLength();

        /**
         * Words of which drawn texts are made, a space between two: each must be one token to the target behind a space, and lengths
         * are then in tokens. Absent = common words, most of which are.
         */
        Optional<String> vocabulary();

        /**
         * Tokens that the target counts around the words of a prompt that is one of a single class (its template, a begin of the text);
         * they are a part of its length. Only with vocabulary. Default 0.
         */
        @WithDefault("0")
        int tokensAround();

        /** Longest answer, in tokens, with its distribution; in place of max-tokens. Absent = those. */
        Optional<String> answerLength();

        /** Mean length of a prompt, in tokens (words), 1 to 100000. Default 128. */
        @WithDefault("128")
        int promptTokens();

        /** Standard deviation of that length, in tokens. Default 0. */
        @WithDefault("0")
        int promptTokensDeviation();

        /** Longest answer, in tokens; with a deviation the mean of it. Default 64. */
        @WithDefault("64")
        int maxTokens();

        /**
         * Standard deviation of that length over the requests, in tokens; 0 = all equal, and the requests of a closed loop are in
         * step once they have met. Absent = a tenth of max-tokens.
         */
        OptionalInt maxTokensDeviation();

        /** Seed of shapes: lengths of prompts, and their words behind the first eight. Default 42. */
        @WithDefault("42")
        long seed();

        /**
         * AVOID: each start begins its prompts with words of its own, so that no prefix cache of the target knows them. REUSE: the
         * same prompts at each start with the same seed. Default AVOID; REUSE for prompts and dataset, which are sent as they are.
         */
        Optional<CacheUse> cache();

        /** Prompts that are asked instead of drawn ones: {@code prompts[0]}, {@code prompts[1]}, … Absent = none. */
        Optional<List<String>> prompts();

        /** File of prompts or conversations that are asked instead of drawn prompts. Excludes prompts; absent = none. */
        Optional<String> dataset();

        /** How they stand in it, for example {@code sharegpt}. Absent = recognized by its content. */
        Optional<DatasetFormat> datasetFormat();

        /** Column of a CSV or field of JSON objects that is the prompt. Absent = recognized by its name. */
        Optional<String> promptColumn();

        /** So many conversations from its beginning are taken, 1 to 1000000. Default 100000. */
        @WithDefault("100000")
        int datasetLimit();

        /** FILE: as they stand there. SHUFFLED: by the seed, anew when all were asked. Default FILE. */
        @WithDefault("FILE")
        Order datasetOrder();

        /** ALL turns of a conversation, or the FIRST alone. Default ALL. */
        @WithDefault("ALL")
        DatasetChoice.Turns datasetTurns();

        /** Digest that its content must have, 16 hexadecimal digits: who checked it wants the same one asked. Absent = any. */
        Optional<String> datasetDigest();
    }

    interface Trace {
        /**
         * File of a trace: Azure, Mooncake, Bailian, BurstGPT, Weka or AgentX, GitHub Copilot, a LiteLLM log, or events.jsonl of a run,
         * or a folder of ServeGen's clients; which one is seen in it. With it no request-rate is set, and a concurrency for mode SESSION only. Absent = no trace.
         */
        Optional<String> file();

        /** Name in the load point: lower-case letters, digits, {@code . _ -}. Default: made of the file's. */
        Optional<String> name();

        /**
         * OPEN: each row at its time. SESSION: so many sessions at a time as load.concurrency says, each turn so long after the
         * answer before as it was. Default OPEN.
         */
        @WithDefault("OPEN")
        Replay.Mode mode();

        /** So many times as fast. Default 1, 0.001 to 10000. */
        @WithDefault("1")
        double speed();

        /** Longest pause of the replay; longer ones are cut to it. Absent = as long as they were. */
        Optional<Duration> idleGapCap();

        /** So many rows. Absent = all. */
        OptionalInt rows();

        /** Rows from so much after the first on. Default 0 s. */
        @WithDefault("0s")
        Duration from();

        /** Rows of so long a time, by the clock of the trace. Absent = to its end. */
        Optional<Duration> duration();

        /**
         * Field or column that says a row's class, each of which is a series of its own; auto: the one that the format has for it,
         * such as the model, where it has 2 to 16 values; none. Default auto.
         */
        @WithDefault("auto")
        @WithName("class")
        String classField();
    }

    interface Limits {
        /** Most requests to the target, warm-ups and retries included; then the load ends. Absent = no limit. */
        OptionalLong maxRequests();

        /** Most tokens, prompt and output together; the load ends before a request might break it. Absent = no limit. */
        OptionalLong maxTokensTotal();

        /** Most money at the prices below; the load ends before a request might break it. Absent = no limit. */
        OptionalDouble maxCost();

        /** Price of 1,000 prompt tokens. Default 0. */
        @WithDefault("0")
        @WithName("price-per-1k-prompt-tokens")
        double pricePer1kPromptTokens();

        /** Price of 1,000 output tokens. Default 0. */
        @WithDefault("0")
        @WithName("price-per-1k-output-tokens")
        double pricePer1kOutputTokens();
    }

    interface Breaker {
        /** Share of failures among the last requests at which the target is left alone, above 0; above 1 = never. Default 0.5. */
        @WithDefault("0.5")
        double failureRatio();

        /** How many of the last requests are looked at. Default 50, 1 to 100000. */
        @WithDefault("50")
        int requests();

        /** How long the target is left alone before one request tries again. Default 5 s. */
        @WithDefault("5s")
        Duration pause();
    }

    interface Timeouts {
        /** Until a connection stands. Default 5 s. */
        @WithDefault("5s")
        Duration connect();

        /** From sent to first content, streamed answers only. Default 60 s. */
        @WithDefault("60s")
        Duration firstToken();

        /** Between two events of a stream. Default 30 s. */
        @WithDefault("30s")
        Duration stall();

        /** From taken to the end. Default 300 s. */
        @WithDefault("300s")
        Duration total();
    }

    interface Emit {
        /** Most events that wait for Kafka; what ends beyond is lost and counted. Default 65536. */
        @WithDefault("65536")
        int queueCapacity();

        /**
         * Most memory that events take which wait for Kafka; what ends beyond is lost and counted. Default 48M, 1M or more; events
         * that a tokenizer has yet to count wait in a queue of their own of the same size.
         */
        @WithDefault("48M")
        MemorySize queueBytes();

        /** Longest time from the wish to stop to the end, Kafka reachable or not. Default 8 s. */
        @WithDefault("8s")
        Duration stopGrace();
    }

    interface SelfCheck {
        /** Largest 99th percentile of dispatch lag in a slot. Default 10 ms. */
        @WithDefault("10ms")
        Duration dispatchLag();

        /** How late the event loop's tick may come. Default 50 ms. */
        @WithDefault("50ms")
        Duration eventLoopStall();

        /**
         * By how much waiting for the event loop may move p50 or p95 of the time to first token, as a share of them; of answers in one
         * piece that of e2e. Less than 1 ms is never too much. Above 1 = by any. Default 0.1, as is judged.
         */
        @WithDefault("0.1")
        double delayRatio();

        /**
         * Largest share of all cores that the process may use in a slot, and of one core for an event loop, above 0 to 1; 1 = any.
         * Default 0.95.
         */
        @WithDefault("0.95")
        double cpuSaturation();

        /**
         * Largest share of a slot for which garbage collection, a limit on CPU time, or a hypervisor may stop the process, above 0 to
         * 1; 1 = any. Default 0.05: less cannot reach the p95.
         */
        @WithDefault("0.05")
        double lostTime();

        /** How often the event loop ticks; timeouts are seen at ticks. Default 10 ms. */
        @WithDefault("10ms")
        Duration tick();
    }

    interface Selfwarmup {
        /** Longest time of the warm-up. Default 2 s, 0 = none. */
        @WithDefault("2s")
        Duration duration();

        /** Most requests of the warm-up. Default 3000. */
        @WithDefault("3000")
        long requests();
    }

    interface Control {
        /**
         * What {@code POST /release} and {@code POST /end} must carry, {@code Authorization: Bearer TOKEN}; 16 or more characters.
         * Absent = none: only programs on this machine may, and no web page.
         */
        Optional<String> token();
    }

    interface Gpu {
        /**
         * AUTO, NVIDIA_SMI, DCGM, AMD_SMI, ROCM_SMI, AMD_EXPORTER or NONE. Default AUTO: the pages of {@link #url} where there
         * are some; else, if the target is on this machine, the first tool on the PATH.
         */
        @WithDefault("AUTO")
        GpuSourceKind source();

        /**
         * The tool and what stands before it, separated by commas, for example {@code ssh,gpu-host,nvidia-smi}. Default: the
         * tool's own name.
         */
        Optional<List<String>> command();

        /** Pages of exporters (DCGM's or AMD's), separated by commas, at most 32. */
        Optional<List<String>> url();

        /**
         * Headers for each of these pages, a key of theirs for example. Default none: what the target is sent, its key included,
         * goes to pages of its own scheme, host and port only.
         */
        Map<String, String> headers();

        /** Between two looks. Default 1 s, 200 ms to 1 h. */
        @WithDefault("1s")
        Duration interval();

        /** Longest wait for an answer. Default 2 s, 50 ms to 1 min. */
        @WithDefault("2s")
        Duration timeout();

        /**
         * What an hour of all GPUs of a target costs, in whatever currency, 0.001 to 1000000: windows then have a cost of their time.
         * Not beside a price of tokens. Absent = none is stated.
         */
        OptionalDouble pricePerHour();
    }

    interface Engine {
        /** AUTO (pages of metrics) or NONE. Default AUTO. */
        @WithDefault("AUTO")
        EngineSource source();

        /** Pages of metrics, separated by commas, at most 32. Default: {@code /metrics} of the target. */
        Optional<List<String>> url();

        /**
         * Headers for each of these pages, a key of theirs for example. Default none: what the target is sent, its key included,
         * goes to pages of its own scheme, host and port only.
         */
        Map<String, String> headers();

        /**
         * Names on the page, for an engine that is not known, by value: running, waiting, preemptions-total,
         * queue-time-seconds-total, queue-time-requests-total, kv-cache-usage-ratio, prompt-tokens-total,
         * cached-prompt-tokens-total, generation-tokens-total. Default none: the engine is recognised.
         */
        Map<String, String> names();

        /** Between two looks. Default 1 s, 200 ms to 1 h. */
        @WithDefault("1s")
        Duration interval();

        /** Longest wait for an answer. Default 2 s, 50 ms to 1 min. */
        @WithDefault("2s")
        Duration timeout();
    }

    /** Where engine samples come from. */
    enum EngineSource {
        /** Pages of metrics. */
        AUTO,
        /** The engine is not looked at. */
        NONE
    }

    interface Ollama {
        /** Whether {@code /api/ps} is followed: AUTO (if the target is an Ollama), ON or OFF. Default AUTO. */
        @WithDefault("AUTO")
        Follow follow();

        /** Between two looks at {@code /api/ps}. Default 2 s, 200 ms to 1 h. */
        @WithDefault("2s")
        Duration interval();

        /** Whether the model is pulled before the load. Default false. */
        @WithDefault("false")
        boolean pull();

        /** Whether the registry of the pull may speak plain HTTP. Default false. */
        @WithDefault("false")
        boolean pullInsecure();

        /** Longest pull. Default 1 h. */
        @WithDefault("1h")
        Duration pullTimeout();

        /**
         * NONE; WARM (in memory before the load); COLD (unloaded first, needs allow-unload; the time of the cold load is told).
         * Default NONE.
         */
        @WithDefault("NONE")
        LifecyclePlan.Load load();

        /** Longest load. Default 5 min. */
        @WithDefault("5m")
        Duration loadTimeout();

        /** What becomes of the model after the load: KEEP, UNLOAD (needs allow-unload), DELETE (needs allow-delete). Default KEEP. */
        @WithDefault("KEEP")
        LifecyclePlan.Ending ending();

        /** Whether models of the target may be unloaded. Default false. */
        @WithDefault("false")
        boolean allowUnload();

        /** Whether models of the target may be deleted. Default false. */
        @WithDefault("false")
        boolean allowDelete();
    }

    /** Whether something is followed. */
    enum Follow {
        AUTO,
        ON,
        OFF
    }

    /** What a prefix cache of the target may know of prompts. */
    enum CacheUse {
        /** Nothing. */
        AVOID,
        /** What an earlier start with the same seed left in it. */
        REUSE
    }

    /** How a load is divided among target and canary. */
    enum CanaryMode {
        /** Each session goes to one of them, by its ordinal. */
        SPLIT,
        /** Each session goes to both at the same time. */
        PAIR
    }

    /** How requests of an open loop are spaced. */
    enum ArrivalPattern {
        /** Evenly. */
        CONSTANT,
        /** Independently of each other. */
        POISSON,
        /** In bursts, or more evenly than by chance. */
        GAMMA
    }
}
