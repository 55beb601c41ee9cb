package dev.plumbline.judgement.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import dev.plumbline.contract.verdict.CanaryFinding.State;
import dev.plumbline.contract.verdict.SeriesState;
import dev.plumbline.contract.verdict.Verdict;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.series.GroupJudge;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PairedJudgeTest {

    @Test
    void aCanaryThatIsSeenFirstTeachesNoBaseline() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(1, 0);
        for (int i = 0; i < 80; i++) {
            bench.take(world.step().get("canary"));
        }
        assertThat(bench.learned).isEmpty();
        assertThat(bench.verdicts.get("canary").metrics().getFirst().verdict())
                .isInstanceOfSatisfying(
                        Verdict.Inconclusive.class,
                        verdict -> assertThat(verdict.detail()).contains("canary teaches no baseline"));
        assertThat(bench.finding().state()).isEqualTo(State.CANNOT_TELL);
        assertThat(bench.finding().words()).contains("nothing serves beside it");
        for (int i = 0; i < 70; i++) {
            bench.take(world.step());
        }
        assertThat(bench.learned.orElseThrow().learned().from().variant()).isEqualTo("stable");
    }

    @Test
    void aBusyHourOfBothAlertsNobodyThroughThePairAndACalmOneHidesNothing() {
        for (long seed = 1; seed <= 10; seed++) {
            CanaryBench busy = CanaryBench.ofPairOnly();
            CanaryWorld world = new CanaryWorld(seed, 0.01);
            steps(busy, world, 60);
            world.hour = 1.15;
            steps(busy, world, 60);
            assertThat(busy.ofPair()).as("busy hour, seed %d", seed).isEmpty();
            assertThat(busy.finding().state()).as("busy hour, seed %d", seed).isEqualTo(State.PASSED);

            CanaryBench calm = CanaryBench.ofPairOnly();
            CanaryWorld quiet = new CanaryWorld(seed, 0);
            steps(calm, quiet, 60);
            quiet.hour = 0.87;
            quiet.canaryFactor = 1.15;
            steps(calm, quiet, 120);
            assertThat(calm.ofPair())
                    .as("calm hour, seed %d: %s", seed, calm.finding().words())
                    .extracting(AlertRecord::transition)
                    .containsExactly(Transition.FIRED);
        }
    }

    @Test
    void aCanaryThatIsWorseFromTheStartIsNamedWithTheTeacher() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(7, 0);
        world.canaryFactor = 1.3;
        assertThat(bench.untilDecided(world, 40)).isLessThanOrEqualTo(25);
        assertThat(bench.finding().state()).isEqualTo(State.REGRESSED);
        assertThat(bench.finding().stable()).contains("stable");
        AlertRecord alert = bench.ofPair().getFirst();
        assertThat(alert.summary()).contains("chat@canary", "against stable in the same seconds");
        assertThat(alert.evidence().moved()).isNotEmpty().allSatisfy(moved -> {
            assertThat(moved.verdict()).isEqualTo(new Verdict.Regressed());
            assertThat(moved.effect().orElseThrow().ratioLow()).isGreaterThan(1.03);
            assertThat(moved.effect().orElseThrow().ratio()).isBetween(1.15, 1.45);
        });
        steps(bench, world, 30);
        assertThat(bench.ofPair()).as("once").hasSize(1);
        bench.take(ended(world.step().get("canary")));
        assertThat(bench.verdicts.get("canary").state()).isEqualTo(SeriesState.ENDED);
        assertThat(bench.ofPair())
                .extracting(AlertRecord::transition)
                .containsExactly(Transition.FIRED, Transition.ENDED);
        assertThat(bench.ofPair()).extracting(AlertRecord::alertId).containsOnly(alert.alertId());
    }

    @Test
    void aCanaryThatIsForgottenLeavesNoAlertOpen() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(7, 0);
        world.canaryFactor = 1.5;
        bench.untilDecided(world, 40);
        GroupJudge.Forgotten forgotten = GroupJudge.forget(
                bench.state, CanaryWorld.series("canary").group(), Long.MAX_VALUE, CanaryWorld.START + 10_000_000);
        assertThat(forgotten.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.transition()).isEqualTo(Transition.ENDED);
            assertThat(alert.alertId()).isEqualTo(bench.ofPair().getFirst().alertId());
        });
    }

    @Test
    void aRestartBetweenAnyTwoWindowsChangesNothing() {
        CanaryBench straight = new CanaryBench();
        CanaryWorld world = new CanaryWorld(11, 0);
        untilLearned(straight, world);
        CanaryBench restarted = straight.restarted();
        world.canaryFactor = 1.3;
        for (int i = 0; i < 60; i++) {
            Map<String, WindowRecord> both = world.step();
            for (String variant : List.of("stable", "canary")) {
                straight.take(both.get(variant));
                restarted.take(both.get(variant));
                assertThat(restarted.verdicts.get(variant).canary())
                        .isEqualTo(straight.verdicts.get(variant).canary());
                restarted = keepingAlerts(restarted);
            }
        }
        assertThat(restarted.alerts)
                .isEqualTo(straight.alerts.subList(
                        straight.alerts.size() - restarted.alerts.size(), straight.alerts.size()));
        assertThat(straight.ofPair()).isNotEmpty();
    }

    private static CanaryBench keepingAlerts(CanaryBench bench) {
        CanaryBench again = bench.restarted(bench.learned);
        again.alerts.addAll(bench.alerts);
        return again;
    }

    @Test
    void windowsOfOneSideOnlyAreNotCompared() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(3, 0);
        steps(bench, world, 12);
        long before = bench.finding().blocks();
        for (int i = 0; i < 9; i++) {
            Map<String, WindowRecord> both = world.step();
            bench.take(both.get("canary"));
        }
        assertThat(bench.finding().blocks()).isBetween(before, before + 1);
        steps(bench, world, 12);
        assertThat(bench.state
                        .variants()
                        .get("canary")
                        .companion()
                        .orElseThrow()
                        .canary()
                        .orElseThrow()
                        .unmatched())
                .isGreaterThanOrEqualTo(3);
        assertThat(bench.finding().blocks()).isGreaterThan(before + 1);
    }

    @Test
    void theLaterSideMayComeFirst() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(3, 0);
        for (int i = 0; i < 40; i++) {
            Map<String, WindowRecord> both = world.step();
            bench.take(both.get("canary"));
            bench.take(both.get("stable"));
        }
        assertThat(bench.finding().blocks()).isGreaterThanOrEqualTo(11);
    }

    @Test
    void aShareThatMovesIsNamedAndNothingIsSaid() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(5, 0);
        world.canaryRequests = 100;
        steps(bench, world, 20);
        world.canaryRequests = 60;
        world.canaryFactor = 1.5;
        steps(bench, world, 12);
        assertThat(bench.finding().state()).isEqualTo(State.CANNOT_TELL);
        assertThat(bench.finding().words()).contains("% of the load", "not alike");
        assertThat(bench.ofPair()).isEmpty();

        CanaryBench told = new CanaryBench(
                new CanarySettings(List.of("canary"), Optional.empty(), OptionalDouble.of(0.5), 30_000, 0.10, 2));
        CanaryWorld tenth = new CanaryWorld(5, 0);
        tenth.canaryRequests = 30;
        steps(told, tenth, 20);
        assertThat(told.finding().words()).contains("13.0 %", "50.0 % asked");
    }

    @Test
    void errorsOfTheCanaryStopItAndDelayThePass() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(9, 0);
        world.stableErrors = 0.002;
        world.canaryErrors = 0.03;
        assertThat(bench.untilDecided(world, 60)).isLessThanOrEqualTo(30);
        assertThat(bench.finding().state()).isEqualTo(State.REGRESSED);
        assertThat(bench.finding().words()).contains("error rate");

        for (long seed = 1; seed <= 40; seed++) {
            CanaryBench alike = CanaryBench.ofPairOnly();
            CanaryWorld both = new CanaryWorld(seed, 0);
            both.stableErrors = 0.01;
            both.canaryErrors = 0.01;
            steps(alike, both, 90);
            assertThat(alike.ofPair()).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void tooFewRequestsAreSaidWithWhatWouldHelp() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(5, 0);
        world.canaryRequests = 3;
        steps(bench, world, 25);
        assertThat(bench.finding().state()).isEqualTo(State.CANNOT_TELL);
        assertThat(bench.finding().words()).contains("too few requests: 9 in 30 s", "20 are needed", "canary.block");

        CanaryBench some = new CanaryBench();
        CanaryWorld more = new CanaryWorld(5, 0);
        more.canaryRequests = 12;
        steps(some, more, 25);
        assertThat(some.finding().words()).contains("too few requests for p95(ttft), p95(tpot)");
    }

    @Test
    void pairsOfTheSameAskAreSeenSooner() {
        CanaryBench bench = new CanaryBench();
        CanaryWorld world = new CanaryWorld(5, 0);
        world.stableRequests = 16;
        world.canaryRequests = 16;
        world.paired = true;
        world.canaryFactor = 1.13;
        assertThat(bench.untilDecided(world, 40)).isLessThanOrEqualTo(20);
        assertThat(bench.finding().metrics()).anySatisfy(metric -> {
            assertThat(metric.paired()).isTrue();
            assertThat(metric.effect().orElseThrow().ratio()).isBetween(1.10, 1.16);
        });
    }

    @Test
    void settingsNameTheKeyThatIsWrong() {
        assertThatThrownBy(() -> new CanarySettings(
                        List.of("canary"), Optional.of("canary"), OptionalDouble.empty(), 30_000, 0.1, 6))
                .hasMessageContaining("canary.stable = canary");
        assertThatThrownBy(() ->
                        new CanarySettings(List.of("*"), Optional.empty(), OptionalDouble.empty(), 30_000, 0.1, 6))
                .hasMessageContaining("canary.variants");
        assertThatThrownBy(() ->
                        new CanarySettings(List.of("canary"), Optional.empty(), OptionalDouble.of(1), 30_000, 0.1, 6))
                .hasMessageContaining("canary.share = 1.0");
        assertThatThrownBy(() ->
                        new CanarySettings(List.of("canary"), Optional.empty(), OptionalDouble.empty(), 10, 0.1, 6))
                .hasMessageContaining("canary.block = 10 ms");
        CanarySettings settings = CanarySettings.defaults(0.1, 6);
        assertThat(settings.isCanary("canary-v2")).isTrue();
        assertThat(settings.isCanary("canary")).isTrue();
        assertThat(settings.isCanary("stable")).isFalse();
        assertThat(settings.isCanary("canaryless")).isFalse();
    }

    private static void untilLearned(CanaryBench bench, CanaryWorld world) {
        for (int i = 0; i < 80 && bench.learned.isEmpty(); i++) {
            bench.take(world.step());
        }
        assertThat(bench.learned).isPresent();
    }

    private static void steps(CanaryBench bench, CanaryWorld world, int windows) {
        for (int i = 0; i < windows; i++) {
            bench.take(world.step());
        }
    }

    private static WindowRecord ended(WindowRecord window) {
        return new WindowRecord(
                window.id(),
                window.revision(),
                window.delta(),
                window.excluded(),
                OptionalLong.of(window.id().endEpochMillis()));
    }
}
