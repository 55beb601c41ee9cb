package dev.plumbline.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Slo;
import dev.plumbline.contract.series.Arrivals;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.protocol.AnswerLimits;
import dev.plumbline.protocol.Ask;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.telemetry.engine.EngineValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    private static String sent(Map<String, String> settings) {
        return new String(
                ProducerSettings.checked(config(settings)).protocol().body(Ask.of("hi", 5)), StandardCharsets.UTF_8);
    }

    @Test
    void aGenerationIsSentAsItIsStated() {
        assertThat(sent(Map.of())).contains("\"temperature\":0.0").contains("\"max_tokens\":5");
        assertThat(sent(Map.of("plumbline.target.temperature", "0.5"))).contains("\"temperature\":0.5");
        assertThat(sent(Map.of("plumbline.target.temperature", "0.5", "plumbline.generation.temperature", "0.7")))
                .contains("\"temperature\":0.7");
        assertThat(sent(Map.of("plumbline.generation.style", "DEFAULTS"))).doesNotContain("temperature");
        assertThat(sent(Map.of(
                        "plumbline.generation.stop", "[\"a,b\",\"\\n\"]",
                        "plumbline.generation.ignore-eos", "true",
                        "plumbline.generation.extra-body", "{\"user\":\"${x}\"}")))
                .contains("\"stop\":[\"a,b\",\"\\n\"],\"ignore_eos\":true", "\"user\":\"${x}\"");
        assertThat(sent(Map.of("plumbline.target.url", "https://api.openai.com/v1")))
                .contains("\"max_completion_tokens\":5")
                .doesNotContain("\"max_tokens\"");
    }

    @Test
    void aGenerationThatTheApiCannotBeAskedForIsRefusedByItsKey() {
        assertThatThrownBy(() -> ProducerSettings.checked(config(Map.of(
                        "plumbline.target.endpoint-type", "messages", "plumbline.generation.ignore-eos", "true"))))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(
                        "plumbline.generation.ignore-eos cannot be sent: endpoint type messages has no field for it");
        assertThatThrownBy(() -> ProducerSettings.checked(config(Map.of(
                        "plumbline.generation.max-tokens-field", "NONE", "plumbline.limits.max-tokens-total", "1000"))))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("plumbline.generation.max-tokens-field = NONE");
        assertThat(ProducerSettings.checked(config(
                        Map.of("plumbline.target.endpoint-type", "messages", "plumbline.target.sampling-seed", "3"))))
                .as("sent where there is a field for it, as ever")
                .isNotNull();
    }

    @Test
    void aGenerationIsAConditionOnlyWhereItIsStated() {
        Optional<String> plain =
                ProducerSettings.checked(config(Map.of())).series().conditions();
        for (Map<String, String> stated : List.of(
                Map.of("plumbline.generation.style", "DEFAULTS"),
                Map.of("plumbline.generation.ignore-eos", "true"),
                Map.of("plumbline.generation.extra-body", "{\"a\":1}"))) {
            assertThat(ProducerSettings.checked(config(stated)).series().conditions())
                    .as("%s", stated)
                    .isNotEqualTo(plain);
        }
        assertThat(ProducerSettings.checked(config(Map.of("plumbline.generation.temperature", "0")))
                        .series()
                        .conditions())
                .isEqualTo(plain);
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

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "shape; square:10,50@20s; s-square10-50x20s-constant",
                "concurrency-shape; ramp:2..16/60s; s-ramp2-16x60s-slots"
            })
    void aShapeIsALoadOfItsOwn(String key, String shape, String load) {
        assertThat(ProducerSettings.checked(
                                config(Map.of("plumbline.load.concurrency", "", "plumbline.load." + key, shape)))
                        .series()
                        .group()
                        .loadPoint())
                .isEqualTo(LoadPoint.parse(load));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "plumbline.load.shape=wave:1; plumbline.load.shape: 'wave:1' is no shape of a load",
                "plumbline.load.concurrency-shape=ramp:1..2.5/3s; plumbline.load.concurrency-shape: ramp:1..2.5/3s: requests at a time are whole",
                "plumbline.load.request-rate=5 plumbline.load.shape=adjustable:2; both are: request-rate, shape",
                "plumbline.load.shape=adjustable:2 plumbline.load.share=1/2; plumbline.load.share: a load",
                "plumbline.load.shape=ramp:1..2/3s plumbline.load.share=1/2; set begin-at to the same moment",
                "plumbline.load.request-rate=5 plumbline.load.share=3/2; plumbline.load.share = 3/2 is not allowed",
                "plumbline.load.request-rate=5 plumbline.load.arrival-pattern=gamma plumbline.load.share=1/2; the sum of gamma arrivals is none",
                "plumbline.load.concurrency=1 plumbline.load.share=1/2; 1 requests at a time cannot be shared by 2",
                "plumbline.load.request-rate=5 plumbline.load.share=1/2 plumbline.load.warmup-until-steady=true; warmup-until-steady: producers that share",
                "plumbline.load.shape=ramp:0..2/3s plumbline.load.warmup-until-steady=true; which is 0",
                "plumbline.trace.file=t.csv plumbline.load.shape=ramp:1..5/9s; plumbline.load.shape may not be set with",
                "plumbline.trace.file=t.csv plumbline.load.share=1/2; plumbline.load.share may not be set with",
                "plumbline.trace.file=t.csv plumbline.load.warmup-until-steady=true; warmup-until-steady may not be set with",
                "plumbline.load.request-rate=5 plumbline.load.batch=0; load.batch",
                "plumbline.load.request-rate=5 plumbline.load.batch=4 plumbline.workload.mix=chat=1; classes are of sessions",
                "plumbline.load.concurrency=5 plumbline.load.batch=4 plumbline.canary.url=http://h:1; takes one prompt in it",
                "plumbline.load.request-rate=5 plumbline.smoke.expect=(; plumbline.smoke.expect is no regular expression",
            })
    void loadsThatContradictThemselvesAreRefusedWithARemedy(String settings, String words) {
        Map<String, String> load = new HashMap<>(Map.of("plumbline.load.concurrency", ""));
        for (String setting : settings.split(" ")) {
            load.put(setting.replaceFirst("=.*", ""), setting.replaceFirst("[^=]*=", ""));
        }
        assertThatThrownBy(() -> ProducerSettings.checked(config(load)))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining("\n");
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

    private static final Map<String, String> WITH_CANARY = Map.of(
            "plumbline.canary.url", "http://127.0.0.1:8001",
            "plumbline.target.api-key-env", "KEY",
            "plumbline.target.headers.\"X-Team\"", "a");

    @Test
    void aCanaryIsTheSameGroupInAnotherVariant() {
        ProducerSettings settings =
                ProducerSettings.checked(config(WITH_CANARY), name -> name.equals("KEY") ? "secret" : "");
        assertThat(settings.lanes().lanes())
                .extracting(lane -> lane.series().lane())
                .containsExactly("127.0.0.1:8000|m|chat|c4|default@stable", "127.0.0.1:8000|m|chat|c4|default@canary");
        assertThat(settings.lanes().lanes())
                .extracting(lane -> lane.target().endpoint().toString())
                .containsExactly(
                        "http://127.0.0.1:8000/v1/chat/completions", "http://127.0.0.1:8001/v1/chat/completions");
        assertThat(settings.protection().breakers()).containsOnlyKeys("stable", "canary");
        assertThat(settings.allSeries())
                .extracting(Series::conditions)
                .hasSize(2)
                .allMatch(settings.series().conditions()::equals);
    }

    @Test
    void aCanaryIsNotSentTheSecretsOfTheTarget() {
        ProducerSettings settings =
                ProducerSettings.checked(config(WITH_CANARY), name -> name.equals("KEY") ? "secret" : "");
        assertThat(settings.endpoint().headers()).containsEntry("Authorization", "Bearer secret");
        assertThat(settings.lanes().lanes().getLast().target().endpoint().headers())
                .isEmpty();
        assertThat(settings.canarySampling().orElseThrow().settings().target().headers())
                .isEmpty();
    }

    @Test
    void aCanaryIsWorkOfItsOwnAndAPlainLoadIsWhatItWas() {
        Optional<String> plain =
                ProducerSettings.checked(config(Map.of())).series().conditions();
        Optional<String> split = conditionsOfCanary(Map.of());
        assertThat(split).isPresent().isNotEqualTo(plain);
        assertThat(conditionsOfCanary(Map.of("plumbline.canary.mode", "pair")))
                .isNotEqualTo(plain)
                .isNotEqualTo(split);
        assertThat(conditionsOfCanary(Map.of("plumbline.canary.share", "0.2"))).isNotEqualTo(split);
        assertThat(ProducerSettings.checked(config(Map.of("plumbline.canary.share", "0.2")))
                        .series()
                        .conditions())
                .as("where there is no canary")
                .isEqualTo(plain);
    }

    private static Optional<String> conditionsOfCanary(Map<String, String> changes) {
        Map<String, String> all = new HashMap<>(Map.of("plumbline.canary.url", "http://127.0.0.1:8001"));
        all.putAll(changes);
        return ProducerSettings.checked(config(all)).series().conditions();
    }

    @Test
    void aCanaryOfAnotherModelIsRefusedUnlessItIsAnotherNameOfTheSame() {
        Map<String, String> another = Map.of(
                "plumbline.canary.url", "http://127.0.0.1:8001",
                "plumbline.canary.model", "m-next");
        assertThatThrownBy(() -> ProducerSettings.checked(config(another)))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith("canary model differs")
                .hasMessageContaining("plumbline.canary.same-model")
                .hasMessageNotContaining("\n");
        Map<String, String> stated = new HashMap<>(another);
        stated.put("plumbline.canary.same-model", "true");
        ProducerSettings settings = ProducerSettings.checked(config(stated));
        assertThat(settings.lanes().lanes())
                .extracting(lane -> lane.series().group().model())
                .containsOnly("m");
        assertThat(settings.lanes().lanes())
                .extracting(lane -> lane.target().protocol().parameters().model())
                .containsExactly("m", "m-next");
    }

    @ParameterizedTest
    @CsvSource({
        "plumbline.canary.url, localhost:8001",
        "plumbline.canary.path, no-slash",
        "plumbline.canary.share, 0",
        "plumbline.canary.share, 1",
        "plumbline.canary.share, NaN",
        "plumbline.canary.variant, stable",
        "plumbline.canary.variant, ' '",
        "plumbline.canary.api-key-file, /does/not/exist",
        "plumbline.canary.api-key-env, NO_SUCH_VARIABLE",
        "plumbline.canary.headers.\"Content-Length\", 3"
    })
    void aWrongSettingOfACanaryIsNamedInOneLine(String key, String value) {
        Map<String, String> all = new HashMap<>(Map.of("plumbline.canary.url", "http://127.0.0.1:8001"));
        all.put(key, value);
        assertThatThrownBy(() -> ProducerSettings.checked(config(all)))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining(
                        key.endsWith("variant") && value.isBlank() ? "plumbline.series" : "plumbline.canary")
                .hasMessageNotContaining("\n");
    }

    @Test
    void whatIsSaidOfACanaryThatIsNotThereIsNotPassedOver() {
        assertThatThrownBy(() -> ProducerSettings.checked(config(Map.of("plumbline.canary.model", "m"))))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("plumbline.canary.model")
                .hasMessageContaining("plumbline.canary.url=");
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
        "plumbline.generation.temperature, 101",
        "plumbline.generation.top-p, 0",
        "plumbline.generation.min-tokens, -1",
        "plumbline.generation.stop, END",
        "plumbline.generation.extra-body, user",
        "plumbline.generation.extra-body, '{\"model\":1}'",
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

    /** A value that is too large to be told in nanoseconds is refused like any other. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            timeouts.connect            | 0s      | = 0 s is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            timeouts.first-token        | PT0.0001S | = 100 µs is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            timeouts.stall              | 400d    | = 400 days is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            timeouts.total              | 400000d | is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            self-check.tick             | 0s      | = 0 s is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            self-check.dispatch-lag     | PT-1S | = -1 s is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            self-check.event-loop-stall | 0s      | = 0 s is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            self-check.cpu-saturation   | 1.5     | = 1.5 is not allowed, expected above 0 to 1
            retry.attempts              | 21      | = 21 is not allowed, expected 1 to 20
            retry.pause                 | PT-1S | = -1 s is not allowed, expected 0 s to 365 days, for example 10s or 500ms
            retry.longest-retry-after   | 366d    | = 366 days is not allowed, expected 0 s to 365 days, for example 10s or 500ms
            breaker.failure-ratio       | 0       | = 0.0 is not allowed, expected above 0; above 1 = never
            breaker.requests            | 0       | = 0 is not allowed, expected 1 to 100000
            breaker.pause               | 0s      | = 0 s is not allowed, expected 1 ns to 365 days, for example 10s or 500ms
            limits.max-requests         | 0       | = 0 is not allowed, expected 1 or more
            limits.max-tokens-total     | -5      | = -5 is not allowed, expected 1 or more
            limits.max-cost             | -1      | = -1.0 is not allowed, expected above 0
            limits.max-cost             | 3       | needs a price beside it: price-per-1k-prompt-tokens or price-per-1k-output-tokens, for example 0.03
            limits.price-per-1k-prompt-tokens | -2 | = -2.0 is not allowed, expected 0 to 1000000
            limits.price-per-1k-output-tokens | 2000000 | = 2000000.0 is not allowed, expected 0 to 1000000
            slo.ttft                    | 0s      | = 0 ns can be met by nothing, expected 1 ns or more
            slo.response                | 0s      | = 0 ns can be met by nothing, expected 1 ns or more
            generation.top-p            | 2       | = 2.0 is not allowed, expected above 0 to 1
            generation.temperature      | -1      | = -1.0 is not allowed, expected 0 to 100
            generation.stop             | [1]     | holds something that is not a text, expected ["…"]
            heartbeat-interval          | 1ms     | = 1 ms is not allowed, expected 10 ms to 1 min, for example 10s or 500ms
            emit.stop-grace             | 0s      | = 0 s is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            emit.queue-capacity         | 0       | = 0 is not allowed, expected 1 to 10000000
            load.burstiness             | 5000    | = 5000.0 is not allowed, expected 0.01 to 1000.0
            load.event-loops            | 5       | = 5 is not allowed, expected 1 to 4, no more than requests at a time
            load.event-loops            | 65      | = 65 is not allowed, expected 1 to 64
            load.concurrency            | 0       | 0 is outside 1..1000000
            load.request-count          | 0       | = 0 is not allowed, expected 1 or more
            load.duration               | 0s      | = 0 s is not allowed, expected 1 ms to 365 days, for example 10s or 500ms
            workload.max-tokens         | 0       | = 0 is not allowed, expected 1 to 1000000
            target.temperature          | -1      | = -1.0 is not allowed, expected 0 to 100
            selfwarmup.requests         | -1      | = -1 is not allowed, expected 0 to 1000000000
            gpu.interval                | 50ms    | = 50 ms is not allowed, expected 200 ms to 1 h, for example 10s or 500ms
            engine.timeout              | 2m      | = 2 min is not allowed, expected 50 ms to 1 min, for example 10s or 500ms
            ollama.ending               | DELETE  | = DELETE would delete a model of the target, which is not allowed without allow-delete=true beside it
            ollama.load                 | COLD    | = COLD would unload a model of the target, which is not allowed without allow-unload=true beside it
            target.generic.method       | TRACE   | 'TRACE' is not allowed, expected one of [GET, PATCH, POST, PUT]
            """)
    void aRefusalSaysKeyValueAndWhatIsAllowed(String key, String value, String said) {
        Map<String, String> changes = new HashMap<>(Map.of("plumbline." + key, value));
        if (key.startsWith("target.generic.")) {
            changes.put("plumbline.target.endpoint-type", "generic");
            changes.put("plumbline.target.generic.text", "/a");
        }
        assertThatThrownBy(() -> ProducerSettings.checked(config(changes)))
                .isInstanceOf(InvalidConfiguration.class)
                .message()
                .startsWith("plumbline." + key + " ")
                .endsWith(" " + said);
    }

    @Test
    void aRateIsRefusedWithItsKeyAndWhatIsAllowed() {
        assertThatThrownBy(() -> ProducerSettings.checked(
                        config(Map.of("plumbline.load.concurrency", "", "plumbline.load.request-rate", "0"))))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("plumbline.load.request-rate: rate 0.0/s is outside 0.000001..1000000");
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
