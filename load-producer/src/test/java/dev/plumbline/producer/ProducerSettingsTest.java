package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Slo;
import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.protocol.AnswerLimits;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.telemetry.engine.EngineValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProducerSettingsTest {

    private static final Map<String, String> ENOUGH = Map.of(
            "plumbline.kafka.bootstrap-servers", "127.0.0.1:9092",
            "plumbline.target.url", "http://127.0.0.1:8000/v1",
            "plumbline.target.model", "m",
            "plumbline.load.concurrency", "4");

    @Test
    void needsNothingButBrokerTargetModelAndLoad() {
        ProducerSettings settings = ProducerSettings.checked(config(Map.of()));
        assertThat(settings.endpoint()).hasToString("http://127.0.0.1:8000/v1/chat/completions");
        assertThat(settings.series().lane()).isEqualTo("127.0.0.1:8000|m|chat|c4|default@stable");
        assertThat(settings.slo()).isEmpty();
        assertThat(settings.protocol().parameters().streaming()).isTrue();
    }

    @Test
    void conditionsAreThoseOfTheLoadUnlessTheyAreGiven() {
        Optional<String> plain =
                ProducerSettings.checked(config(Map.of())).series().conditions();
        assertThat(plain).isPresent();
        assertThat(ProducerSettings.checked(config(Map.of("plumbline.producer.id", "other")))
                        .series()
                        .conditions())
                .isEqualTo(plain);
        for (String setting : List.of("plumbline.workload.max-tokens", "plumbline.workload.seed")) {
            assertThat(ProducerSettings.checked(config(Map.of(setting, "7")))
                            .series()
                            .conditions())
                    .as(setting)
                    .isPresent()
                    .isNotEqualTo(plain);
        }
        assertThat(ProducerSettings.checked(config(Map.of("plumbline.series.conditions", "0123456789abcdef")))
                        .series()
                        .conditions())
                .contains("0123456789abcdef");
    }

    @Test
    void anSloIsReadToTheNanosecond() {
        ProducerSettings settings = ProducerSettings.checked(
                config(Map.of("plumbline.slo.ttft", "200ms", "plumbline.slo.tpot", "PT0.0505S")));
        assertThat(settings.slo())
                .contains(new Slo(
                        OptionalLong.of(200_000_000),
                        OptionalLong.empty(),
                        OptionalLong.of(50_500_000),
                        OptionalLong.empty(),
                        OptionalLong.empty()));
    }

    @Test
    void aRateIsAnOpenLoop() {
        assertThat(ProducerSettings.checked(
                                config(Map.of("plumbline.load.concurrency", "", "plumbline.load.request-rate", "2.5")))
                        .series()
                        .group()
                        .loadPoint())
                .isEqualTo(new LoadPoint.OpenLoop(2.5, new Arrivals.Constant()));
    }

    @Test
    void whoWantsToCloseConnectionsIsToldTheSetting() {
        assertThatThrownBy(() ->
                        ProducerSettings.checked(config(Map.of("plumbline.target.headers.\"Connection\"", "close"))))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("plumbline.target.keep-alive")
                .hasMessageNotContaining("\n");
        assertThat(ProducerSettings.checked(config(Map.of("plumbline.target.keep-alive", "0s"))))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "plumbline.kafka.bootstrap-servers, ''",
        "plumbline.target.url, ''",
        "plumbline.target.url, localhost:8000",
        "plumbline.target.url, 'http://a b'",
        "plumbline.target.model, ''",
        "plumbline.target.api-key-file, /does/not/exist",
        "plumbline.target.api-key-env, NO_SUCH_VARIABLE",
        "plumbline.target.path, no-slash",
        "plumbline.target.ca-file, /does/not/exist",
        "plumbline.target.proxy, socks://127.0.0.1:1080",
        "plumbline.target.proxy, http://127.0.0.1",
        "plumbline.target.headers.\"Content-Length\", 3",
        "plumbline.target.headers.\"bad name\", x",
        "plumbline.target.headers.\"X\", bad\u0007bell",
        "plumbline.target.endpoint-type, generic",
        "plumbline.retry.attempts, 0",
        "plumbline.tokens.source, local",
        "plumbline.tokens.tokenizer-file, /does/not/exist",
        "plumbline.target.keep-alive, 100ms",
        "plumbline.target.temperature, -1",
        "plumbline.load.concurrency, 0",
        "plumbline.load.concurrency, ''",
        "plumbline.load.request-rate, 5",
        "plumbline.load.duration, 0s",
        "plumbline.load.request-count, 0",
        "plumbline.load.event-loops, 5",
        "plumbline.load.max-in-flight, 0",
        "plumbline.series.variant, ' '",
        "plumbline.series.conditions, H200",
        "plumbline.slo.ttft, 0s",
        "plumbline.workload.max-tokens, 0",
        "plumbline.timeouts.stall, 0s",
        "plumbline.self-check.cpu-saturation, 1.5",
        "plumbline.self-check.delay-ratio, 0",
        "plumbline.self-check.delay-ratio, NaN",
        "plumbline.self-check.lost-time, 0",
        "plumbline.self-check.lost-time, 1.5",
        "plumbline.emit.queue-capacity, 0",
        "plumbline.heartbeat-interval, 1ms",
        "plumbline.gpu.interval, 50ms",
        "plumbline.producer.id, 'two words'",
        "plumbline.producer.id, bad\u0007bell",
        "plumbline.kafka.properties.\"acks\", 0",
        "plumbline.kafka.properties.\"acks\", 1",
        "plumbline.kafka.properties.\"enable.idempotence\", false",
        "plumbline.kafka.properties.\"retries\", 0",
        "plumbline.kafka.properties.\"max.in.flight.requests.per.connection\", 6",
        "plumbline.kafka.properties.\"transactional.id\", x",
        "plumbline.kafka.properties.\"bootstrap.servers\", elsewhere:9092",
        "plumbline.emit.queue-bytes, 1K",
        "plumbline.gpu.timeout, 0s",
        "plumbline.gpu.source, dcgm",
        "plumbline.gpu.command, nvidia-smi",
        "plumbline.gpu.url, gpu-host:9400",
        "plumbline.engine.interval, 2h",
        "plumbline.engine.url, 'file:///etc/passwd'",
        "plumbline.engine.names.busy, my_metric",
        "plumbline.ollama.interval, 0s",
        "plumbline.ollama.load, COLD",
        "plumbline.ollama.ending, UNLOAD",
        "plumbline.ollama.ending, DELETE"
    })
    void aWrongSettingIsNamedInOneLine(String key, String value) {
        String section = key.substring(0, key.lastIndexOf('.'));
        assertThatThrownBy(() -> ProducerSettings.checked(config(Map.of(key, value))))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining(section)
                .hasMessageNotContaining("\n");
    }

    @Test
    void theKeyIsReadFromItsFileAndNeverPrinted(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "s3cret\nsecond line\n");
        ProducerSettings settings =
                ProducerSettings.checked(config(Map.of("plumbline.target.api-key-file", file.toString())));
        assertThat(settings.endpoint().headers()).containsEntry("Authorization", "Bearer s3cret");
        assertThat(settings.toString()).doesNotContain("s3cret");
    }

    @Test
    void theKeyGoesWhereTheApiExpectsItOrWhereItIsTold() {
        Map<String, String> fromEnvironment = Map.of("plumbline.target.api-key-env", "MY_KEY");
        UnaryOperator<String> environment = name -> name.equals("MY_KEY") ? "s3cret" : "";
        assertThat(headers(fromEnvironment, environment)).isEqualTo(Map.of("Authorization", "Bearer s3cret"));
        assertThat(headers(with(fromEnvironment, "plumbline.target.endpoint-type", "messages"), environment))
                .isEqualTo(Map.of("x-api-key", "s3cret"));
        assertThat(headers(with(fromEnvironment, "plumbline.target.api-key-header", "api-key"), environment))
                .isEqualTo(Map.of("api-key", "s3cret"));
        assertThat(headers(
                        with(
                                with(fromEnvironment, "plumbline.target.api-key-header", "api-key"),
                                "plumbline.target.headers.\"api-key\"",
                                "mine"),
                        environment))
                .isEqualTo(Map.of("api-key", "mine"));
    }

    @Test
    void everyEndpointTypeIsKnownByItsShortName() {
        for (EndpointType type : EndpointType.values()) {
            Map<String, String> changes = with(
                    Map.of("plumbline.target.generic.text", "/a", "plumbline.target.generic.framing", "ndjson"),
                    "plumbline.target.endpoint-type",
                    type.shortName());
            assertThat(ProducerSettings.checked(config(changes)).protocol().endpointType())
                    .isEqualTo(type);
        }
    }

    @Test
    void aGatewayIsReachedByPathQueryProxyAndRetries() {
        ProducerSettings settings = ProducerSettings.checked(config(Map.of(
                "plumbline.target.path", "/deep/chat",
                "plumbline.target.query.\"api-version\"", "1 2",
                "plumbline.target.proxy", "http://proxy:3128",
                "plumbline.retry.attempts", "3",
                "plumbline.tokens.source", "tokenize")));
        assertThat(settings.endpoint().url().pathAndQuery()).isEqualTo("/deep/chat?api-version=1%202");
        assertThat(settings.endpoint().proxy()).contains(new Endpoint.Proxy("proxy", 3128));
        assertThat(settings.retries().attempts()).isEqualTo(3);
        assertThat(settings.tokens().tokenize())
                .hasValueSatisfying(where -> assertThat(where).hasToString("http://127.0.0.1:8000/tokenize"));
    }

    private static Map<String, String> headers(Map<String, String> changes, UnaryOperator<String> environment) {
        return ProducerSettings.checked(config(changes), environment).endpoint().headers();
    }

    private static Map<String, String> with(Map<String, String> changes, String key, String value) {
        Map<String, String> more = new HashMap<>(changes);
        more.put(key, value);
        return more;
    }

    @Test
    void theTargetsKeyGoesToTheTargetsOwnOriginOnly(@TempDir Path folder) throws IOException {
        String key = Files.writeString(folder.resolve("key"), "s3cret").toString();
        String urls = "https://host/gpu,https://HOST:443/gpu,https://host:9400/metrics,"
                + "http://host/gpu,http://host:443/gpu,https://other/gpu";
        SamplingSettings sampling = ProducerSettings.checked(config(Map.of(
                        "plumbline.target.url", "https://host/prefix/v1/",
                        "plumbline.target.api-key-file", key,
                        "plumbline.gpu.url", urls)))
                .sampling();
        assertThat(sampling.gpu().pages())
                .extracting(page -> page.headers().isEmpty())
                .containsExactly(false, false, true, true, true, true);
        assertThat(sampling.engine().pages())
                .extracting(Object::toString)
                .containsExactly("https://host/prefix/metrics");
        assertThat(sampling.engine().pages().get(0).headers()).containsKey("Authorization");
    }

    @Test
    void whatIsMeantForAPageGoesToThatPage(@TempDir Path folder) throws IOException {
        String key = Files.writeString(folder.resolve("key"), "s3cret").toString();
        SamplingSettings sampling = ProducerSettings.checked(config(Map.of(
                        "plumbline.target.url", "https://host",
                        "plumbline.target.api-key-file", key,
                        "plumbline.gpu.url", "https://host:9400/metrics",
                        "plumbline.gpu.headers.\"Authorization\"", "Basic gpu",
                        "plumbline.engine.headers.\"X-Scrape\"", "engine")))
                .sampling();
        assertThat(sampling.gpu().pages().get(0).headers()).isEqualTo(Map.of("Authorization", "Basic gpu"));
        assertThat(sampling.engine().pages().get(0).headers())
                .isEqualTo(Map.of("Authorization", "Bearer s3cret", "X-Scrape", "engine"));
    }

    @Test
    void thePageOfMetricsLiesBesideTheApiAndItsQueryStaysBehindIt() {
        assertThat(engineUri("http://host:8000/openai/v1?key=s3cret"))
                .isEqualTo("http://host:8000/openai/metrics?key=s3cret");
        assertThat(engineUri("http://host:8000/v1/chat/completions")).isEqualTo("http://host:8000/metrics");
        assertThat(engineUri("http://host:8000/")).isEqualTo("http://host:8000/metrics");
    }

    private static String engineUri(String target) {
        SamplingSettings sampling = ProducerSettings.checked(config(Map.of("plumbline.target.url", target)))
                .sampling();
        assertThat(sampling.engine().pages().toString()).doesNotContain("s3cret");
        return sampling.engine().pages().get(0).uri().toString();
    }

    @Test
    void whatKeepsAcknowledgementsTrueIsPassedOn() {
        assertThat(ProducerSettings.checked(config(Map.of(
                        "plumbline.kafka.properties.\"acks\"", "-1",
                        "plumbline.kafka.properties.\"linger.ms\"", "0",
                        "plumbline.kafka.properties.\"max.in.flight.requests.per.connection\"", "5"))))
                .isNotNull();
    }

    /** A thousand hostile servers shall not fill the heap, and an honest answer always fits. */
    @Test
    void allAnswersTogetherLeaveMostOfTheHeap() {
        long heap = 192L << 20;
        assertThat(ProducerSettings.limits(heap, 8, 64)).isEqualTo(AnswerLimits.DEFAULT);
        for (int streams : new int[] {1, 8, 100, 1_000}) {
            AnswerLimits limits = ProducerSettings.limits(heap, streams, 64);
            assertThat((long) streams * limits.maxBodyBytes()).isLessThanOrEqualTo(heap / 2);
            assertThat((long) streams * limits.maxEventBytes()).isLessThanOrEqualTo(heap / 2);
            assertThat(limits.maxBodyBytes()).isGreaterThanOrEqualTo(64 << 10);
        }
        assertThat(ProducerSettings.limits(heap, 1_000, 4_096).maxBodyBytes()).isEqualTo(256 << 10);
    }

    @Test
    void anEngineThatIsNotKnownIsReadByGivenNames() {
        assertThat(ProducerSettings.checked(config(Map.of("plumbline.engine.names.kv-cache-usage-ratio", "my_cache")))
                        .sampling()
                        .engine()
                        .names())
                .containsEntry(EngineValue.KV_CACHE_USAGE_RATIO, "my_cache");
    }

    private static ProducerConfig config(Map<String, String> changes) {
        Map<String, String> all = new HashMap<>(ENOUGH);
        all.putAll(changes);
        return ProducerConfig.of(all);
    }
}
