package dev.plumbline.windowing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.windowing.ProducerRegistry.Screening;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProducerRegistryTest {

    private static final long T0 = 1_000_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final IntakeLimits LIMITS = new IntakeLimits(10_000, 2_000, 10_000, 10_000, 300_000, 2, 2, 1 << 20);

    private final Map<Tally, Long> tallies = new EnumMap<>(Tally.class);
    private final ChangeLedger<IntakeSnapshot> ledger = new ChangeLedger<>();
    private final ProducerRegistry producers = new ProducerRegistry(LIMITS, ledger, this::count);

    private void count(Tally tally, long times) {
        tallies.merge(tally, times, Long::sum);
    }

    @Test
    void letsARecordPassOnce() {
        assertThat(screen("p1", 1, 1)).isInstanceOf(Screening.Passed.class);
        assertThat(screen("p1", 1, 1)).isEqualTo(new Screening.Stopped(Admission.DUPLICATE));
    }

    @Test
    void refusesAProducerTooMany() {
        passed("p1", 1, 1);
        passed("p2", 1, 1);

        assertThat(refusedAs(screen("p3", 1, 1))).contains(Tally.REFUSED_PRODUCER_LIMIT);
        assertThat(screen("p1", 1, 2)).isInstanceOf(Screening.Passed.class);
    }

    @Test
    void refusesAnEpochOlderThanThoseItRemembers() {
        for (int epoch = 2; epoch <= 5; epoch++) {
            passed("p1", epoch, 1);
        }

        assertThat(refusedAs(screen("p1", 1, 1))).contains(Tally.REFUSED_FORGOTTEN);
        passed("p1", 6, 1);
        assertThat(refusedAs(screen("p1", 2, 2))).contains(Tally.REFUSED_FORGOTTEN);
        passed("p1", 3, 2);
    }

    @Test
    void refusesAnEpochThatHasNotBegun() {
        assertThat(refusedAs(screen("p1", T0 + LIMITS.futureMillis() + 1, 1))).contains(Tally.REFUSED_FUTURE);
        assertThat(screen("p1", T0 + LIMITS.futureMillis(), 1)).isInstanceOf(Screening.Passed.class);
    }

    @Test
    void takesOnlyTheLostBelowTheHeartbeat() {
        Screening.Passed speaker = passed("p1", 1, 3);

        producers.lost(speaker, new Heartbeat.LostSequences(1, Long.MAX_VALUE, 9), 3);
        producers.lost(speaker, new Heartbeat.LostSequences(3, 3, 1), 3);

        assertThat(tallies).containsEntry(Tally.EVENTS_LOST, 10L);
        assertThat(screen("p1", 1, 2)).isEqualTo(new Screening.Stopped(Admission.DUPLICATE));
        assertThat(screen("p1", 1, 4)).isInstanceOf(Screening.Passed.class);
    }

    @Test
    void countsRunsThatItForgets() {
        passed("p1", 1, 1);
        for (long sequence = 3; sequence <= 2 * IntakeLimits.MISSING_RANGES_REMEMBERED + 3L; sequence += 2) {
            passed("p1", 1, sequence);
        }

        assertThat(tallies).containsEntry(Tally.MISSING_RANGES_OVERFLOWED, 1L);
        assertThat(refusedAs(screen("p1", 1, 2))).contains(Tally.REFUSED_FORGOTTEN);
    }

    @Test
    void forgetsAnHourAfterTheLastRecordWhoHoldsNothing() {
        passed("p1", 1, 1);
        passed("p2", 1, 1).producer().holds(1);
        changes();

        producers.forget(T0 + HOUR);
        assertThat(changes()).isEmpty();
        producers.forget(T0 + HOUR + 1);

        assertThat(changes()).containsOnlyKeys("producer|p1").containsValue(Optional.empty());
        assertThat(screen("p1", 1, 1)).as("unknown again").isInstanceOf(Screening.Passed.class);
    }

    @Test
    void goesOnAsItWasKept() {
        for (int epoch = 1; epoch <= 5; epoch++) {
            passed("p1", epoch, 1);
        }
        passed("p1", 5, 3);
        IntakeSnapshot.KnownProducer kept =
                (IntakeSnapshot.KnownProducer) changes().get("producer|p1").orElseThrow();

        ChangeLedger<IntakeSnapshot> restartedLedger = new ChangeLedger<>();
        ProducerRegistry restarted = new ProducerRegistry(LIMITS, restartedLedger, this::count);
        restarted.restore(kept);

        restartedLedger.drain(
                (key, change) -> assertThat(key).as("nothing to write").isNull());
        assertThat(refusedAs(restarted.screen(new Origin("p1", 1, 2), T0))).contains(Tally.REFUSED_FORGOTTEN);
        assertThat(restarted.screen(new Origin("p1", 5, 3), T0)).isEqualTo(new Screening.Stopped(Admission.DUPLICATE));
        assertThat(restarted.screen(new Origin("p1", 5, 2), T0)).isInstanceOf(Screening.Passed.class);
    }

    private Screening screen(String producerId, long epoch, long sequence) {
        return producers.screen(new Origin(producerId, epoch, sequence), T0);
    }

    private Screening.Passed passed(String producerId, long epoch, long sequence) {
        return (Screening.Passed) screen(producerId, epoch, sequence);
    }

    private static Optional<Tally> refusedAs(Screening screening) {
        return screening instanceof Screening.Stopped stopped && stopped.why() instanceof Admission.Refused refused
                ? Optional.of(refused.tally())
                : Optional.empty();
    }

    private Map<String, Optional<IntakeSnapshot>> changes() {
        Map<String, Optional<IntakeSnapshot>> changes = new LinkedHashMap<>();
        ledger.drain(changes::put);
        return changes;
    }
}
