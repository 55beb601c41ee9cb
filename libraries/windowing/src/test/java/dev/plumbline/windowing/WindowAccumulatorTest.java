package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.STABLE;
import static dev.plumbline.windowing.TestEvents.offered;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Activity;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowSummary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowAccumulatorTest {

    private final TestEvents producer = new TestEvents("p", 1);

    @Test
    void isEmptyBeforeTheFirst() {
        assertThat(new WindowAccumulator().toSummary()).isEqualTo(WindowSummary.empty());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isTheSameForEveryOrderAndEveryGrouping(long seed) {
        Random random = new Random(seed);
        List<RequestEvent> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            events.add(
                    random.nextInt(5) == 0
                            ? producer.failed(STABLE, 1, FailureKind.values()[random.nextInt(4)])
                            : producer.completed(STABLE, 1, 1 + random.nextInt(20)));
        }
        WindowAccumulator one = new WindowAccumulator();
        events.forEach(one::add);

        Collections.shuffle(events, random);
        List<WindowAccumulator> parts = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            parts.add(new WindowAccumulator());
        }
        events.forEach(event -> parts.get(random.nextInt(parts.size())).add(event));
        Collections.shuffle(parts, random);
        WindowAccumulator merged = new WindowAccumulator();
        parts.forEach(part -> merged.add(part.toSummary()));

        assertThat(merged.toSummary()).as("seed %d", seed).isEqualTo(one.toSummary());
    }

    @Test
    void keepsTheThreeSlowestSlowestFirst() {
        WindowAccumulator accumulator = new WindowAccumulator();
        for (long ttft : new long[] {5, 9, 1, 7, 9, 3}) {
            accumulator.add(producer.completed(STABLE, 1, ttft));
        }

        assertThat(accumulator.toSummary().slowest().get(LatencyMetric.TTFT))
                .extracting(slow -> slow.requestId())
                .containsExactly("p-1-2", "p-1-5", "p-1-4");
    }

    @Test
    void stopsAtTheLargestNumberInsteadOfTurningOver() {
        WindowAccumulator accumulator = new WindowAccumulator();
        for (int i = 0; i < 3; i++) {
            accumulator.add(new Activity("stable", 0, Long.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, Set.of()));
        }

        assertThat(accumulator.toSummary().offered()).isEqualTo(Long.MAX_VALUE);
        assertThat(accumulator.toSummary().inFlightNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(accumulator.toSummary().tokens().streamedOutput()).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void addsActivity() {
        WindowAccumulator accumulator = new WindowAccumulator();
        accumulator.add(offered(0, 2));
        accumulator.add(offered(1_000, 3));

        assertThat(accumulator.toSummary().offered()).isEqualTo(5);
        assertThat(accumulator.toSummary().tokens().streamedOutput()).isEqualTo(15);
    }
}
