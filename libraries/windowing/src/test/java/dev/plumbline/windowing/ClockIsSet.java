package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.group;
import static dev.plumbline.windowing.TestEvents.offered;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.Series;
import java.util.List;
import java.util.Random;

/**
 * A producer of two groups, one of them its own, on a machine whose clock is set again and again, or which sleeps, and that
 * goes on in another epoch each time as producers do: what was under way is written first, then a heartbeat that claims no more
 * than both clocks allow, and no goodbye.
 */
final class ClockIsSet implements SimulatedPipe.Participant {

    private static final long HEARTBEAT = 250;
    private static final List<ComparisonGroup> GROUPS = List.of(group("set"), group("shared"));

    private final SimulatedPipe pipe;
    private final Random random;
    private long offMillis;
    private long epoch;
    private List<TestEvents> numbers;
    private long nextHeartbeat;

    ClockIsSet(SimulatedPipe pipe, long seed) {
        this.pipe = pipe;
        this.random = new Random(~seed);
        this.epoch = pipe.now();
        this.numbers = fresh();
    }

    @Override
    public void write() {
        if (random.nextInt(40) == 0) {
            set();
        }
        if (pipe.now() >= nextHeartbeat) {
            nextHeartbeat = pipe.now() + HEARTBEAT;
            for (int i = 0; i < GROUPS.size(); i++) {
                pipe.append(numbers.get(i).completed(new Series(GROUPS.get(i), "stable"), wall(), 20));
                pipe.append(numbers.get(i).heartbeat(GROUPS.get(i), wall(), offered(slot(), 1)));
            }
        }
    }

    private void set() {
        long before = wall();
        offMillis = switch (random.nextInt(4)) {
            case 0 -> -3_600_000;
            case 1 -> random.nextInt(50_000);
            case 2 -> -random.nextInt(50_000);
            default -> 0;
        };
        epoch = Math.max(epoch + 1, wall());
        numbers = fresh();
        for (int i = 0; i < GROUPS.size(); i++) {
            pipe.append(numbers.get(i).heartbeat(GROUPS.get(i), Math.min(before, wall()) - 1));
            // It ended before, on another thread.
            pipe.append(numbers.get(i).completed(new Series(GROUPS.get(i), "stable"), before, 20));
        }
    }

    @Override
    public void look() {}

    @Override
    public void leave() {
        for (int i = 0; i < GROUPS.size(); i++) {
            pipe.append(numbers.get(i).leaving(GROUPS.get(i), wall()));
        }
    }

    /** Groups of one partition may have rows of their own where their producers' names differ. */
    private List<TestEvents> fresh() {
        return GROUPS.stream()
                .map(group -> new TestEvents("set-" + group.target(), epoch))
                .toList();
    }

    private long wall() {
        return pipe.now() + offMillis;
    }

    private long slot() {
        return wall() - Math.floorMod(wall(), 1_000L);
    }
}
