package dev.plumbline.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of the commit hook, on a real broker: two partitions on one stream thread, the process killed at random
 * moments while events flow. Finals and corrections are the acknowledged events, exactly, and each (window, revision)
 * appears once.
 *
 * <p>{@code -Dplumbline.kill-rounds=10} makes ten rounds of it.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ExactlyOnceIT {

    private static final int PARTITIONS = 2;
    private static final Duration WINDOW = Duration.ofSeconds(1);
    /** These bound a hang; a busy machine takes a minute of each. */
    private static final Duration READY = Duration.ofMinutes(3);

    private static final Duration DRAINED = Duration.ofMinutes(4);

    private static final Duration QUIET = Duration.ofSeconds(3);

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start(directory.resolve("broker"), 0);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void countsEveryAcknowledgedEventOnceAlthoughItIsKilled() throws Exception {
        int rounds = Integer.getInteger("plumbline.kill-rounds", 2);
        long seed = Long.getLong("plumbline.kill-seed", 1L);
        Random random = new Random(seed);
        WindowsTopic.create(broker.bootstrapServers(), PARTITIONS, List.of(WINDOW, SmallAggregatorMain.WINDOW));
        Map<String, String> settings = Map.of(
                "plumbline.kafka.bootstrap-servers",
                broker.bootstrapServers(),
                "plumbline.aggregator.window",
                "1s",
                "plumbline.aggregator.grace",
                "300ms",
                "plumbline.aggregator.state-directory",
                directory.resolve("streams").toString());
        long acknowledged = 0;
        try (WindowsTopic windows = new WindowsTopic(broker.bootstrapServers(), WINDOW, PARTITIONS)) {
            for (int round = 1; round <= rounds; round++) {
                int kills = 1 + random.nextInt(2);
                long countedBefore = windows.counted();
                long acknowledgedNow;
                try (Feeder feeder = new Feeder(broker.bootstrapServers(), PARTITIONS, round)) {
                    for (int kill = 0; kill < kills; kill++) {
                        try (AggregatorProcess doomed = AggregatorProcess.app(directory, settings)) {
                            doomed.awaitReady(READY);
                            feeder.awaitMore(500 + random.nextInt(3_500));
                        }
                    }
                    try (AggregatorProcess survivor = AggregatorProcess.app(directory, settings)) {
                        survivor.awaitReady(READY);
                        feeder.awaitMore(1_500);
                        acknowledgedNow = feeder.leave();
                        acknowledged += acknowledgedNow;
                        boolean drained = windows.awaitDrained("plumbline-aggregator-1s", DRAINED);
                        if (!drained || windows.counted() != acknowledged) {
                            System.out.println("the aggregator said: " + survivor.output() + survivor.get("/metrics"));
                        }
                        assertThat(drained)
                                .as("drained in round %d, seed %d", round, seed)
                                .isTrue();
                    }
                }
                System.out.printf(
                        "round %d (seed %d, %d kills): acknowledged %d, counted %d, duplicates %d%n",
                        round, seed, kills, acknowledgedNow, windows.counted() - countedBefore, windows.duplicates());
                assertThat(windows.counted())
                        .as("round %d, seed %d", round, seed)
                        .isEqualTo(acknowledged);
                assertThat(windows.duplicates())
                        .as("round %d, seed %d", round, seed)
                        .isZero();
            }
        }

        long hooked = countedOfAcknowledged("hooked", true);
        long unhooked = countedOfAcknowledged("unhooked", false);

        assertThat(hooked).as("lost with the hook").isZero();
        assertThat(unhooked).as("lost without the hook: the test can fail").isPositive();
    }

    /**
     * One crash in the middle of a window of a minute, after offsets were committed. Starts from nothing each time, so
     * that the loss is counted in the events of this run alone.
     *
     * @return acknowledged events minus counted ones
     */
    private long countedOfAcknowledged(String name, boolean hooked) throws Exception {
        try (EmbeddedBroker own = EmbeddedBroker.start(directory.resolve("broker-" + name), 0)) {
            WindowsTopic.create(own.bootstrapServers(), PARTITIONS, List.of(SmallAggregatorMain.WINDOW));
            long acknowledged;
            try (Feeder feeder = new Feeder(own.bootstrapServers(), PARTITIONS, 1);
                    WindowsTopic windows =
                            new WindowsTopic(own.bootstrapServers(), SmallAggregatorMain.WINDOW, PARTITIONS)) {
                long committed;
                try (AggregatorProcess doomed =
                        AggregatorProcess.small(directory, own.bootstrapServers(), name, hooked)) {
                    doomed.awaitReady(READY);
                    committed = awaitCommitted(own.bootstrapServers(), name, 400);
                }
                try (AggregatorProcess survivor =
                        AggregatorProcess.small(directory, own.bootstrapServers(), name, hooked)) {
                    survivor.awaitReady(READY);
                    acknowledged = feeder.leave();
                    // The loss without the hook is waited for in vain, and 20 s of it are enough.
                    windows.awaitCounted(acknowledged, hooked ? DRAINED : Duration.ofSeconds(20), QUIET);
                }
                System.out.printf(
                        "%s: acknowledged %d, counted %d, committed before the kill %d records%n",
                        name, acknowledged, windows.counted(), committed);
                return acknowledged - windows.counted();
            }
        }
    }

    private static long awaitCommitted(String bootstrapServers, String group, long wanted) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return await(wanted + " records are committed by " + group)
                    .atMost(READY)
                    .until(() -> committed(admin, group), committed -> committed >= wanted);
        }
    }

    private static long committed(Admin admin, String group) throws Exception {
        long committed = 0;
        for (Map.Entry<TopicPartition, OffsetAndMetadata> offset : admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(60, TimeUnit.SECONDS)
                .entrySet()) {
            if (offset.getKey().topic().equals(dev.plumbline.contract.wire.Topics.EVENTS)
                    && offset.getValue() != null) {
                committed += offset.getValue().offset();
            }
        }
        return committed;
    }
}
