package dev.plumbline.judgement.series;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.AlertRecord.Transition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DeploysTest {

    private static final long WINDOW = SimulatedSeries.LENGTH_MILLIS;
    private static final long SINCE = SimulatedSeries.START + 100 * WINDOW;
    private static final Series SERIES = new SimulatedSeries(1, "c8").series();
    private static final AlertRecord ALERT = new AlertRecord(
            "a-1",
            SERIES,
            Transition.FIRED,
            SINCE + 15 * WINDOW,
            SINCE,
            new AlertRecord.Reasons("b-1", List.of(), List.of(), OptionalLong.empty()),
            "slower");

    private static DeployMarker marker(String label, long beforeMillis) {
        return marker(label, beforeMillis, Scope.EVERYTHING);
    }

    private static DeployMarker marker(String label, long beforeMillis, Scope scope) {
        return new DeployMarker(label, "ci", label, SINCE - beforeMillis, scope, Map.of());
    }

    private static String summary(DeployMarker... markers) {
        return Deploys.named(ALERT, List.of(markers), WINDOW).summary();
    }

    @Test
    void theNearestDeployIsNamedInReasonsAndSummary() {
        AlertRecord named = Deploys.named(ALERT, List.of(marker("v1", 600_000), marker("v2", 40_500)), WINDOW);
        assertThat(named.evidence().deployEpochMillis()).hasValue(SINCE - 40_500);
        assertThat(named.summary()).isEqualTo("slower; 40 s after deploy v2");
        assertThat(named.alertId()).isEqualTo(ALERT.alertId());
    }

    @Test
    void whatAnAlertNamesCanBeAskedFor() {
        for (String label : List.of("v2", "v2; hotfix", "a deploy b")) {
            assertThat(Deploys.namedIn(Deploys.named(ALERT, List.of(marker(label, 40_500)), WINDOW)))
                    .contains("40 s after deploy " + label);
            assertThat(Deploys.namedIn(Deploys.named(ALERT, List.of(marker(label, 0)), WINDOW)))
                    .contains("with deploy " + label);
        }
        assertThat(Deploys.namedIn(ALERT)).isEmpty();
    }

    @Test
    void withoutAMarkerTheAlertIsAsItWas() {
        assertThat(Deploys.named(ALERT, List.of(), WINDOW)).isEqualTo(ALERT);
    }

    @Test
    void itCountsFromHalfAnHourBeforeToThreeWindowsAfter() {
        assertThat(summary(marker("v1", 1_800_001))).isEqualTo("slower");
        assertThat(summary(marker("v1", 1_800_000))).isEqualTo("slower; 30 min after deploy v1");
        assertThat(summary(marker("v1", 0))).isEqualTo("slower; with deploy v1");
        assertThat(summary(marker("v1", -3 * WINDOW))).isEqualTo("slower; with deploy v1");
        assertThat(summary(marker("v1", -3 * WINDOW - 1))).isEqualTo("slower");
    }

    @Test
    void theOrderOfTheMarkersDoesNotMatter() {
        assertThat(summary(marker("b", 5_000), marker("a", 5_000), marker("c", -5_000)))
                .isEqualTo(summary(marker("c", -5_000), marker("a", 5_000), marker("b", 5_000)))
                .isEqualTo("slower; 5 s after deploy a");
    }

    @Test
    void deploysOfOtherSeriesAreLeftOut() {
        Scope canary = new Scope(Optional.of("svc"), Optional.empty(), Optional.of("canary"));
        Scope stable = new Scope(Optional.of("svc"), Optional.of("m"), Optional.of("stable"));
        assertThat(summary(marker("v2", 1_000, canary), marker("v1", 60_000, stable)))
                .isEqualTo("slower; 60 s after deploy v1");
    }

    /**
     * Chance lifts a score now and then just before something changes, and the estimate is early by that much; where a drift was on
     * before, by more, and the deploy is not named.
     */
    @Test
    void theDeployThatMadeItSlowerIsFoundThroughTheEstimate() {
        int early = 0;
        int named = 0;
        for (int seed = 1_000; seed < 1_020; seed++) {
            SimulatedSeries series = new SimulatedSeries(seed, "c8");
            Bench bench = new Bench(Bench.SHORT).feed(series, 120);
            long deployed = SimulatedSeries.START + 120 * WINDOW;
            DeployMarker marker = new DeployMarker("v2", "ci", "v2", deployed, Scope.EVERYTHING, Map.of());
            series.tpotFactor(1.2);
            assertThat(bench.windowsUntil(Transition.FIRED, series, 60))
                    .as("seed %d", seed)
                    .isPositive();
            AlertRecord alert = bench.alerts.getFirst();
            early += alert.sinceEpochMillis() < deployed ? 1 : 0;
            OptionalLong at =
                    Deploys.named(alert, List.of(marker), WINDOW).evidence().deployEpochMillis();
            named += at.equals(OptionalLong.of(deployed)) ? 1 : 0;
        }
        assertThat(early).isPositive();
        assertThat(named).as("of 20").isGreaterThanOrEqualTo(18);
    }
}
