package dev.plumbline.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of the commit hook, on a real broker: two partitions on one stream thread, the process killed at random
 * moments while events flow, and what lives on has its transactions aborted, its broker restarted, or a second instance
 * beside it. Finals and
 * corrections are the acknowledged events and the activity, exactly, and each (window, revision) appears once.
 *
 * <p>{@code -Dplumbline.kill-rounds=10} makes ten rounds of it; the second instance comes with the third.
 */
class ExactlyOnceIT {

    private static final int PARTITIONS = 2;
    private static final String APPLICATION = "plumbline-aggregator-1s";
    private static final Duration WINDOW = Duration.ofSeconds(1);
    /** These bound a hang; a busy machine takes a minute of each. */
    private static final Duration READY = Duration.ofMinutes(6);

    private static final Duration DRAINED = Duration.ofMinutes(6);

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
        long offered = 0;
        try (WindowsTopic windows = new WindowsTopic(broker.bootstrapServers(), WINDOW, PARTITIONS)) {
            for (int round = 1; round <= rounds; round++) {
                int kills = 1 + random.nextInt(2);
                Trouble trouble = Trouble.values()[round % Trouble.values().length];
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
                        feeder.awaitMore(random.nextInt(1_500));
                        switch (trouble) {
                            case ABORT -> abortTransactions();
                            case BROKER_RESTART -> restartBroker();
                            case SECOND_INSTANCE -> shareWithASecondInstance(settings, feeder);
                        }
                        feeder.awaitMore(1_500);
                        acknowledgedNow = feeder.leave();
                        acknowledged += acknowledgedNow;
                        offered += feeder.offeredAcknowledged();
                        boolean drained = windows.awaitDrained(APPLICATION, DRAINED);
                        if (!drained || windows.counted() != acknowledged) {
                            System.out.println("the aggregator said: " + survivor.output() + survivor.get("/metrics"));
                        }
                        assertThat(drained)
                                .as("drained in round %d, seed %d", round, seed)
                                .isTrue();
                    }
                }
                System.out.printf(
                        "round %d (seed %d, %d kills, %s): acknowledged %d; in all: acknowledged %d, counted %d,"
                                + " offered %d, told %d, duplicates %d%n",
                        round,
                        seed,
                        kills,
                        trouble,
                        acknowledgedNow,
                        acknowledged,
                        windows.counted(),
                        windows.offered(),
                        offered,
                        windows.duplicates());
                assertThat(windows.counted())
                        .as("round %d, seed %d", round, seed)
                        .isEqualTo(acknowledged);
                assertThat(windows.offered())
                        .as("offered by activity, round %d, seed %d", round, seed)
                        .isEqualTo(offered)
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

    /** What befalls the aggregator that is not killed. */
    private enum Trouble {
        SECOND_INSTANCE,
        ABORT,
        BROKER_RESTART
    }

    /** Aborts what the aggregator has written and not committed, while it lives: its stream threads must roll back. */
    private static void abortTransactions() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            List<String> ongoing = await("a transaction of the aggregator is open")
                    .atMost(READY)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> openTransactions(admin), open -> !open.isEmpty());
            admin.fenceProducers(ongoing).all().get(60, TimeUnit.SECONDS);
        }
    }

    private static List<String> openTransactions(Admin admin) throws Exception {
        ListTransactionsOptions open = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        return admin.listTransactions(open).all().get(60, TimeUnit.SECONDS).stream()
                .map(TransactionListing::transactionalId)
                .toList();
    }

    /** Another instance comes with two threads, takes tasks over under load, and is killed. */
    private static void shareWithASecondInstance(Map<String, String> settings, Feeder feeder) throws Exception {
        Map<String, String> others = new HashMap<>(settings);
        others.put("plumbline.aggregator.threads", "2");
        others.put(
                "plumbline.aggregator.state-directory",
                directory.resolve("streams-2").toString());
        try (AggregatorProcess second = AggregatorProcess.app(directory, others)) {
            second.awaitReady(READY);
            await("the second instance counts events, and closes windows")
                    .atMost(DRAINED)
                    .until(() ->
                            isPositive(second, "events_counted_total") && isPositive(second, "windows_closed_total"));
            feeder.awaitMore(500);
        }
    }

    private static boolean isPositive(AggregatorProcess process, String counter) throws Exception {
        return process.get("/metrics")
                .lines()
                .anyMatch(line -> line.matches("plumbline_aggregator_" + counter + " [1-9].*"));
    }

    private static void restartBroker() throws Exception {
        int port = broker.port();
        broker.close();
        broker = EmbeddedBroker.start(directory.resolve("broker"), port);
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
