package dev.plumbline.cli.wording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.terminal.Screen;
import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.judgement.series.Deploys;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class VerdictTextTest {

    private static final long SINCE = 1_795_345_200_000L;
    private static final AlertRecord ALERT = new AlertRecord(
            "a",
            new Series(new ComparisonGroup("vllm", "m", "chat", LoadPoint.parse("c8"), "default"), "stable"),
            AlertRecord.Transition.FIRED,
            SINCE + 9_000,
            SINCE,
            new AlertRecord.Reasons("b", List.of(), List.of(), OptionalLong.empty()),
            "chat@stable: p50(ttft)");

    private final Screen screen =
            new Screen(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, false);

    @Test
    void theBlockOfAnAlertNamesTheDeployBesideTheChangePoint() {
        DeployMarker marker = new DeployMarker("v1.4", "ci", "v1.4", SINCE - 40_000, Scope.EVERYTHING, Map.of());

        assertThat(VerdictText.explain(Deploys.named(ALERT, List.of(marker), 1_000), screen))
                .anyMatch(line -> line.matches(" +since +\\S+ \\(change point\\), 40 s after deploy v1\\.4"));
        assertThat(VerdictText.explain(ALERT, screen)).anyMatch(line -> line.endsWith("(change point)"));
    }
}
