package dev.plumbline.producer.selfcheck;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Time in which this process could not run though it wanted to, added up since somebody began to count. What nobody tells is empty.
 *
 * @param collectorNanos in which the garbage collector stopped the process
 * @param stolen from the whole machine
 * @param throttledNanos in which a limit on CPU time stopped the process or a group that it is in, summed over processors
 */
public record LostTime(OptionalLong collectorNanos, Optional<Stolen> stolen, OptionalLong throttledNanos) {

    private static final LostTime UNKNOWN = new LostTime(OptionalLong.empty(), Optional.empty(), OptionalLong.empty());

    public LostTime {
        Objects.requireNonNull(collectorNanos, "collectorNanos");
        Objects.requireNonNull(stolen, "stolen");
        Objects.requireNonNull(throttledNanos, "throttledNanos");
    }

    /**
     * Time of all processors of a virtual machine.
     *
     * @param nanos in which they wanted to run and the hypervisor ran others
     * @param wantedNanos in which they ran or wanted to
     */
    public record Stolen(long nanos, long wantedNanos) {}

    /** Nobody tells anything. */
    public static LostTime unknown() {
        return UNKNOWN;
    }

    /** What was lost since an earlier look. */
    public LostTime since(LostTime earlier) {
        return new LostTime(
                difference(collectorNanos, earlier.collectorNanos),
                stolen.flatMap(now -> earlier.stolen.map(
                        then -> new Stolen(now.nanos - then.nanos, now.wantedNanos - then.wantedNanos))),
                difference(throttledNanos, earlier.throttledNanos));
    }

    private static OptionalLong difference(OptionalLong now, OptionalLong then) {
        return now.isPresent() && then.isPresent()
                ? OptionalLong.of(now.getAsLong() - then.getAsLong())
                : OptionalLong.empty();
    }
}
