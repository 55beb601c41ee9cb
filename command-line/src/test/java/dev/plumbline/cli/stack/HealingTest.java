package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.judgement.result.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HealingTest {

    private static final long EPOCH = 1_700_000_000_000L;
    private static final RestartBudget.Policy THREE_IN_A_ROW =
            new RestartBudget.Policy(3, Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofSeconds(30));

    private final FakeParts parts = new FakeParts();
    private final List<String> told = new ArrayList<>();
    private final List<Outage> over = new ArrayList<>();
    private long nowNanos = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
    private final long beginNanos = nowNanos;
    private final Healing healing = new Healing(
            parts,
            THREE_IN_A_ROW,
            () -> nowNanos,
            () -> EPOCH + (nowNanos - beginNanos) / 1_000_000,
            new HealingListener() {
                @Override
                public void away(Outage outage, Duration pause, int left) {
                    told.add(outage.part() + " away, " + outage.cause() + ", start " + outage.starts() + " in "
                            + pause.toMillis() + " ms, " + left + " left");
                }

                @Override
                public void back(Outage outage) {
                    told.add(
                            outage.part() + " back after " + outage.awayMillis().orElseThrow() + " ms");
                    over.add(outage);
                }
            });

    /** Processes without processes. */
    private static final class FakeParts implements Healing.Parts {
        private final Map<Part, Healing.End> ends = new EnumMap<>(Part.class);
        private final Map<Part, Boolean> serving = new EnumMap<>(Part.class);
        private final List<Part> started = new ArrayList<>();
        private final List<Part> killed = new ArrayList<>();
        private Optional<String> cannotStart = Optional.empty();

        void die(Part part, int exitCode) {
            serving.put(part, false);
            ends.put(
                    part,
                    new Healing.End(
                            OptionalInt.of(exitCode),
                            "out of words",
                            "the " + part.label() + " ended unexpectedly",
                            exitCode == ExitCode.USAGE ? Optional.of("its settings") : Optional.empty()));
        }

        void serve(Part part) {
            serving.put(part, true);
        }

        @Override
        public Optional<Healing.End> end(Part part) {
            return Optional.ofNullable(ends.get(part));
        }

        @Override
        public void start(Part part) {
            if (cannotStart.isPresent()) {
                throw new StackFailure(ExitCode.INFRASTRUCTURE, cannotStart.get());
            }
            ends.remove(part);
            started.add(part);
        }

        @Override
        public boolean isServing(Part part) {
            return serving.getOrDefault(part, false);
        }

        @Override
        public void kill(Part part) {
            killed.add(part);
            die(part, 137);
        }
    }

    private void watch(Part... all) {
        for (Part part : all) {
            parts.serve(part);
            healing.watch(part);
        }
        healing.look();
    }

    /** Time passes and healing looks, as often as a supervisor does. */
    private void pass(Duration duration) {
        long until = nowNanos + duration.toNanos();
        while (until - nowNanos > 0) {
            nowNanos += Math.min(until - nowNanos, Duration.ofMillis(50).toNanos());
            healing.look();
        }
    }

    private void pass(int millis) {
        pass(Duration.ofMillis(millis));
    }

    @Test
    void aStackThatIsWholeIsLeftAlone() {
        watch(Part.BROKER, Part.AGGREGATOR, Part.DETECTOR);
        pass(Duration.ofHours(1));

        assertThat(parts.started).isEmpty();
        assertThat(told).isEmpty();
        assertThat(healing.isWhole()).isTrue();
        assertThat(healing.failure()).isEmpty();
    }

    @Test
    void aPartThatDiesIsStartedAfterAPauseAndBackWhenItServes() {
        watch(Part.AGGREGATOR);
        parts.die(Part.AGGREGATOR, 137);
        healing.look();

        assertThat(healing.isAway(Part.AGGREGATOR)).isTrue();
        assertThat(healing.isWhole()).isFalse();
        pass(950);
        assertThat(parts.started).isEmpty();
        pass(50);
        assertThat(parts.started).containsExactly(Part.AGGREGATOR);
        pass(4_000);
        assertThat(healing.away()).containsExactly("aggregator for 5.0 s");
        parts.serve(Part.AGGREGATOR);
        pass(50);

        assertThat(told)
                .containsExactly(
                        "aggregator away, signal 9, start 0 in 1000 ms, 2 left", "aggregator back after 5050 ms");
        assertThat(over)
                .containsExactly(new Outage(
                        "aggregator", EPOCH, OptionalInt.of(137), 1, OptionalLong.of(5_050), "out of words"));
        assertThat(healing.isWhole()).isTrue();
    }

    @Test
    void onePartThatDoesNotComeUpIsOneOutageAndIsGivenUp() {
        watch(Part.DETECTOR);
        for (int start = 0; start < 3; start++) {
            parts.die(Part.DETECTOR, 4);
            healing.look();
            pass(Duration.ofSeconds(1L << start));
            assertThat(parts.started).hasSize(start + 1);
        }
        assertThat(healing.failure()).isEmpty();
        parts.die(Part.DETECTOR, 4);
        healing.look();

        assertThat(told)
                .containsExactly(
                        "detector away, exit code 4, start 0 in 1000 ms, 2 left",
                        "detector away, exit code 4, start 1 in 2000 ms, 1 left",
                        "detector away, exit code 4, start 2 in 4000 ms, 0 left");
        assertThat(healing.failure())
                .get()
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.INFRASTRUCTURE))
                .extracting(Throwable::getMessage)
                .isEqualTo("the detector ended unexpectedly; it is given up: it was started again 3 times and did not"
                        + " serve for long enough in between");
        pass(Duration.ofHours(1));
        assertThat(parts.started).hasSize(3);
    }

    @Test
    void healthyTimeRefillsTheBudget() {
        watch(Part.BROKER);
        for (int week = 0; week < 100; week++) {
            parts.die(Part.BROKER, 137);
            pass(1_050);
            parts.serve(Part.BROKER);
            pass(Duration.ofMinutes(6));
        }

        assertThat(healing.failure()).isEmpty();
        assertThat(over).hasSize(100);
    }

    @Test
    void eachPartHasABudgetOfItsOwn() {
        watch(Part.BROKER, Part.AGGREGATOR);
        for (int i = 0; i < 3; i++) {
            parts.die(Part.BROKER, 137);
            pass(5_000);
            parts.serve(Part.BROKER);
            pass(50);
        }
        parts.die(Part.AGGREGATOR, 137);
        pass(5_000);

        assertThat(healing.failure()).isEmpty();
        assertThat(parts.started).hasSize(4);
    }

    @Test
    void appsWaitForTheBroker() {
        watch(Part.BROKER, Part.AGGREGATOR);
        parts.die(Part.BROKER, 137);
        parts.die(Part.AGGREGATOR, 137);
        pass(20_000);

        assertThat(parts.started).containsExactly(Part.BROKER);
        parts.serve(Part.BROKER);
        pass(100);
        assertThat(parts.started).containsExactly(Part.BROKER, Part.AGGREGATOR);
        assertThat(healing.away()).hasSize(1);
    }

    @Test
    void oneThatHangsInItsStartIsKilledAndTriedAgain() {
        watch(Part.AGGREGATOR);
        parts.die(Part.AGGREGATOR, 137);
        pass(1_050);
        pass(Healing.READY_WITHIN.minusMillis(100));
        assertThat(parts.killed).isEmpty();
        pass(2_200);

        assertThat(parts.killed).containsExactly(Part.AGGREGATOR);
        assertThat(parts.started).hasSize(2);
        parts.serve(Part.AGGREGATOR);
        pass(50);
        assertThat(over).singleElement().satisfies(outage -> {
            assertThat(outage.starts()).isEqualTo(2);
            assertThat(outage.awayMillis().orElseThrow() - Healing.READY_WITHIN.toMillis())
                    .isBetween(3_000L, 5_000L);
        });
    }

    @Test
    void oneThatDiesInItsVeryFirstStartIsHealedToo() {
        healing.watch(Part.AGGREGATOR);
        healing.look();
        assertThat(healing.isAway(Part.AGGREGATOR)).as("nobody misses it yet").isFalse();
        assertThat(healing.isWhole()).isFalse();
        parts.die(Part.AGGREGATOR, 137);
        pass(1_050);

        assertThat(parts.started).containsExactly(Part.AGGREGATOR);
    }

    @Test
    void settingsThatArePartOfTheTroubleAreNotTriedAgain() {
        watch(Part.PRODUCER);
        parts.die(Part.PRODUCER, ExitCode.USAGE);
        pass(5_000);

        assertThat(parts.started).isEmpty();
        assertThat(healing.failure())
                .get()
                .extracting(Throwable::getMessage)
                .isEqualTo("the producer ended unexpectedly; it is not started again: its settings");
    }

    @Test
    void aStartThatIsNotPossibleEndsTheHealing() {
        watch(Part.BROKER);
        parts.die(Part.BROKER, 137);
        parts.cannotStart = Optional.of("cannot start the broker: no such file");
        pass(1_050);

        assertThat(healing.failure())
                .get()
                .extracting(Throwable::getMessage)
                .isEqualTo("cannot start the broker: no such file");
    }

    @Test
    void onePartThatMayEndIsNotMissed() {
        watch(Part.PRODUCER, Part.BROKER);
        healing.leave(Part.PRODUCER);
        parts.die(Part.PRODUCER, 0);
        pass(5_000);

        assertThat(parts.started).isEmpty();
        assertThat(healing.isWhole()).isTrue();
    }
}
