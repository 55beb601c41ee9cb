package dev.plumbline.producer.emission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.Circumstances;
import dev.plumbline.contract.event.LoadEdges;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.dispatch.Drive;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ToldSecondsTest {

    private static final Series SERIES = new Series(Drive.SERIES.group(), "canary", Optional.of("0123456789abcdef"));

    private final ToldSeconds seconds = new ToldSeconds(SERIES);

    private List<Activity> with(List<Activity> told, SortedMap<Long, Circumstances> seen) {
        seconds.saw(seen);
        return seconds.with(told);
    }

    private static Activity told(long start) {
        return new Activity(
                "canary", SERIES.conditions(), start, 3, 5, 7, Set.of(), Optional.empty(), Optional.empty());
    }

    private static SortedMap<Long, Circumstances> seen(Map<Long, Double> watts) {
        TreeMap<Long, Circumstances> seen = new TreeMap<>();
        watts.forEach((start, value) -> seen.put(
                start,
                new Circumstances(
                        Map.of("gpu_power_watts", Circumstances.GaugeSum.of(value)),
                        Map.of(),
                        OptionalLong.empty(),
                        Optional.empty())));
        return seen;
    }

    private static Map<Long, Double> watts(List<Activity> activity) {
        TreeMap<Long, Double> watts = new TreeMap<>();
        activity.forEach(each -> each.circumstances()
                .ifPresent(around -> watts.put(
                        each.slotStartEpochMillis(),
                        around.mean("gpu_power_watts").orElseThrow())));
        return watts;
    }

    @Test
    void whatIsSeenIsInItsSecond() {
        List<Activity> all = with(List.of(told(5_000), told(6_000)), seen(Map.of(5_000L, 200.0, 6_000L, 210.0)));

        assertThat(all).hasSize(2);
        assertThat(watts(all)).containsExactly(Map.entry(5_000L, 200.0), Map.entry(6_000L, 210.0));
        assertThat(all.get(0).offered()).isEqualTo(3);
    }

    @Test
    void whereTheLoadBeganIsToldOnceWhateverIsSeenAroundIt() {
        Optional<LoadEdges> began = Optional.of(new LoadEdges(1, 0));
        Activity first = new Activity("canary", SERIES.conditions(), 5_000, 3, 5, 7, Set.of(), Optional.empty(), began);
        with(List.of(), seen(Map.of(5_000L, 200.0)));

        assertThat(with(List.of(first), Collections.emptySortedMap()))
                .singleElement()
                .satisfies(all -> {
                    assertThat(all.edges()).isEqualTo(began);
                    assertThat(all.circumstances()).isPresent();
                });
        assertThat(with(List.of(), seen(Map.of(5_000L, 210.0))))
                .singleElement()
                .satisfies(late -> assertThat(late.edges()).isEmpty());
    }

    @Test
    void beforeTheLoadNothingIsTold() {
        assertThat(with(List.of(), seen(Map.of(3_000L, 200.0, 5_000L, 210.0)))).isEmpty();
        assertThat(watts(with(List.of(told(5_000)), seen(Map.of(4_000L, 200.0)))))
                .as("what was seen in the first second waits for it")
                .containsExactly(Map.entry(5_000L, 210.0));
    }

    @Test
    void whatIsSeenInASecondThatIsNotToldYetWaitsForIt() {
        assertThat(watts(with(List.of(told(5_000)), seen(Map.of(6_000L, 200.0)))))
                .isEmpty();
        assertThat(watts(with(List.of(told(6_000)), Collections.emptySortedMap())))
                .containsExactly(Map.entry(6_000L, 200.0));
    }

    @Test
    void whatComesAfterItsSecondWasToldIsToldOnceMore() {
        with(List.of(told(5_000)), Collections.emptySortedMap());

        List<Activity> all = with(List.of(), seen(Map.of(5_000L, 200.0)));

        assertThat(all).singleElement().satisfies(only -> {
            assertThat(only.offered()).isZero();
            assertThat(only.conditions()).isEqualTo(SERIES.conditions());
        });
        assertThat(watts(all)).containsExactly(Map.entry(5_000L, 200.0));
        assertThat(with(List.of(), Collections.emptySortedMap())).isEmpty();
    }
}
