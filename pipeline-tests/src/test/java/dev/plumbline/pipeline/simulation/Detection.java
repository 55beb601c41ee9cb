package dev.plumbline.pipeline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.contract.wire.Topics;
import dev.plumbline.contract.wire.UndecodableRecord;
import dev.plumbline.detector.messaging.MemoryKafka;
import dev.plumbline.detector.messaging.MemoryKafka.Stored;
import dev.plumbline.detector.messaging.SimulatedDetector;
import dev.plumbline.detector.watch.Outgoing;
import dev.plumbline.detector.watch.PoisonedWatch;
import dev.plumbline.detector.watch.Reading;
import dev.plumbline.detector.watch.SeriesView;
import dev.plumbline.detector.watch.Watch;
import dev.plumbline.detector.watch.WatchLimits;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.windowing.SimulatedPipe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * The detector behind the simulated pipe. It is killed at any step and in the midst of what it sends, starts anew, its
 * restore fails, Kafka does not answer, partitions go and come back; among the windows lie records that nobody understands,
 * and some that throw an exception when they are judged.
 *
 * <p>After every step: what it published is, byte for byte and in order, what a detector publishes that nothing ever happened
 * to; every record that it acknowledged is a verdict, or left out as that one leaves it out, or set aside in the undecodable
 * topic; and the state that it shows is no calm one while the service is slow, or while nobody judges.
 */
final class Detection implements SimulatedPipe.Participant {

    static final JudgementSettings SETTINGS = new JudgementSettings(20, 2, 0.10, 60_480, 1, 5, 3, 6);

    /** Windows within which a service that is slower by half is found, once it can be judged. */
    static final int FOUND_WITHIN = 12;

    /** Windows of other work that may pass before it is noticed. */
    static final int OTHER_WORK_SEEN_WITHIN = 16;

    private static final long STALE_AFTER = 10_000;
    private static final WatchLimits LIMITS = new WatchLimits(50, 1L << 30, 1_800_000, STALE_AFTER);
    /** Groups like others that are not left out: for each window that is judged twice there is time for fewer seeds. */
    private static final Set<String> LEFT_OUT = Set.of("c", "d", "e");

    private static final String WINDOWS = Topics.windows(Duration.ofMillis(SimulatedPipe.WINDOW));
    private static final byte[] JUNK = "{junk".getBytes(StandardCharsets.UTF_8);

    /** One window of so many cannot be judged; never several of a series in a row, which is for tests of its own. */
    private static final int POISON_EVERY = 37;

    private final SimulatedPipe pipe;
    private final MeasuredService service;
    private final Random random;
    private final Happenings happenings;
    private final MemoryKafka kafka = new MemoryKafka();
    private final SimulatedDetector detector;
    private final List<Partition> partitions = new ArrayList<>();
    private final Said alerts = new Said();
    private final Said baselines = new Said();
    private final ServiceLog serviceLog;
    private final Set<String> setAside = new HashSet<>();

    /** Where the windows of a series lie, by its key. */
    private final Map<String, Integer> partitionOf = new HashMap<>();

    /** The verdicts of the verdicts topic. */
    private final List<VerdictRecord> told = new ArrayList<>();

    /** The alerts of the alerts topic. */
    private final List<AlertRecord> toldAlerts = new ArrayList<>();

    private int verdictsSeen;
    private int alertsSeen;
    private int baselinesSeen;
    private int setAsideSeen;
    private long downUntil;

    Detection(SimulatedPipe pipe, MeasuredService service, Random random, Happenings happenings) {
        this.pipe = pipe;
        this.service = service;
        this.random = random;
        this.happenings = happenings;
        this.serviceLog = new ServiceLog(service);
        kafka.create(WINDOWS, SimulatedPipe.PARTITIONS);
        this.detector = new SimulatedDetector(
                kafka,
                () -> Instant.ofEpochMilli(pipe.now()),
                WINDOWS,
                SimulatedPipe.PARTITIONS,
                SimulatedPipe.WINDOW,
                Detection::watch,
                random);
        for (int partition = 0; partition < SimulatedPipe.PARTITIONS; partition++) {
            partitions.add(new Partition(partition));
        }
    }

    private static Watch watch() {
        return PoisonedWatch.of(WINDOWS, SimulatedPipe.WINDOW, SETTINGS, LIMITS, Detection::isPoison);
    }

    private static boolean isPoison(WindowRecord window) {
        return window.revision() == 0
                && Math.floorMod(window.id().startEpochMillis() / SimulatedPipe.WINDOW, POISON_EVERY) == 0;
    }

    /** What the windows tell of the service, as far as they are in the topic. */
    ServiceLog serviceLog() {
        return serviceLog;
    }

    /** Records in a place of their own, and how many of them were seen where they belong. */
    private static final class Said {
        private final List<List<byte[]>> byPartition = new ArrayList<>();
        private final List<Integer> seen = new ArrayList<>();

        Said() {
            for (int partition = 0; partition < SimulatedPipe.PARTITIONS; partition++) {
                byPartition.add(new ArrayList<>());
                seen.add(0);
            }
        }

        void expect(int partition, byte[] bytes) {
            byPartition.get(partition).add(bytes);
        }

        void check(String at, String what, int partition, byte[] bytes) {
            List<byte[]> expected = byPartition.get(partition);
            int next = seen.get(partition);
            assertThat(next)
                    .as("%s: %s of partition %d that an undisturbed detector tells", at, what, partition)
                    .isLessThan(expected.size());
            assertSame(at + ": " + what + ' ' + next + " of partition " + partition, bytes, expected.get(next));
            seen.set(partition, next + 1);
        }

        void checkAll(String at, String what) {
            for (int partition = 0; partition < byPartition.size(); partition++) {
                assertThat(seen.get(partition))
                        .as("%s: %s of partition %d", at, what, partition)
                        .isEqualTo(byPartition.get(partition).size());
            }
        }
    }

    /** A partition of the windows topic, and what an undisturbed detector makes of it. */
    private final class Partition {
        private final int number;
        private final Watch undisturbed = watch();
        private final List<VerdictRecord> verdicts = new ArrayList<>();
        private final List<Long> undecodable = new ArrayList<>();
        private int fed;
        private int verdictsSeen;
        private int undecodableSeen;

        Partition(int number) {
            this.number = number;
            undisturbed.assign(number, Reading.fromBeginning(0, -1));
        }

        void feed() {
            List<WindowRecord> windows = pipe.windows(number);
            for (; fed < windows.size(); fed++) {
                if (LEFT_OUT.contains(windows.get(fed).id().series().group().target())) {
                    continue;
                }
                if (random.nextInt(100) == 0) {
                    feed(JUNK);
                }
                WindowRecord window = windows.get(fed);
                long offset = feed(Codec.WINDOWS.encode(window));
                partitionOf.put(window.id().series().key(), number);
                if (window.id().series().equals(service.series())) {
                    serviceLog.add(offset, window, isPoison(window));
                }
            }
        }

        private long feed(byte[] bytes) {
            long offset = kafka.append(WINDOWS, number, new Stored("", Optional.of(bytes)));
            Outgoing outgoing = undisturbed.take(number, offset, bytes);
            outgoing.baselines().forEach(baseline -> baselines.expect(number, Codec.BASELINES.encode(baseline)));
            outgoing.alerts().forEach(alert -> alerts.expect(number, Codec.ALERTS.encode(alert)));
            verdicts.addAll(outgoing.verdicts());
            outgoing.undecodable().forEach(record -> undecodable.add(record.offset()));
            return offset;
        }

        /** The next verdict, which is the very one that an undisturbed detector tells. */
        VerdictRecord told(byte[] bytes) {
            assertThat(verdictsSeen)
                    .as("%s: verdicts of partition %d that an undisturbed detector tells", pipe.at(), number)
                    .isLessThan(verdicts.size());
            VerdictRecord expected = verdicts.get(verdictsSeen);
            assertSame(
                    pipe.at() + ": verdict " + verdictsSeen + " of partition " + number,
                    bytes,
                    Codec.VERDICTS.encode(expected));
            verdictsSeen++;
            return expected;
        }

        /** Nothing that was acknowledged is missing. */
        void check() {
            long acknowledged = detector.acknowledged(number);
            if (verdictsSeen < verdicts.size()) {
                assertThat(verdicts.get(verdictsSeen).source().offset())
                        .as("%s: the first window of partition %d without its verdict; acknowledged", pipe.at(), number)
                        .isGreaterThanOrEqualTo(acknowledged);
            }
            for (;
                    undecodableSeen < undecodable.size() && undecodable.get(undecodableSeen) < acknowledged;
                    undecodableSeen++) {
                assertThat(setAside)
                        .as("%s: what lies in the undecodable topic", pipe.at())
                        .contains(number + "@" + undecodable.get(undecodableSeen));
            }
        }

        boolean isAtEnd() {
            return detector.acknowledged(number)
                    == kafka.records(WINDOWS, number).size();
        }
    }

    @Override
    public void write() {
        // What it writes goes nowhere near the events.
    }

    @Override
    public void look() {
        partitions.forEach(Partition::feed);
        if (!pipe.isBrokerAway()) {
            act();
        }
        check();
    }

    private void act() {
        if (!detector.isUp()) {
            if (pipe.now() >= downUntil) {
                start();
            }
            return;
        }
        int most = 1 + random.nextInt(30);
        switch (random.nextInt(300)) {
            case 0, 1 -> {
                happenings.count("detector killed between batches");
                detector.kill();
            }
            case 2, 3, 4 -> {
                happenings.count("detector killed in the midst of a batch");
                detector.pollAndDie(most, random.nextInt(8));
            }
            case 5, 6 -> {
                happenings.count("partition moved");
                detector.rebalance(random.nextInt(SimulatedPipe.PARTITIONS), most);
            }
            case 7 -> {
                kafka.failOnce(random.nextInt(20));
                detector.rebalance(random.nextInt(SimulatedPipe.PARTITIONS), most);
                happenings.countIf(!kafka.takeFailure() && detector.isEnding(), "restore failed");
            }
            case 8, 9 -> {
                kafka.failOnce(random.nextInt(4));
                detector.poll(most);
                happenings.countIf(!kafka.takeFailure(), "snapshot failed");
            }
            default -> {
                if (random.nextInt(3) > 0) {
                    detector.poll(most);
                }
            }
        }
        if (!detector.isUp()) {
            downUntil = pipe.now() + random.nextInt(random.nextInt(4) == 0 ? 40_000 : 3_000);
        }
    }

    private void start() {
        boolean fails = random.nextInt(4) == 0;
        if (fails) {
            kafka.failOnce(random.nextInt(40));
        }
        detector.start();
        happenings.count("detector started");
        if (fails) {
            happenings.countIf(!kafka.takeFailure(), "restore failed");
        }
    }

    private void check() {
        List<Stored> published = kafka.records(Topics.VERDICTS);
        for (; verdictsSeen < published.size(); verdictsSeen++) {
            Stored stored = published.get(verdictsSeen);
            VerdictRecord verdict =
                    partitions.get(partitionOf.getOrDefault(stored.key(), 0)).told(bytes(stored));
            told.add(verdict);
            happenings.countIf(verdict.window().series().equals(service.series()), "service " + verdict.state());
        }
        published = kafka.records(Topics.ALERTS);
        for (; alertsSeen < published.size(); alertsSeen++) {
            byte[] bytes = bytes(published.get(alertsSeen));
            AlertRecord alert = decoded(Codec.ALERTS, bytes);
            alerts.check(pipe.at(), "alert", partitionOf(alert.series().group()), bytes);
            toldAlerts.add(alert);
            happenings.countIf(alert.series().equals(service.series()), "service alert " + alert.transition());
        }
        published = kafka.records(Topics.BASELINES);
        for (; baselinesSeen < published.size(); baselinesSeen++) {
            byte[] bytes = bytes(published.get(baselinesSeen));
            BaselineRecord baseline = decoded(Codec.BASELINES, bytes);
            baselines.check(pipe.at(), "baseline", partitionOf(baseline.group()), bytes);
            if (baseline.group().equals(service.series().group())) {
                service.baselineIsLearned();
                happenings.count("service baseline");
            }
        }
        published = kafka.records(Topics.UNDECODABLE);
        for (; setAsideSeen < published.size(); setAsideSeen++) {
            UndecodableRecord record = decoded(Codec.UNDECODABLE, bytes(published.get(setAsideSeen)));
            setAside.add(record.partition() + "@" + record.offset());
            happenings.count("set aside");
        }
        partitions.forEach(Partition::check);
        detector.shown().ifPresent(this::checkShown);
    }

    /** No calm where there is none. */
    private void checkShown(Watch watch) {
        for (SeriesView view : watch.series()) {
            if (view.series().equals(service.series()) && view.verdict().isPresent()) {
                checkShown(view, view.verdict().get());
            }
        }
    }

    private void checkShown(SeriesView view, VerdictRecord verdict) {
        SeriesState state = view.state(pipe.now(), LIMITS).orElseThrow();
        long offset = verdict.source().offset();
        boolean isCalm = switch (state) {
            case OK, PENDING -> true;
            case LEARNING, LEAKING, FIRING, NO_DATA, NOT_JUDGED, STALE, ENDED -> false;
        };
        if (isCalm) {
            assertThat(serviceLog.slowInARow(offset))
                    .as("%s: windows in a row in which the service is slow; it is %s", pipe.at(), state)
                    .isLessThan(FOUND_WITHIN);
            assertThat(verdict.window().endEpochMillis())
                    .as("%s: end of the last window of a series that is %s", pipe.at(), state)
                    .isGreaterThan(pipe.now() - STALE_AFTER);
        }
        if (state == SeriesState.OK) {
            assertThat(verdict.coverage())
                    .as("%s: coverage of the last window of a series that is OK", pipe.at())
                    .isGreaterThanOrEqualTo(WindowRecord.MINIMUM_COVERAGE);
            assertThat(serviceLog.otherWorkInARow(offset))
                    .as("%s: windows of other work in a row; the series is OK", pipe.at())
                    .isLessThanOrEqualTo(OTHER_WORK_SEEN_WITHIN);
        }
    }

    private static int partitionOf(ComparisonGroup group) {
        return SimulatedPipe.partitionOf(group);
    }

    @Override
    public void leave() {
        // It goes on until everything is judged.
    }

    /** Judges whatever is left. Then nothing is missing. */
    void finish() {
        partitions.forEach(Partition::feed);
        for (int tries = 0; tries < 100_000 && !partitions.stream().allMatch(Partition::isAtEnd); tries++) {
            if (!detector.isUp()) {
                detector.start();
            }
            detector.poll(100);
            check();
        }
        assertThat(partitions).as("%s: judged to the end", pipe.at()).allMatch(Partition::isAtEnd);
        check();
        for (Partition partition : partitions) {
            assertThat(partition.verdictsSeen)
                    .as("%s: verdicts of partition %d", pipe.at(), partition.number)
                    .isEqualTo(partition.verdicts.size());
        }
        alerts.checkAll(pipe.at(), "alerts");
        baselines.checkAll(pipe.at(), "baselines");
    }

    private static void assertSame(String as, byte[] actual, byte[] expected) {
        if (!Arrays.equals(actual, expected)) {
            assertThat(new String(actual, StandardCharsets.UTF_8))
                    .as(as)
                    .isEqualTo(new String(expected, StandardCharsets.UTF_8));
        }
    }

    static byte[] bytes(Stored stored) {
        return stored.value().orElseThrow();
    }

    static <T> T decoded(Codec<T> codec, byte[] bytes) {
        return ((Decoded.Value<T>) codec.decode(bytes)).value();
    }

    /** What is in the verdicts topic. */
    List<VerdictRecord> verdicts() {
        return Collections.unmodifiableList(told);
    }

    /** What is in the alerts topic. */
    List<AlertRecord> alerts() {
        return Collections.unmodifiableList(toldAlerts);
    }

    /** How many records there are in a partition of the windows topic. */
    long windowsEnd(int partition) {
        return kafka.records(WINDOWS, partition).size();
    }
}
