package dev.plumbline.windowing;

import static dev.plumbline.windowing.TestEvents.GROUP;
import static dev.plumbline.windowing.TestEvents.group;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.ProducerExpelled;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.windowing.Holds.Holder;
import org.junit.jupiter.api.Test;

class HoldsTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long TIMEOUT = 10_000;
    private static final ComparisonGroup OTHER = group("other");

    private final Holds holds = new Holds(2, TIMEOUT);
    private final Holder producer = holds.holder("p1");

    @Test
    void hasNoWatermarkWhenNobodyHolds() {
        assertThat(holds.watermarkEpochMillis()).isEmpty();
        assertThat(holds.count()).isZero();
        assertThat(producer.holdsNothing()).isTrue();
    }

    @Test
    void holdsEverythingUntilTheFirstHeartbeat() {
        hold(producer, GROUP, T0 + 5_000);
        assertThat(holds.holder("p2").take(GROUP, 1, T0, T0)).isPresent();

        assertThat(holds.watermarkEpochMillis()).hasValue(0);
        assertThat(holds.count()).isEqualTo(2);
    }

    @Test
    void followsTheSlowestAndNeverGoesBack() {
        hold(producer, GROUP, T0 + 5_000);
        hold(producer, OTHER, T0 + 9_000);

        producer.hold(GROUP).orElseThrow().heard(T0 + 7_000, T0, T0);
        assertThat(holds.watermarkEpochMillis()).hasValue(T0 + 7_000);
        producer.hold(GROUP).orElseThrow().heard(T0 + 1_000, T0, T0);
        assertThat(holds.watermarkEpochMillis()).hasValue(T0 + 7_000);
        producer.hold(GROUP).orElseThrow().heard(T0 + 20_000, T0, T0);
        assertThat(holds.watermarkEpochMillis()).hasValue(T0 + 9_000);
    }

    @Test
    void goesOnWithTheOthersWhenOneReleases() {
        hold(producer, GROUP, T0 + 5_000);
        hold(holds.holder("p2"), GROUP, T0 + 9_000);

        producer.release(GROUP);
        producer.release(GROUP);

        assertThat(holds.watermarkEpochMillis()).hasValue(T0 + 9_000);
        assertThat(holds.count()).isEqualTo(1);
    }

    @Test
    void releasesAllThatAProducerHolds() {
        hold(producer, GROUP, T0);
        hold(producer, OTHER, T0);

        producer.releaseAll();

        assertThat(holds.watermarkEpochMillis()).isEmpty();
        assertThat(holds.count()).isZero();
    }

    @Test
    void refusesAGroupTooMany() {
        hold(producer, GROUP, T0);
        hold(producer, OTHER, T0);

        assertThat(producer.take(group("third"), 1, T0, T0)).isEmpty();
        assertThat(holds.count()).isEqualTo(2);
    }

    @Test
    void forgetsAProducerWithWhatItHolds() {
        hold(producer, GROUP, T0);

        holds.forget(producer);

        assertThat(holds.count()).isZero();
        assertThat(holds.holder("p1")).isNotSameAs(producer);
    }

    @Test
    void expelsWhoIsNamed() {
        hold(producer, GROUP, T0);
        hold(producer, OTHER, T0);

        assertThat(holds.expel(new ProducerExpelled("p1", 1, GROUP, T0, TIMEOUT)))
                .isTrue();

        assertThat(producer.hold(GROUP)).isEmpty();
        assertThat(producer.hold(OTHER)).isPresent();
    }

    @Test
    void expelsNobodyWhoHasSpokenSinceOrIsGone() {
        hold(producer, GROUP, T0 + 1);

        assertThat(holds.expel(new ProducerExpelled("p1", 1, GROUP, T0, TIMEOUT)))
                .as("has spoken since")
                .isFalse();
        assertThat(holds.expel(new ProducerExpelled("p1", 2, GROUP, T0 + 1, TIMEOUT)))
                .as("has started anew")
                .isFalse();
        assertThat(holds.expel(new ProducerExpelled("p1", 1, OTHER, T0 + 1, TIMEOUT)))
                .as("is not there")
                .isFalse();
        assertThat(holds.expel(new ProducerExpelled("p2", 1, GROUP, T0 + 1, TIMEOUT)))
                .as("is unknown")
                .isFalse();
        assertThat(holds.count()).isEqualTo(1);
    }

    @Test
    void namesTheSilentByProducerAndGroupAndNotAgainAtOnce() {
        Holder second = holds.holder("p0");
        hold(producer, OTHER, T0 + 1);
        hold(producer, GROUP, T0 + 2);
        hold(second, GROUP, T0 + 3);

        assertThat(holds.overdue(T0 + TIMEOUT - 1, true, T0)).isEmpty();
        assertThat(holds.overdue(T0 + TIMEOUT, true, T0))
                .containsExactly(
                        new ProducerExpelled("p0", 1, GROUP, T0 + 3, TIMEOUT),
                        new ProducerExpelled("p1", 1, OTHER, T0 + 1, TIMEOUT),
                        new ProducerExpelled("p1", 1, GROUP, T0 + 2, TIMEOUT));
        assertThat(holds.overdue(T0 + 2 * TIMEOUT - 1, true, T0)).isEmpty();
        assertThat(holds.overdue(T0 + 2 * TIMEOUT, true, T0)).hasSize(3);
    }

    @Test
    void believesSilenceOnlyWhenThePartitionIsSilentOrItsLogHasMovedOn() {
        hold(producer, GROUP, T0);

        assertThat(holds.overdue(T0 + TIMEOUT, false, T0 + TIMEOUT - 1)).isEmpty();
        assertThat(holds.overdue(T0 + TIMEOUT, false, T0 + TIMEOUT)).hasSize(1);
    }

    @Test
    void goesOnAsItWasKept() {
        hold(producer, GROUP, T0 + 5_000);
        Holds restarted = new Holds(2, TIMEOUT);

        producer.snapshots().forEach(kept -> restarted.holder("p1").restore(kept, 1, T0 + 60_000));

        assertThat(restarted.watermarkEpochMillis()).hasValue(T0 + 5_000);
        assertThat(restarted.count()).isEqualTo(1);
        assertThat(restarted.overdue(T0 + 60_000, true, T0))
                .as("counts as heard just now")
                .isEmpty();
        assertThat(restarted.holder("p1").snapshots()).isEqualTo(producer.snapshots());
    }

    private static void hold(Holder holder, ComparisonGroup group, long watermarkEpochMillis) {
        holder.take(group, 1, T0, T0).orElseThrow().heard(watermarkEpochMillis, T0, T0);
    }
}
