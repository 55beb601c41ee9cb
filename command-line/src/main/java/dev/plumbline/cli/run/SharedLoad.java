package dev.plumbline.cli.run;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The others with whom a run shares its load, as far as they are heard on its Kafka. Each producer of a shared load says in its id which
 * part it is, so that the others know it from somebody who measures the same by accident. Each part is one producer: a second one with
 * the same part is none of them.
 *
 * <p>One thread.
 */
final class SharedLoad {

    private static final Pattern PART = Pattern.compile(".*\\.(\\d{1,4})of(\\d{1,4})");

    private final Part mine;
    private final SortedMap<Integer, String> heard = new TreeMap<>();

    private SharedLoad(Part mine) {
        this.mine = mine;
    }

    /** Which part of a load: the index-th of count. */
    private record Part(int index, int count) {

        static Optional<Part> of(String producerId) {
            Matcher parts = PART.matcher(producerId);
            return parts.matches()
                    ? Optional.of(new Part(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2))))
                    : Optional.empty();
        }
    }

    /**
     * The id of a producer that offers a part.
     *
     * @param share as it is written, {@code 2/3}
     */
    static String producerId(String base, String share) {
        return base + '.' + share.replace("/", "of");
    }

    /** Of a producer that shares its load by its id; empty for any other. */
    static Optional<SharedLoad> of(String producerId) {
        return Part.of(producerId).map(SharedLoad::new);
    }

    /** Whether another producer, which measures the same series, offers another part of the same load. */
    boolean isPartner(String producerId) {
        Optional<Part> part =
                Part.of(producerId).filter(other -> other.count() == mine.count() && other.index() != mine.index());
        return part.isPresent()
                && heard.computeIfAbsent(part.get().index(), unused -> producerId)
                        .equals(producerId);
    }

    /** The parts that nobody was heard to offer, for example {@code 1/3, 3/3}; empty where all were. */
    Optional<String> absent() {
        String absent = IntStream.rangeClosed(1, mine.count())
                .filter(index -> index != mine.index() && !heard.containsKey(index))
                .mapToObj(index -> index + "/" + mine.count())
                .collect(Collectors.joining(", "));
        return absent.isEmpty() ? Optional.empty() : Optional.of(absent);
    }

    /**
     * Who was heard of them, a sentence without a subject.
     *
     * @param isKafkaShared whether the others can be heard at all
     */
    String text(boolean isKafkaShared) {
        String which = mine.index() + " of " + mine.count();
        if (!isKafkaShared) {
            return which
                    + ", a part by itself: the Kafka of this run is its own, and whether the others ran is not known";
        }
        return which + ", " + (heard.size() + 1) + " of " + mine.count() + " parts were heard"
                + (heard.isEmpty() ? "" : ", and the windows hold all of these: " + String.join(", ", heard.values()))
                + absent().map(parts -> "; not " + parts + ", so the load was not whole")
                        .orElse("");
    }
}
