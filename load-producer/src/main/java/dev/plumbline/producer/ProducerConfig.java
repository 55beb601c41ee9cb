package dev.plumbline.producer;

import dev.plumbline.producer.gpu.GpuTool;
import dev.plumbline.producer.ollama.LifecyclePlan;
import dev.plumbline.producer.protocol.EndpointType;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Every setting of the load producer. */
@ConfigMapping(prefix = "plumbline")
public interface ProducerConfig {

    /** Towards Kafka. */
    Kafka kafka();

    /** Who this producer is. */
    Identity producer();

    /** What is driven. */
    Target target();

    /** How much load. */
    Load load();

    /** Under which name the measurements are kept. */
    SeriesLabels series();

    /** What is asked. */
    Workload workload();

    /** How long requests may take. */
    Timeouts timeouts();

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

    interface Kafka {
        /** Brokers, {@code host:port,…}. Required. */
        Optional<String> bootstrapServers();

        /** Kafka's own producer properties, passed through; they win over ours. Default none. */
        Map<String, String> properties();
    }

    interface Identity {
        /** Stable name of this producer, unique among those that run at the same time, 1 to 200 characters. */
        @WithDefault("producer-1")
        String id();
    }

    interface Target {
        /** Base URL, with or without {@code /v1}, for example {@code http://127.0.0.1:8000}. Required. */
        Optional<String> url();

        /** Logical name of the service. Default: host and port of the URL. */
        Optional<String> name();

        /** Model name that is sent and by which the group is kept. Required. */
        Optional<String> model();

        /** File whose first line is the API key, sent as a bearer token. Absent = none is sent. */
        Optional<String> apiKeyFile();

        /** CHAT or COMPLETIONS. Default CHAT. */
        @WithDefault("CHAT")
        EndpointType endpointType();

        /** Whether answers are streamed. Default true. */
        @WithDefault("true")
        boolean streaming();

        /** Sampling temperature, 0 or more. Default 0. */
        @WithDefault("0")
        double temperature();

        /** How long an idle connection is kept, whole seconds; keep it below what the server keeps. Default 3 s. */
        @WithDefault("3s")
        Duration keepAlive();
    }

    interface Load {
        /** Requests at a time (closed loop). Exactly one of this and request-rate. */
        OptionalInt concurrency();

        /** Requests per second (open loop). Exactly one of this and concurrency. */
        OptionalDouble requestRate();

        /** CONSTANT (evenly spaced) or POISSON; for request-rate. Default CONSTANT. */
        @WithDefault("CONSTANT")
        ArrivalPattern arrivalPattern();

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

        /** How much later a closed loop's next request is due after a failure. Default 100 ms, 0 = at once. */
        @WithDefault("100ms")
        Duration pauseAfterFailure();

        /** Event loops that send. Default 1, 1 to 64. */
        @WithDefault("1")
        int eventLoops();
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
    }

    interface Workload {
        /** Mean length of a prompt, in tokens (words), 1 to 100000. Default 128. */
        @WithDefault("128")
        int promptTokens();

        /** Standard deviation of that length, in tokens. Default 0. */
        @WithDefault("0")
        int promptTokensDeviation();

        /** Longest answer, in tokens. Default 64. */
        @WithDefault("64")
        int maxTokens();

        /** Seed of prompts and of Poisson arrivals. Default 42. */
        @WithDefault("42")
        long seed();
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

        /** Largest share of all cores that the process may use in a slot, above 0 to 1. Default 0.95. */
        @WithDefault("0.95")
        double cpuSaturation();

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

    interface Gpu {
        /**
         * AUTO, NVIDIA_SMI, DCGM, AMD_SMI, ROCM_SMI, AMD_EXPORTER or NONE. Default AUTO: the pages of {@link #url} where there
         * are some; else, if the target is on this machine, the first tool on the PATH.
         */
        @WithDefault("AUTO")
        GpuTool source();

        /**
         * The tool and what stands before it, separated by commas, for example {@code ssh,gpu-host,nvidia-smi}. Default: the
         * tool's own name.
         */
        Optional<List<String>> command();

        /** Pages of exporters (DCGM's or AMD's), separated by commas, at most 32. */
        Optional<List<String>> url();

        /** Between two looks. Default 1 s, 200 ms to 1 h. */
        @WithDefault("1s")
        Duration interval();

        /** Longest wait for an answer. Default 2 s, 50 ms to 1 min. */
        @WithDefault("2s")
        Duration timeout();
    }

    interface Engine {
        /** AUTO (pages of metrics) or NONE. Default AUTO. */
        @WithDefault("AUTO")
        EngineSource source();

        /** Pages of metrics, separated by commas, at most 32. Default: {@code /metrics} of the target. */
        Optional<List<String>> url();

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

    /** How requests of an open loop are spaced. */
    enum ArrivalPattern {
        /** Evenly. */
        CONSTANT,
        /** Independently of each other. */
        POISSON
    }
}
