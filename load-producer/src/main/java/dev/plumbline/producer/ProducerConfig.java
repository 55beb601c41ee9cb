package dev.plumbline.producer;

import dev.plumbline.protocol.EndpointType;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
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

    /** How much may be sent to the target in all. */
    Limits limits();

    /** When the target is left alone. */
    Breaker breaker();

    /** The way of events into Kafka. */
    Emit emit();

    /** When the producer does not vouch for itself. */
    SelfCheck selfCheck();

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
         * Whether a warm producer waits for {@code POST /release} before it offers load. Default false. Who starts it uses
         * the time to look whether the target answers.
         */
        @WithDefault("false")
        boolean hold();

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
