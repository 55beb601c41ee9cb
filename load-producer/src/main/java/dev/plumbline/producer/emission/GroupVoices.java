package dev.plumbline.producer.emission;

import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.Event;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.GroupPartitioner;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.activity.ActivitySum;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.time.Anchor;
import dev.plumbline.producer.time.ProducerClock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * All that a producer writes: the voices of its groups and the partitions that they share. The groups are known from the start;
 * where they lie, only once the number of partitions is.
 *
 * <p>One thread.
 */
final class GroupVoices {

    /** Most groups of one producer. */
    static final int MAX_GROUPS = 64;

    /** A partition in use, and the log of the epoch that is being written to it. */
    private static final class Partition {
        private final int number;
        private PartitionLog log;

        Partition(int number, PartitionLog log) {
            this.number = number;
            this.log = log;
        }
    }

    /** A voice that is heard, and where. */
    private record Place(GroupVoice voice, Partition partition) {

        boolean isDue() {
            return voice.isDue(partition.log);
        }

        Outgoing speak(boolean leaving) {
            GroupVoice.Spoken spoken = voice.speak(partition.log, leaving);
            return new Outgoing(partition.number, voice.key(), spoken.word(), spoken.heartbeat());
        }
    }

    /**
     * What is to be written.
     *
     * @param key of the record
     * @param written is to hear of the record's fate
     */
    record Outgoing(int partition, byte[] key, PartitionLog.Written written, Event event) {}

    private final ProducerClock clock;
    private final String producerId;
    private final int loops;
    /** In the order of their keys: who speaks first is the same at each start. */
    private final Map<ComparisonGroup, GroupVoice> voices = new LinkedHashMap<>();

    private final SortedSet<String> variants;
    /** None before it is known how many partitions there are. */
    private final Map<ComparisonGroup, Place> places = new LinkedHashMap<>();

    private final List<Partition> partitions = new ArrayList<>();

    /** The one of the epoch that is being written. */
    private Anchor anchor;

    /**
     * @param series every one that may be driven, of 1 to {@value #MAX_GROUPS} groups
     * @param loops how many event loops leave markers
     * @param intervalNanos how often each group speaks when nothing else makes it
     */
    GroupVoices(Set<Series> series, int loops, ProducerClock clock, String producerId, long intervalNanos) {
        this.clock = clock;
        this.producerId = producerId;
        this.loops = loops;
        this.anchor = clock.anchorAt(clock.nanos());
        this.variants = series.stream().map(Series::variant).collect(Collectors.toCollection(TreeSet::new));
        // Ordered by the series' keys, which begin with their groups'.
        Map<ComparisonGroup, List<Series>> groups = series.stream()
                .sorted(Comparator.comparing(Series::key))
                .collect(Collectors.groupingBy(Series::group, LinkedHashMap::new, Collectors.toList()));
        if (groups.isEmpty() || groups.size() > MAX_GROUPS) {
            throw new IllegalArgumentException(groups.size() + " groups, expected 1 to " + MAX_GROUPS);
        }
        int mostSlots = ActivitySum.MAX_SLOTS / groups.size();
        groups.forEach((group, own) ->
                voices.put(group, new GroupVoice(group, own, clock, anchor, producerId, intervalNanos, mostSlots)));
    }

    /** From now on there are so many partitions, and every group has its place. Once. */
    void place(int partitionCount) {
        Map<Integer, List<ComparisonGroup>> groups = voices.keySet().stream()
                .collect(Collectors.groupingBy(group -> GroupPartitioner.partitionOf(group, 0, partitionCount)));
        Map<ComparisonGroup, Partition> homes = new HashMap<>();
        groups.forEach((number, own) -> {
            Partition partition = new Partition(number, new PartitionLog(own, loops));
            partitions.add(partition);
            own.forEach(group -> homes.put(group, partition));
        });
        voices.forEach((group, voice) -> places.put(group, new Place(voice, known(group, homes))));
    }

    private static <V> V known(ComparisonGroup group, Map<ComparisonGroup, V> values) {
        V value = values.get(group);
        if (value == null) {
            throw new IllegalArgumentException("group " + group.key() + " is none of those that are driven");
        }
        return value;
    }

    /**
     * A request, numbered.
     *
     * @param sampled adds what was seen around it
     */
    Outgoing request(EndedRequest request, UnaryOperator<RequestEvent> sampled) {
        Place place = known(request.series().group(), places);
        PartitionLog.Request written = place.partition.log.request(request.series(), request.endEpochMillis());
        Origin origin = new Origin(producerId, anchor.epoch(), written.sequence());
        return new Outgoing(
                place.partition.number, place.voice.key(), written, sampled.apply(request.numbered(origin)));
    }

    /** An event loop's word. */
    void take(Marker marker) {
        marker.told().forEach((group, told) -> {
            Place place = known(group, places);
            place.voice.add(told.activity());
            if (told.lostEvents() > 0) {
                place.partition.log.lost(group, told.lostEvents());
            }
        });
        partitions.forEach(in -> in.log.mark(marker.loop(), marker.atNanos(), marker.last()));
    }

    /**
     * Takes what was seen around the load.
     *
     * @param seen of a variant, by the start of its second; what is asked for is taken
     */
    void saw(Function<String, SortedMap<Long, Circumstances>> seen) {
        variants.forEach(variant -> {
            SortedMap<Long, Circumstances> ofVariant = seen.apply(variant);
            voices.values().forEach(voice -> voice.saw(variant, ofVariant));
        });
    }

    /** Takes note of the fates that are known by now. */
    void settle() {
        partitions.forEach(in -> in.log
                .settle()
                .forEach(failed -> known(failed.group(), places).voice.takeBack(failed)));
    }

    /** Whether it is time for any group to speak. */
    boolean isAnyDue() {
        return places.values().stream().anyMatch(Place::isDue);
    }

    /** A heartbeat of each group for which it is time. */
    List<Outgoing> speakWhereDue() {
        return places.values().stream()
                .filter(Place::isDue)
                .map(place -> place.speak(false))
                .toList();
    }

    /** A heartbeat of each group. */
    List<Outgoing> speak(boolean leaving) {
        return places.values().stream().map(place -> place.speak(leaving)).toList();
    }

    /** When one is to speak at the latest. */
    long dueNanos() {
        return voices.values().stream().mapToLong(GroupVoice::dueNanos).min().orElseThrow();
    }

    /** Whether what has this stamp belongs to an epoch after the one that is being written. */
    boolean isBehind(long atNanos) {
        return clock.anchorAt(atNanos).fromNanos() > anchor.fromNanos();
    }

    /**
     * Begins the epoch of a stamp.
     *
     * @throws IllegalStateException if something of the epoch before is open or unnamed
     */
    void begin(long atNanos) {
        anchor = clock.anchorAt(atNanos);
        partitions.forEach(in -> in.log = in.log.next());
        voices.values().forEach(voice -> voice.begin(anchor));
    }

    /** Whether it is so in every partition. */
    boolean all(Predicate<PartitionLog> state) {
        return partitions.stream().allMatch(in -> state.test(in.log));
    }

    /** Whether it is so in a partition. */
    boolean any(Predicate<PartitionLog> state) {
        return partitions.stream().anyMatch(in -> state.test(in.log));
    }

    /** Records whose fate is open. */
    List<PartitionLog.Written> open() {
        return partitions.stream().flatMap(in -> in.log.open().stream()).toList();
    }

    /** Seconds of activity that no heartbeat told in time. */
    long discardedSlots() {
        return voices.values().stream().mapToLong(GroupVoice::discardedSlots).sum();
    }

    /** Nothing is told any more, of these markers neither: what was not told counts as discarded. */
    void discardTheRest(List<Marker> markers) {
        markers.forEach(marker ->
                marker.told().forEach((group, told) -> known(group, voices).add(told.activity())));
        voices.values().forEach(GroupVoice::discardTheRest);
    }
}
