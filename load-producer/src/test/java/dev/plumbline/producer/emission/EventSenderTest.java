package dev.plumbline.producer.emission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Heartbeat.LostSequences;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.producer.activity.ActivitySum;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.producer.time.SystemTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own mock stands in for one thing only: acknowledgements and failures at a moment that the test chooses. */
class EventSenderTest {

    private static final String TOPIC = "events";
    private static final ComparisonGroup GROUP =
            new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default");
    private static final int PARTITIONS = 5;
    private static final long MILLI = 1_000_000;
    private static final long ANCHOR = 1_000_000;

    private final ManualClock stamps = new ManualClock(ANCHOR);
    private final SystemTime time = new SystemTime();
    private final EmissionCounters counters = new EmissionCounters();
    private Set<Series> series = Set.of(new Series(GROUP, "stable"));
    private final MockProducer<byte[], byte[]> kafka = mock(false);
    private Optional<Thread> thread = Optional.empty();

    @AfterEach
    void endTheThread() throws InterruptedException {
        if (thread.isPresent()) {
            thread.get().interrupt();
            thread.get().join(60_000);
        }
    }

    @Test
    void numbersRequestsAndHeartbeatsOfItsPartitionInOneRow() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(100, 1);
        queue.ended(request(5));
        queue.ended(request(6));
        queue.mark(marker(0, 10 * MILLI, 0, List.of(), true));
        EventSender sender = start(queue, 1, () -> mock(true));
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        List<Event> events = events(lastMade);
        assertThat(events).extracting(event -> sequence(event)).containsExactlyElementsOf(oneTo(events.size()));
        assertThat(events).filteredOn(RequestEvent.class::isInstance).hasSize(2);
        assertThat(lastMade.history()).allSatisfy(record -> {
            assertThat(record.partition()).isEqualTo(GroupPartitioner.partitionOf(GROUP, 0, PARTITIONS));
            assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(GROUP.key());
        });
        Heartbeat last = (Heartbeat) events.get(events.size() - 1);
        assertThat(last.leaving()).isTrue();
        assertThat(last.untilEpochMillis())
                .as("nothing follows the last marker")
                .isEqualTo(ANCHOR + 10);
        assertThat(events)
                .filteredOn(event -> event instanceof Heartbeat h && h.leaving())
                .hasSize(1);
        assertThat(counters.acknowledgedEvents()).isEqualTo(2);
        assertThat(lastMade.closed()).isTrue();
    }

    @Test
    void theWatermarkWaitsForAcknowledgementsAndLeavesOutTheMarkersOwnMillisecond() {
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> kafka);
        queue.ended(request(5));
        queue.mark(marker(0, 7 * MILLI + 999_999, 0, List.of(), false));
        await(() -> heartbeats().size() >= 4);
        assertThat(heartbeats()).extracting(Heartbeat::untilEpochMillis).allMatch(until -> until < ANCHOR + 5);
        acknowledgeAll();
        await(() -> {
            acknowledgeAll();
            return heartbeats().stream().anyMatch(h -> h.untilEpochMillis() >= ANCHOR + 5);
        });
        assertThat(heartbeats()).extracting(Heartbeat::untilEpochMillis).allMatch(until -> until <= ANCHOR + 6);
        assertThat(heartbeats())
                .last()
                .satisfies(last -> assertThat(last.untilEpochMillis()).isEqualTo(ANCHOR + 6));
    }

    @Test
    void theWatermarkIsTheSmallestOfTheLoops() {
        MarkedQueue queue = new MarkedQueue(100, 2);
        EventSender sender = start(queue, 2, () -> mock(true));
        await(() -> lastMade != null && !lastMade.history().isEmpty());
        queue.mark(marker(0, 100 * MILLI, 0, List.of(), false));
        await(() -> queue.size() == 0 && heartbeats(lastMade).size() >= 5);
        assertThat(heartbeats(lastMade)).extracting(Heartbeat::untilEpochMillis).allMatch(until -> until < ANCHOR);
        queue.mark(marker(1, 50 * MILLI, 0, List.of(), false));
        await(() -> heartbeats(lastMade).stream().anyMatch(h -> h.untilEpochMillis() == ANCHOR + 49));
        assertThat(sender).isNotNull();
    }

    @Test
    void aRecordThatFailsIsNamedInTheHeartbeatThatMovesTheWatermarkOverIt() {
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> kafka);
        await(() -> kafka.completeNext());
        queue.ended(request(5));
        queue.mark(marker(0, 9 * MILLI, 0, List.of(), false));
        await(() -> events(kafka).stream().anyMatch(RequestEvent.class::isInstance));
        long lost = events(kafka).stream()
                .filter(RequestEvent.class::isInstance)
                .mapToLong(EventSenderTest::sequence)
                .findFirst()
                .orElseThrow();
        failNextUntilLost(lost);
        await(() -> {
            acknowledgeAll();
            return heartbeats().stream().anyMatch(h -> h.untilEpochMillis() == ANCHOR + 8);
        });
        Heartbeat first = heartbeats().stream()
                .filter(h -> h.untilEpochMillis() == ANCHOR + 8)
                .findFirst()
                .orElseThrow();
        assertThat(heartbeats().stream()
                        .filter(h -> h.origin().sequence() <= first.origin().sequence())
                        .flatMap(h -> h.lost().stream()))
                .anyMatch(range -> range.first() <= lost && lost <= range.last() && range.events() == 1);
        assertThat(counters.lostEvents()).isEqualTo(1);
        assertThat(counters.acknowledgedEvents()).isZero();
    }

    /** A delivery is given up a quarter of a minute after it was tried; the window that lacks the event is an older one. */
    @Test
    void anEventThatKafkaLostAccusesItsOwnSlotInTheHeartbeatThatPassesIt() {
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> kafka);
        await(() -> kafka.completeNext());
        long fifth = 5_000;
        queue.ended(request(fifth + 100));
        queue.mark(marker(0, 20_000 * MILLI, 0, List.of(), false));
        await(() -> events(kafka).stream().anyMatch(RequestEvent.class::isInstance));
        failNextUntilLost(events(kafka).stream()
                .filter(RequestEvent.class::isInstance)
                .mapToLong(EventSenderTest::sequence)
                .findFirst()
                .orElseThrow());
        await(() -> {
            acknowledgeAll();
            return heartbeats().stream().anyMatch(h -> h.untilEpochMillis() > ANCHOR + fifth);
        });
        Heartbeat passing = heartbeats().stream()
                .filter(h -> h.untilEpochMillis() > ANCHOR + fifth)
                .findFirst()
                .orElseThrow();
        List<Activity> accused = heartbeats().stream()
                .filter(h -> h.origin().sequence() <= passing.origin().sequence())
                .flatMap(h -> h.activity().stream())
                .filter(slot -> slot.sickness().contains(Activity.Sickness.KAFKA_BUFFER_FULL))
                .toList();
        assertThat(accused).extracting(Activity::slotStartEpochMillis).containsExactly(ANCHOR + fifth);
    }

    /** Records in the same buffer expire one by one: the heartbeat with the names, and not those behind it. */
    @Test
    void whatAHeartbeatNamedThatFailedIsPassedByNoneBehindIt() {
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> kafka);
        await(() -> kafka.completeNext());
        queue.ended(request(5));
        queue.mark(marker(0, 9 * MILLI, 0, List.of(), false));
        await(() -> events(kafka).stream().anyMatch(RequestEvent.class::isInstance));
        long lost = events(kafka).stream()
                .filter(RequestEvent.class::isInstance)
                .mapToLong(EventSenderTest::sequence)
                .findFirst()
                .orElseThrow();
        failNextUntilLost(lost);
        await(() -> heartbeats().stream().filter(h -> names(h, lost)).count() == 1
                && !names(heartbeats().getLast(), lost));
        long failed = heartbeats().stream()
                .filter(h -> names(h, lost))
                .findFirst()
                .orElseThrow()
                .origin()
                .sequence();
        fail(failed);
        await(() -> {
            acknowledgeAll();
            return heartbeats().getLast().untilEpochMillis() >= ANCHOR + 8;
        });
        long passing = heartbeats().stream()
                .filter(h -> h.origin().sequence() != failed && h.untilEpochMillis() >= ANCHOR + 5)
                .findFirst()
                .orElseThrow()
                .origin()
                .sequence();
        assertThat(heartbeats())
                .as("named by one that got there, no later than one passes it")
                .filteredOn(h -> h.origin().sequence() != failed && names(h, lost))
                .singleElement()
                .satisfies(h -> assertThat(h.origin().sequence()).isLessThanOrEqualTo(passing));
    }

    private static boolean names(Heartbeat heartbeat, long sequence) {
        return heartbeat.lost().stream().anyMatch(range -> range.first() <= sequence && sequence <= range.last());
    }

    /** Until it has said which are lost it must not say that everything is there. */
    @Test
    void theWatermarkWaitsForTheLastOfManyLostRanges() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(10_000, 1);
        start(queue, 1, () -> kafka);
        await(() -> kafka.completeNext());
        int pairs = 2 * LostRanges.MAX_PER_HEARTBEAT + 100;
        for (int i = 0; i < 2 * pairs; i++) {
            queue.ended(request(5));
        }
        queue.mark(marker(0, 9 * MILLI, 0, List.of(), true));
        await(() -> queue.size() == 0 && kafka.history().size() > 2 * pairs);
        // Every other one fails, so that none of them are neighbours.
        for (int at = 0; at < 2 * pairs; at++) {
            boolean unused = at % 2 == 0 ? kafka.errorNext(new TimeoutException("expired")) : kafka.completeNext();
        }
        await(() -> {
            acknowledgeAll();
            return heartbeats().getLast().untilEpochMillis() >= ANCHOR + 5;
        });
        Heartbeat passing = heartbeats().stream()
                .filter(h -> h.untilEpochMillis() >= ANCHOR + 5)
                .findFirst()
                .orElseThrow();
        assertThat(heartbeats().stream()
                        .filter(h -> h.origin().sequence() <= passing.origin().sequence())
                        .flatMap(h -> h.lost().stream())
                        .mapToLong(LostSequences::events)
                        .sum())
                .isEqualTo(counters.lostEvents())
                .isGreaterThan(2L * LostRanges.MAX_PER_HEARTBEAT);
    }

    @Test
    void whatAFailedHeartbeatSaidIsSaidAgain() {
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> kafka);
        await(() -> kafka.completeNext());
        Activity told = new Activity("stable", 1_000_000, 3, 4, 5, Set.of());
        queue.mark(marker(0, 9 * MILLI, 0, List.of(told), false));
        await(() -> heartbeats().stream().anyMatch(h -> h.activity().contains(told)));
        await(() -> {
            kafka.errorNext(new TimeoutException("expired"));
            return counters.failedHeartbeats() > 0
                    && heartbeats().stream().filter(h -> tells(h, 3)).count() >= 2;
        });
        Heartbeat again = heartbeats().stream()
                .filter(h -> tells(h, 3))
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(again.lost()).isNotEmpty().allMatch(range -> range.events() == 0);
    }

    @Test
    void whatIsSeenAroundTheLoadGoesWithItsSecond() {
        TreeMap<Long, Circumstances> seen = new TreeMap<>(Map.of(
                1_000_000L,
                new Circumstances(
                        Map.of("gpu_power_watts", Circumstances.GaugeSum.of(300)),
                        Map.of(),
                        OptionalLong.empty(),
                        Optional.empty())));
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> mock(true), new LoadSurroundings() {
            @Override
            public RequestEvent sampled(RequestEvent event) {
                return event;
            }

            @Override
            public SortedMap<Long, Circumstances> drain(String variant) {
                SortedMap<Long, Circumstances> taken = new TreeMap<>(seen);
                seen.clear();
                return taken;
            }
        });
        queue.mark(marker(0, 9 * MILLI, 0, List.of(new Activity("stable", 1_000_000, 3, 4, 5, Set.of())), false));

        await(() -> heartbeats(lastMade).stream()
                .flatMap(heartbeat -> heartbeat.activity().stream())
                .anyMatch(activity -> activity.circumstances()
                        .map(around -> around.mean("gpu_power_watts").equals(OptionalDouble.of(300)))
                        .orElse(false)));
    }

    @Test
    void whatTheFullQueueLostIsNumberedAndNamed() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(2, 1);
        assertThat(queue.ended(request(1))).isTrue();
        assertThat(queue.ended(request(2))).isTrue();
        assertThat(queue.ended(request(3))).isFalse();
        assertThat(queue.mark(marker(0, 9 * MILLI, 1, List.of(), true)))
                .as("a full queue can still say so")
                .isTrue();
        EventSender sender = start(queue, 1, () -> mock(true));
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        List<Event> events = events(lastMade);
        List<LostSequences> lost =
                heartbeats(lastMade).stream().flatMap(h -> h.lost().stream()).toList();
        assertThat(lost).hasSize(1);
        assertThat(lost.get(0).events()).isEqualTo(1);
        assertThat(events)
                .extracting(EventSenderTest::sequence)
                .doesNotContain(lost.get(0).first());
        assertThat(counters.lostEvents()).isEqualTo(1);
        assertThat(counters.acknowledgedEvents()).isEqualTo(2);
    }

    @Test
    void kafkaThatComesLateGetsWhatWaited() throws InterruptedException {
        AtomicInteger attempts = new AtomicInteger();
        MarkedQueue queue = new MarkedQueue(100, 1);
        queue.ended(request(5));
        queue.mark(marker(0, 9 * MILLI, 0, List.of(), true));
        EventSender sender = start(queue, 1, () -> {
            if (attempts.incrementAndGet() < 4) {
                throw new KafkaException("no broker");
            }
            return mock(true);
        });
        await(() -> attempts.get() >= 4);
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        assertThat(counters.acknowledgedEvents()).isEqualTo(1);
        assertThat(counters.lostEvents()).isZero();
    }

    @Test
    void kafkaThatNeverComesEndsWithinTheGraceAndEverythingIsCountedAsLost() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(100, 1);
        queue.ended(request(5));
        queue.ended(request(6));
        queue.mark(marker(0, 9 * MILLI, 3, List.of(), true));
        EventSender sender = start(queue, 1, () -> {
            throw new KafkaException("no broker");
        });
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        assertThat(counters.lostEvents()).isEqualTo(5);
    }

    /** An hour of seconds is kept for Kafka that is away; what is older than that was there and is told by nobody. */
    @Test
    void secondsThatNoHeartbeatCouldTellAreCounted() {
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> mock(true));
        queue.mark(marker(0, 9 * MILLI, 0, seconds(ActivitySum.MAX_SLOTS + 5), false));
        await(() -> counters.discardedSlots() == 5);
    }

    @Test
    void secondsThatAreUntoldAtTheEndAreCounted() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(100, 1);
        EventSender sender = start(queue, 1, () -> kafka);
        await(() -> !kafka.history().isEmpty());
        queue.mark(marker(0, 9 * MILLI, 0, seconds(7), false));
        await(() -> heartbeats().stream().anyMatch(h -> h.activity().size() == 7));
        // Nothing of it is ever acknowledged, and what follows is not even taken out of the queue.
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        assertThat(counters.discardedSlots()).isEqualTo(7);
    }

    @Test
    void secondsThatWaitForKafkaAtTheEndAreCounted() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(100, 1);
        queue.mark(marker(0, 9 * MILLI, 0, seconds(7), true));
        EventSender sender = start(queue, 1, () -> {
            throw new KafkaException("no broker");
        });
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        assertThat(counters.discardedSlots()).isEqualTo(7);
    }

    private static Marker marker(int loop, long atNanos, long lostEvents, List<Activity> activity, boolean last) {
        return new Marker(loop, atNanos, Map.of(GROUP, new Marker.Told(lostEvents, activity)), last);
    }

    private static List<Activity> seconds(int count) {
        return LongStream.range(0, count)
                .mapToObj(second -> new Activity("stable", second * Activity.SLOT_MILLIS, 1, 0, 0, Set.of()))
                .toList();
    }

    /** The machine's clock is set; stamps from then on belong to what begins there. Returns the first of them. */
    private long setWall(long byMillis) {
        stamps.setWall(byMillis);
        stamps.lookTwice();
        return stamps.nanos();
    }

    @Test
    void whereTheClockWasSetForwardTheNextEpochGoesOnWhereTheOneBeforeEnds() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(100, 1);
        EventSender sender = start(queue, 1, () -> mock(true));
        await(() -> lastMade != null && !lastMade.history().isEmpty());
        long from = setWall(3_600_000);
        long fromMillis = from / MILLI;
        queue.ended(request(5));
        queue.ended(request(fromMillis - 1));
        queue.ended(request(fromMillis));
        queue.mark(marker(0, from + 9 * MILLI, 0, List.of(), false));
        queue.ended(request(fromMillis + 20));
        queue.mark(marker(0, from + 30 * MILLI, 0, List.of(), true));
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        List<Event> events = events(lastMade);
        assertThat(epochs(events)).containsExactly(ANCHOR, ANCHOR + fromMillis + 3_600_000);
        assertThat(ends(events, ANCHOR)).containsExactly(ANCHOR + 5, ANCHOR + fromMillis - 1);
        assertThat(ends(events, ANCHOR + fromMillis + 3_600_000))
                .containsExactly(ANCHOR + 3_600_000 + fromMillis, ANCHOR + 3_600_000 + fromMillis + 20);
        assertNumberedAndClaimedTruly(events);
        assertThat(heartbeats(lastMade)).filteredOn(Heartbeat::leaving).hasSize(1);
        assertThat(((Heartbeat) events.getLast()).untilEpochMillis()).isEqualTo(ANCHOR + 3_600_000 + fromMillis + 30);
    }

    @Test
    void whereTheClockWasSetBackNothingIsClaimedThatStillComes() throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(100, 1);
        EventSender sender = start(queue, 1, () -> mock(true));
        await(() -> lastMade != null && !lastMade.history().isEmpty());
        long from = setWall(-5_000);
        long fromMillis = from / MILLI;
        queue.ended(request(fromMillis - 1));
        queue.mark(marker(0, from - 1, 0, List.of(), false));
        await(() -> heartbeats(lastMade).stream().anyMatch(h -> h.untilEpochMillis() == ANCHOR + fromMillis - 2));
        queue.ended(request(fromMillis));
        queue.mark(marker(0, from + 9 * MILLI, 0, List.of(), false));
        queue.ended(request(fromMillis + 20));
        queue.mark(marker(0, from + 30 * MILLI, 0, List.of(), true));
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        List<Event> events = events(lastMade);
        assertThat(epochs(events)).as("a later epoch is larger").containsExactly(ANCHOR, ANCHOR + 1);
        assertThat(ends(events, ANCHOR + 1))
                .containsExactly(ANCHOR - 5_000 + fromMillis, ANCHOR - 5_000 + fromMillis + 20);
        assertNumberedAndClaimedTruly(events);
    }

    /** One loop is across, the other still ends requests of before, and is late with its word. */
    @ParameterizedTest(name = "set by {0} ms")
    @ValueSource(longs = {-5_000, 5_000})
    void aLoopThatIsBehindHasItsRequestsInTheirOwnTimeAndHoldsTheClaim(long byMillis) throws InterruptedException {
        MarkedQueue queue = new MarkedQueue(100, 2);
        EventSender sender = start(queue, 2, () -> mock(true));
        await(() -> lastMade != null && !lastMade.history().isEmpty());
        long from = setWall(byMillis);
        long fromMillis = from / MILLI;
        queue.mark(marker(0, from - 2 * MILLI, 0, List.of(), false));
        queue.mark(marker(1, from - 2 * MILLI, 0, List.of(), false));
        queue.ended(request(fromMillis + 1));
        queue.mark(marker(0, from + 2 * MILLI, 0, List.of(), false));
        queue.ended(request(fromMillis - 1));
        await(() -> queue.size() == 0 && heartbeats(lastMade).size() >= 5);
        queue.ended(request(fromMillis + 40));
        queue.mark(marker(1, from + 50 * MILLI, 0, List.of(), true));
        queue.mark(marker(0, from + 50 * MILLI, 0, List.of(), true));
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        List<Event> events = events(lastMade);
        assertThat(epochs(events)).hasSize(2);
        assertThat(ends(events, epochs(events).getLast()))
                .containsExactly(
                        stamps.epochMillisAt(from + MILLI),
                        stamps.epochMillisAt(from - MILLI),
                        stamps.epochMillisAt(from + 40 * MILLI));
        assertNumberedAndClaimedTruly(events);
    }

    /** Nobody can name it later: the numbers of an epoch are told by that epoch. */
    @Test
    void whatIsLostOfAnEpochIsNamedBeforeTheNextBegins() {
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> kafka);
        await(() -> kafka.completeNext());
        long from = setWall(3_600_000);
        queue.ended(request(5));
        await(() -> events(kafka).stream().anyMatch(RequestEvent.class::isInstance));
        long lost = sequence(events(kafka).stream()
                .filter(RequestEvent.class::isInstance)
                .findFirst()
                .orElseThrow());
        queue.ended(request(from / MILLI));
        queue.ended(request(from / MILLI + 1));
        await(() -> queue.size() == 1);
        assertThat(epochs(events(kafka)))
                .as("the fate of what was written is open")
                .hasSize(1);
        failNextUntilLost(lost);
        await(() -> {
            acknowledgeAll();
            return events(kafka).stream().filter(RequestEvent.class::isInstance).count() == 3;
        });
        assertThat(heartbeats().stream()
                        .filter(h -> h.origin().epoch() == ANCHOR)
                        .flatMap(h -> h.lost().stream()))
                .anyMatch(range -> range.first() <= lost && lost <= range.last() && range.events() == 1);
        assertThat(heartbeats().stream()
                        .filter(h -> h.origin().epoch() > ANCHOR)
                        .flatMap(h -> h.lost().stream()))
                .isEmpty();
    }

    /** A series of a class of its own that lies in the partition of {@link #GROUP}, or does not. */
    private static Series other(boolean besideIt) {
        int home = GroupPartitioner.partitionOf(GROUP, 0, PARTITIONS);
        return Stream.iterate(0, i -> i + 1)
                .map(i -> new ComparisonGroup("t", "m", "class-" + i, LoadPoint.parse("c1"), "default"))
                .filter(group -> (GroupPartitioner.partitionOf(group, 0, PARTITIONS) == home) == besideIt)
                .map(group -> new Series(group, "stable"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void groupsOfOnePartitionShareItsNumbersAndEachNamesItsOwn() {
        Series other = other(true);
        series = Set.of(new Series(GROUP, "stable"), other);
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> kafka);
        await(() -> kafka.completeNext());
        queue.ended(request(5));
        queue.ended(request(other, 6));
        queue.mark(new Marker(
                0,
                9 * MILLI,
                Map.of(
                        GROUP,
                        new Marker.Told(1, List.of(new Activity("stable", ANCHOR, 3, 0, 0, Set.of()))),
                        other.group(),
                        new Marker.Told(2, List.of(new Activity("stable", ANCHOR, 7, 0, 0, Set.of())))),
                true));
        await(() -> requests(kafka).count() == 2);
        long failed = sequence(requests(kafka)
                .filter(request -> request.series().equals(other))
                .findFirst()
                .orElseThrow());
        fail(failed);
        await(() -> {
            acknowledgeAll();
            return Stream.of(GROUP, other.group())
                    .allMatch(group -> of(group).getLast().untilEpochMillis() == ANCHOR + 9);
        });
        List<Event> events = events(kafka);
        List<LostSequences> lost =
                heartbeats().stream().flatMap(h -> h.lost().stream()).toList();
        long last = sequence(events.getLast());
        for (long number = 1; number <= last; number++) {
            long at = number;
            long written =
                    events.stream().filter(event -> sequence(event) == at).count();
            long named = lost.stream()
                    .filter(range -> range.first() <= at && at <= range.last())
                    .count();
            assertThat(written + named)
                    .as("number %d is written or named once, and both where Kafka lost it", at)
                    .isEqualTo(at == failed ? 2 : 1);
        }
        assertThat(lostEvents(of(GROUP))).isEqualTo(1);
        assertThat(lostEvents(of(other.group()))).isEqualTo(3);
        assertThat(counters.lostEvents()).isEqualTo(4);
        assertThat(offered(of(GROUP))).isEqualTo(3);
        assertThat(offered(of(other.group()))).isEqualTo(7);
        assertThat(accusations(of(GROUP))).isZero();
        assertThat(accusations(of(other.group()))).isEqualTo(1);
    }

    private static Stream<RequestEvent> requests(MockProducer<byte[], byte[]> from) {
        return events(from).stream().filter(RequestEvent.class::isInstance).map(RequestEvent.class::cast);
    }

    private List<Heartbeat> of(ComparisonGroup group) {
        return heartbeats(lastMade).stream()
                .filter(h -> h.group().equals(group))
                .toList();
    }

    private static long lostEvents(List<Heartbeat> heartbeats) {
        return heartbeats.stream()
                .flatMap(h -> h.lost().stream())
                .mapToLong(LostSequences::events)
                .sum();
    }

    private static long offered(List<Heartbeat> heartbeats) {
        return heartbeats.stream()
                .flatMap(h -> h.activity().stream())
                .mapToLong(Activity::offered)
                .sum();
    }

    private static long accusations(List<Heartbeat> heartbeats) {
        return heartbeats.stream()
                .flatMap(h -> h.activity().stream())
                .filter(slot -> slot.sickness().contains(Activity.Sickness.KAFKA_BUFFER_FULL))
                .count();
    }

    @Test
    void groupsOfOtherPartitionsAreNumberedApartAndWaitForNobody() {
        Series other = other(false);
        series = Set.of(new Series(GROUP, "stable"), other);
        int stuck = GroupPartitioner.partitionOf(GROUP, 0, PARTITIONS);
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> mock(true, stuck));
        queue.ended(request(5));
        queue.ended(request(other, 5));
        queue.mark(marker(0, 9 * MILLI, 0, List.of(), false));
        await(() -> !of(other.group()).isEmpty() && of(other.group()).getLast().untilEpochMillis() == ANCHOR + 8);
        await(() -> of(GROUP).size() >= 4);
        assertThat(of(GROUP)).extracting(Heartbeat::untilEpochMillis).allMatch(until -> until < ANCHOR + 5);
        for (Series each : series) {
            List<Event> own = lastMade.history().stream()
                    .filter(record -> record.partition() == GroupPartitioner.partitionOf(each.group(), 0, PARTITIONS))
                    .map(EventSenderTest::event)
                    .toList();
            assertThat(own).extracting(EventSenderTest::sequence).containsExactlyElementsOf(oneTo(own.size()));
            assertThat(own).extracting(Event::group).containsOnly(each.group());
        }
        assertThat(lastMade.history())
                .allMatch(record -> new String(record.key(), StandardCharsets.UTF_8)
                        .equals(event(record).group().key()));
    }

    @ParameterizedTest(name = "in one partition: {0}")
    @ValueSource(booleans = {true, false})
    void everyGroupBeginsTheNextEpochWithAHeartbeatAndSaysGoodbyeInTheEnd(boolean inOnePartition)
            throws InterruptedException {
        Series other = other(inOnePartition);
        series = Set.of(new Series(GROUP, "stable"), other);
        MarkedQueue queue = new MarkedQueue(100, 1);
        EventSender sender = start(queue, 1, () -> mock(true));
        await(() -> lastMade != null && of(other.group()).size() == 1);
        long from = setWall(-5_000);
        queue.ended(request(other, from / MILLI - 1));
        queue.ended(request(from / MILLI + 1));
        queue.mark(marker(0, from + 9 * MILLI, 0, List.of(), false));
        queue.ended(request(other, from / MILLI + 20));
        queue.mark(marker(0, from + 30 * MILLI, 0, List.of(), true));
        sender.stop();
        assertThat(sender.awaitEnd(Duration.ofSeconds(60))).isTrue();
        for (Series each : series) {
            List<Event> own = events(lastMade).stream()
                    .filter(event -> event.group().equals(each.group()))
                    .toList();
            assertThat(epochs(own)).as("a later epoch is larger").containsExactly(ANCHOR, ANCHOR + 1);
            for (long epoch : epochs(own)) {
                assertThat(own.stream().filter(event -> origin(event).epoch() == epoch))
                        .first()
                        .isInstanceOf(Heartbeat.class);
            }
            assertThat(own.getLast()).isInstanceOfSatisfying(Heartbeat.class, last -> {
                assertThat(last.leaving()).isTrue();
                assertThat(last.untilEpochMillis()).isEqualTo(stamps.epochMillisAt(from + 30 * MILLI));
            });
            assertThat(own.stream().filter(event -> event instanceof Heartbeat h && h.leaving()))
                    .hasSize(1);
        }
    }

    @Test
    void whatIsSeenAroundATargetIsToldForEverySeriesOfItsVariant() {
        Series canary = new Series(GROUP, "canary");
        Series other = other(true);
        series = Set.of(new Series(GROUP, "stable"), canary, other);
        Map<String, SortedMap<Long, Circumstances>> seen = new ConcurrentHashMap<>(Map.of(
                "stable", new TreeMap<>(Map.of(ANCHOR, watts(300))),
                "canary", new TreeMap<>(Map.of(ANCHOR, watts(500)))));
        MarkedQueue queue = new MarkedQueue(100, 1);
        start(queue, 1, () -> mock(true), new LoadSurroundings() {
            @Override
            public RequestEvent sampled(RequestEvent event) {
                return event;
            }

            @Override
            public SortedMap<Long, Circumstances> drain(String variant) {
                return Optional.ofNullable(seen.remove(variant)).orElse(Collections.emptySortedMap());
            }
        });
        queue.mark(new Marker(
                0,
                9 * MILLI,
                Map.of(
                        GROUP,
                        new Marker.Told(
                                0,
                                List.of(
                                        new Activity("stable", ANCHOR, 3, 4, 5, Set.of()),
                                        new Activity("canary", ANCHOR, 1, 4, 5, Set.of()))),
                        other.group(),
                        new Marker.Told(0, List.of(new Activity("stable", ANCHOR, 2, 4, 5, Set.of())))),
                false));
        await(() -> lastMade != null && offered(of(GROUP)) == 4 && offered(of(other.group())) == 2);
        assertThat(heartbeats(lastMade).stream()
                        .flatMap(h -> h.activity().stream())
                        .filter(slot -> slot.circumstances().isPresent()))
                .hasSize(3)
                .allSatisfy(
                        slot -> assertThat(slot.circumstances().orElseThrow().mean("gpu_power_watts"))
                                .hasValue(slot.variant().equals("canary") ? 500 : 300));
    }

    private static Circumstances watts(double watts) {
        return new Circumstances(
                Map.of("gpu_power_watts", Circumstances.GaugeSum.of(watts)),
                Map.of(),
                OptionalLong.empty(),
                Optional.empty());
    }

    private static List<Long> epochs(List<Event> events) {
        return events.stream().map(event -> origin(event).epoch()).distinct().toList();
    }

    private static List<Long> ends(List<Event> events, long epoch) {
        return events.stream()
                .filter(RequestEvent.class::isInstance)
                .map(RequestEvent.class::cast)
                .filter(event -> event.origin().epoch() == epoch)
                .map(RequestEvent::endEpochMillis)
                .toList();
    }

    /** Per epoch: numbers from 1 on without a gap, a heartbeat first, and nothing behind a claim that the claim speaks of. */
    private static void assertNumberedAndClaimedTruly(List<Event> events) {
        for (long epoch : epochs(events)) {
            List<Event> own = events.stream()
                    .filter(event -> origin(event).epoch() == epoch)
                    .toList();
            assertThat(own).extracting(EventSenderTest::sequence).containsExactlyElementsOf(oneTo(own.size()));
            assertThat(own.getFirst()).isInstanceOf(Heartbeat.class);
            long claimed = Long.MIN_VALUE;
            for (Event event : own) {
                switch (event) {
                    case RequestEvent request ->
                        assertThat(request.endEpochMillis())
                                .as("behind a heartbeat that vouched for it")
                                .isGreaterThan(claimed);
                    case Heartbeat heartbeat -> claimed = Math.max(claimed, heartbeat.untilEpochMillis());
                    case ProducerExpelled expelled -> throw new AssertionError(expelled);
                }
            }
        }
    }

    private static Origin origin(Event event) {
        return switch (event) {
            case RequestEvent request -> request.origin();
            case Heartbeat heartbeat -> heartbeat.origin();
            case ProducerExpelled expelled -> throw new AssertionError(expelled);
        };
    }

    private MockProducer<byte[], byte[]> lastMade;

    private MockProducer<byte[], byte[]> mock(boolean acknowledges) {
        return mock(acknowledges, -1);
    }

    /** @param stuck a partition whose records are neither acknowledged nor given up */
    private MockProducer<byte[], byte[]> mock(boolean acknowledges, int stuck) {
        Node node = new Node(0, "localhost", 1);
        List<PartitionInfo> partitions = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(new PartitionInfo(TOPIC, i, node, new Node[] {node}, new Node[] {node}));
        }
        Cluster cluster = new Cluster("c", List.of(node), partitions, Set.of(), Set.of());
        lastMade =
                new MockProducer<>(cluster, acknowledges, null, new ByteArraySerializer(), new ByteArraySerializer()) {
                    @Override
                    public synchronized Future<RecordMetadata> send(
                            ProducerRecord<byte[], byte[]> record, Callback callback) {
                        return super.send(record, record.partition() == stuck ? null : callback);
                    }
                };
        return lastMade;
    }

    private EventSender start(MarkedQueue queue, int loops, Supplier<Producer<byte[], byte[]>> connector) {
        return start(queue, loops, connector, LoadSurroundings.UNSEEN);
    }

    private EventSender start(
            MarkedQueue queue, int loops, Supplier<Producer<byte[], byte[]>> connector, LoadSurroundings surroundings) {
        // Stamps of markers are the test's; the sender's own pauses follow real time.
        EventSender sender = new EventSender(
                queue,
                connector,
                new MixedClock(),
                "p",
                series,
                loops,
                new SenderSettings(TOPIC, 10 * MILLI, MILLI, TimeUnit.SECONDS.toNanos(1)),
                counters,
                surroundings);
        Thread started = new Thread(sender, "sender-under-test");
        started.start();
        thread = Optional.of(started);
        return sender;
    }

    /** Real time for intervals, a fixed anchor for the wall clock. */
    private final class MixedClock implements dev.plumbline.producer.time.ProducerClock {
        @Override
        public long nanos() {
            return time.nanos();
        }

        @Override
        public Anchor anchorAt(long nanos) {
            return stamps.anchorAt(nanos);
        }
    }

    private EndedRequest request(long endMillis) {
        return request(new Series(GROUP, "stable"), endMillis);
    }

    private EndedRequest request(Series of, long endMillis) {
        return new RequestRecording(
                        of,
                        Attempt.first("r-" + endMillis),
                        stamps,
                        true,
                        0,
                        0,
                        new RequestRecording.Texts(TokenChoice.AUTO, Optional.empty(), false))
                .dropped(endMillis * MILLI, Outcome.DropReason.IN_FLIGHT_CAP);
    }

    private void failNextUntilLost(long sequence) {
        await(() -> {
            if (counters.lostEvents() > 0) {
                return true;
            }
            boolean requestIsNext =
                    events(kafka).size() > completed && sequence(events(kafka).get(completed)) == sequence;
            boolean done = requestIsNext ? kafka.errorNext(new TimeoutException("expired")) : kafka.completeNext();
            completed += done ? 1 : 0;
            return false;
        });
    }

    /** Acknowledges what stands before a record, and gives that one up. */
    private void fail(long sequence) {
        await(() -> {
            boolean isNext =
                    completed < events(kafka).size() && sequence(events(kafka).get(completed)) == sequence;
            boolean done = isNext ? kafka.errorNext(new TimeoutException("expired")) : kafka.completeNext();
            completed += done ? 1 : 0;
            return isNext && done;
        });
    }

    /** Records of {@link #kafka} that were concluded; the first heartbeat is, before tests look. */
    private int completed = 1;

    private void acknowledgeAll() {
        while (kafka.completeNext()) {
            completed++;
        }
    }

    private List<Heartbeat> heartbeats() {
        return heartbeats(kafka);
    }

    private static boolean tells(Heartbeat heartbeat, long offered) {
        return heartbeat.activity().stream().anyMatch(activity -> activity.offered() == offered);
    }

    private static List<Heartbeat> heartbeats(MockProducer<byte[], byte[]> from) {
        return events(from).stream()
                .filter(Heartbeat.class::isInstance)
                .map(Heartbeat.class::cast)
                .toList();
    }

    private static List<Event> events(MockProducer<byte[], byte[]> from) {
        return from.history().stream().map(EventSenderTest::event).toList();
    }

    private static Event event(ProducerRecord<byte[], byte[]> record) {
        return ((Decoded.Value<Event>) Codec.EVENTS.decode(record.value())).value();
    }

    private static long sequence(Event event) {
        return origin(event).sequence();
    }

    private static List<Long> oneTo(int count) {
        List<Long> numbers = new ArrayList<>();
        for (long i = 1; i <= count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    private static void await(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(1))
                .until(condition::getAsBoolean);
    }
}
