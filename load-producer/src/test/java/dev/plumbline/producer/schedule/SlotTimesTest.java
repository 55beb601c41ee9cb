package dev.plumbline.producer.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import dev.plumbline.contract.series.LoadShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlotTimesTest {

    private static final long SECOND = 1_000_000_000;

    private static List<SlotChange> changes(String shape, int most) {
        SlotTimes times = SlotTimes.of(LoadShape.parse(shape), 10 * SECOND, 1);
        List<SlotChange> changes = new ArrayList<>();
        for (Optional<SlotChange> next = times.next(); next.isPresent() && changes.size() < most; next = times.next()) {
            changes.add(next.get());
        }
        return changes;
    }

    @Test
    void aRampAddsOneSlotAfterTheOtherEvenly() {
        List<SlotChange> changes = changes("ramp:2..16/70s", 100);
        assertThat(changes)
                .extracting(SlotChange::slots)
                .containsExactly(3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        for (int i = 0; i < changes.size(); i++) {
            // A slot every five seconds, the first after half of that: there the level is nearer to three than to two.
            assertThat(changes.get(i).atNanos()).isEqualTo(SECOND * 5 * i + SECOND * 5 / 2);
        }
        assertThat(changes("ramp:16..2/70s", 100))
                .extracting(SlotChange::slots)
                .containsExactly(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2);
    }

    @Test
    void whoeverGoesOnInTheMiddleHasTheSlotsOfThatMomentAndWhatComesBehindIt() {
        SlotTimes.Standing standing =
                SlotTimes.from(2, SlotTimes.of(LoadShape.parse("square:2,8@20s"), 10 * SECOND, 1), 65 * SECOND);
        assertThat(standing.slots()).isEqualTo(8);
        assertThat(List.of(
                        standing.changes().next().orElseThrow(),
                        standing.changes().next().orElseThrow()))
                .extracting(SlotChange::atNanos, SlotChange::slots)
                .containsExactly(tuple(15 * SECOND, 2), tuple(35 * SECOND, 8));
        SlotTimes.Standing over =
                SlotTimes.from(2, SlotTimes.of(LoadShape.parse("ramp:2..16/70s"), 10 * SECOND, 1), 100 * SECOND);
        assertThat(over.slots()).isEqualTo(16);
        assertThat(over.changes().next()).isEmpty();
    }

    @Test
    void anExponentialRampTakesAsLongForEachDoubling() {
        List<SlotChange> changes = changes("exp:1..64/60s", 100);
        assertThat(changes).hasSize(63);
        assertThat(changes.get(0).atNanos() / 1e9).isCloseTo(10 * Math.log(1.5) / Math.log(2), within(1e-6));
        assertThat(changes.getLast().slots()).isEqualTo(64);
    }

    @Test
    void aSquareWaveJumpsForEverAndSpreadsWhatItAddsOverATenth() {
        assertThat(changes("square:2,8@20s", 5))
                .extracting(SlotChange::atNanos, SlotChange::slots, SlotChange::overNanos)
                .containsExactly(
                        tuple(20 * SECOND, 8, 2 * SECOND),
                        tuple(40 * SECOND, 2, 2 * SECOND),
                        tuple(60 * SECOND, 8, 2 * SECOND),
                        tuple(80 * SECOND, 2, 2 * SECOND),
                        tuple(100 * SECOND, 8, 2 * SECOND));
    }

    @Test
    void anOverloadEndsWhereItBegan() {
        assertThat(changes("overload:8x1.5/60s@30s", 5))
                .extracting(SlotChange::atNanos, SlotChange::slots)
                .containsExactly(tuple(30 * SECOND, 12), tuple(90 * SECOND, 8));
        assertThat(changes("adjustable:8", 5)).isEmpty();
    }

    @Test
    void whoSharesTheSlotsHasAllOfThemTogetherAtAnyTime() {
        List<SlotTimes> walkers = List.of(0, 1, 2).stream()
                .map(index -> SlotTimes.share(SlotTimes.of(LoadShape.parse("ramp:1..17/60s"), SECOND, 1), index, 3))
                .toList();
        SlotTimes whole = SlotTimes.of(LoadShape.parse("ramp:1..17/60s"), SECOND, 1);
        for (Optional<SlotChange> all = whole.next(); all.isPresent(); all = whole.next()) {
            List<SlotChange> parts =
                    walkers.stream().map(walker -> walker.next().orElseThrow()).toList();
            assertThat(parts.stream().mapToInt(SlotChange::slots).sum())
                    .isEqualTo(all.get().slots());
            assertThat(parts)
                    .extracting(SlotChange::atNanos)
                    .containsOnly(all.get().atNanos());
        }
    }

    @Test
    void addedSlotsBeginOneInEachPartOfTheSpread() {
        FireTimes begins = new SlotChange(5 * SECOND, 12, 2 * SECOND, 3).begins(8);
        for (int i = 0; i < 4; i++) {
            assertThat(begins.nextDueNanos()).isBetween(5 * SECOND + i * SECOND / 2, 5 * SECOND + (i + 1) * SECOND / 2);
        }
    }
}
