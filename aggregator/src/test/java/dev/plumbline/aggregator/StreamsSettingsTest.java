package dev.plumbline.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamsSettingsTest {

    @Test
    void hasDefaultsForEverything() throws FatalStart {
        StreamsSettings settings = settings(Map.of());

        assertThat(settings.applicationId()).isEqualTo("plumbline-aggregator-10s");
        assertThat(settings.topics())
                .containsExactly(
                        "plumbline.events.v1",
                        "plumbline.partials.10s.v1",
                        "plumbline.windows.10s.v1",
                        "plumbline.undecodable.v1");
        assertThat(settings.aggregation(3).limits().graceMillis()).isEqualTo(2_000);
        assertThat(settings.streams())
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("bootstrap.servers", "127.0.0.1:9092")
                .containsEntry("producer.transaction.timeout.ms", 10_000);
    }

    @Test
    void letsKafkaPropertiesWin() throws FatalStart {
        StreamsSettings settings = settings(Map.of("plumbline.kafka.properties.\"commit.interval.ms\"", "7"));

        assertThat(settings.streams()).containsEntry("commit.interval.ms", "7");
        assertThat(settings.client()).containsEntry("commit.interval.ms", "7");
    }

    @Test
    void takesNoGraceAtAll() throws FatalStart {
        assertThat(settings(Map.of("plumbline.aggregator.grace", "0s"))
                        .aggregation(1)
                        .limits()
                        .graceMillis())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "window, 1500ms",
        "window, 0s",
        "grace, -1s",
        "producer-timeout, 10ms",
        "stall-timeout, 10ms",
        "open-bytes, 1000",
        "future-bound, -1s",
        "series-limit, 0",
        "shards, 0",
        "threads, 0",
        "replication-factor, 0",
        "start-timeout, 1ms"
    })
    void namesTheKeyTheValueAndWhatIsAllowed(String key, String value) {
        assertThatThrownBy(() -> settings(Map.of("plumbline.aggregator." + key, value)))
                .isInstanceOf(FatalStart.class)
                .hasMessageContaining("plumbline.aggregator." + key + " is ")
                .hasMessageContaining(", expected ")
                .extracting(failure -> ((FatalStart) failure).exitCode())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"processing.guarantee", "group.protocol"})
    void refusesWhatWouldMakeTheCountsWrong(String property) {
        assertThatThrownBy(() -> settings(Map.of("plumbline.kafka.properties.\"" + property + "\"", "x")))
                .isInstanceOf(FatalStart.class)
                .hasMessageContaining(property)
                .extracting(failure -> ((FatalStart) failure).exitCode())
                .isEqualTo(2);
    }

    @Test
    void sharesAPartOfTheHeapAmongThePartitions() throws FatalStart {
        StreamsSettings settings = settings(Map.of());

        assertThat(settings.aggregation(1).limits().openBytes())
                .isEqualTo(Runtime.getRuntime().maxMemory() / 8);
        assertThat(settings.aggregation(1_000_000).limits().openBytes()).isEqualTo(1 << 20);
    }

    @Test
    void refusesTopicsWithUnequalPartitionCounts() {
        assertThatThrownBy(() -> TopicCheck.equalCount(Map.of("a", 2, "b", 3)))
                .hasMessage("topics must have equal partition counts and have {a=2, b=3}: "
                        + "create them anew with the same count");
    }

    @Test
    void replacesThreadsOnlySoOften() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        ReplacementBudget budget = new ReplacementBudget(2, Duration.ofMinutes(10), now::get);

        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isFalse();
        now.set(Instant.EPOCH.plus(Duration.ofMinutes(11)));
        assertThat(budget.take()).isTrue();
    }

    private static StreamsSettings settings(Map<String, String> values) throws FatalStart {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(AggregatorConfig.class)
                .withMapping(KafkaConfig.class)
                .withConverter(Duration.class, 200, new io.quarkus.runtime.configuration.DurationConverter())
                .withDefaultValues(values)
                .build();
        return StreamsSettings.checked(
                config.getConfigMapping(AggregatorConfig.class), config.getConfigMapping(KafkaConfig.class));
    }
}
