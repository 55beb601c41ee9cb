package dev.plumbline.contract.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.control.Acknowledgement;
import dev.plumbline.contract.control.BaselineReset;
import dev.plumbline.contract.control.Mute;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.event.Activity.Sickness;
import dev.plumbline.contract.event.Heartbeat;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.verdict.SeriesSnapshot;
import dev.plumbline.contract.verdict.Snapshot;
import dev.plumbline.contract.window.Partial;
import dev.plumbline.contract.window.WindowRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecTest {

    record Golden<T>(String file, Codec<T> codec, T value) {
        @Override
        public String toString() {
            return file;
        }
    }

    static Stream<Golden<?>> goldens() {
        return Stream.of(
                new Golden<>("request-completed.json", Codec.EVENTS, Examples.completed()),
                new Golden<>("request-counted-twice.json", Codec.EVENTS, Examples.countedTwice()),
                new Golden<>("request-several-answers.json", Codec.EVENTS, Examples.severalAnswers()),
                new Golden<>("request-usage-refused.json", Codec.EVENTS, Examples.usageRefused()),
                new Golden<>("request-paired.json", Codec.EVENTS, Examples.paired()),
                new Golden<>("request-replayed.json", Codec.EVENTS, Examples.replayed()),
                new Golden<>("request-first-wave.json", Codec.EVENTS, Examples.firstWave()),
                new Golden<>("window-first-wave.json", Codec.WINDOWS, Examples.windowOfTheFirstWave()),
                new Golden<>("heartbeat-circumstances.json", Codec.EVENTS, Examples.heartbeatWithCircumstances()),
                new Golden<>("heartbeat-edges.json", Codec.EVENTS, Examples.heartbeatOfAnEdge()),
                new Golden<>("window-edges.json", Codec.WINDOWS, Examples.windowOfAnEdge()),
                new Golden<>("window-graded.json", Codec.WINDOWS, Examples.gradedWindow()),
                new Golden<>("telemetry-engine-caches.json", Codec.TELEMETRY, TelemetryExamples.engineWithCaches()),
                new Golden<>("request-failed.json", Codec.EVENTS, Examples.failed()),
                new Golden<>("request-cancelled.json", Codec.EVENTS, Examples.cancelled()),
                new Golden<>("request-own-limit.json", Codec.EVENTS, Examples.ownLimit()),
                new Golden<>("request-dropped.json", Codec.EVENTS, Examples.dropped()),
                new Golden<>("heartbeat.json", Codec.EVENTS, Examples.heartbeat()),
                new Golden<>("heartbeat-held-up.json", Codec.EVENTS, Examples.heartbeatHeldUp()),
                new Golden<>("producer-expelled.json", Codec.EVENTS, Examples.expelled()),
                new Golden<>("window.json", Codec.WINDOWS, Examples.window()),
                new Golden<>("window-cut.json", Codec.WINDOWS, Examples.cutWindow()),
                new Golden<>("window-ended.json", Codec.WINDOWS, Examples.windowWithGoodbye()),
                new Golden<>("partial-part.json", Codec.PARTIALS, Examples.part()),
                new Golden<>(
                        "partial-closed.json",
                        Codec.PARTIALS,
                        new Partial.GroupClosed(1, Examples.windowId().series().group(), 1_795_345_270_000L)),
                new Golden<>(
                        "partial-released.json",
                        Codec.PARTIALS,
                        new Partial.GroupReleased(
                                0,
                                Examples.windowId().series().group(),
                                1_795_345_270_000L,
                                OptionalLong.of(1_795_345_268_000L))),
                new Golden<>("alert.json", Codec.ALERTS, Examples.alert()),
                new Golden<>("alert-ended.json", Codec.ALERTS, Examples.alertEnded()),
                new Golden<>("alert-explained.json", Codec.ALERTS, Examples.alertExplained()),
                new Golden<>("alert-leak.json", Codec.ALERTS, VerdictExamples.leak()),
                new Golden<>("verdict-leaking.json", Codec.VERDICTS, VerdictExamples.leaking()),
                new Golden<>("verdict-canary.json", Codec.VERDICTS, VerdictExamples.canary()),
                new Golden<>("verdict-ended.json", Codec.VERDICTS, VerdictExamples.ended()),
                new Golden<>("verdict-firing.json", Codec.VERDICTS, VerdictExamples.firing()),
                new Golden<>("verdict-slow-rate.json", Codec.VERDICTS, VerdictExamples.slowRate()),
                new Golden<>("verdict-heavier-tail.json", Codec.VERDICTS, VerdictExamples.heavierTail()),
                new Golden<>("verdict-learning.json", Codec.VERDICTS, VerdictExamples.learning()),
                new Golden<>(
                        "snapshot-series.json", Codec.SNAPSHOTS, new Snapshot.OfSeries(VerdictExamples.learning())),
                new Golden<>(
                        "snapshot-learning.json",
                        Codec.SNAPSHOTS,
                        new Snapshot.OfLearning(
                                Examples.GROUP, 10_000, 2, List.of(17L, 18L, 23L), Optional.empty(), Map.of())),
                new Golden<>(
                        "snapshot-learning-conditions.json",
                        Codec.SNAPSHOTS,
                        new Snapshot.OfLearning(
                                Examples.UNDER_CONDITIONS.group(),
                                10_000,
                                2,
                                List.of(17L),
                                Examples.UNDER_CONDITIONS.conditions(),
                                Map.of("stable", new SeriesSnapshot.Continuity(1_795_345_270_000L, 81, 0, 0)))),
                new Golden<>(
                        "snapshot-partition.json",
                        Codec.SNAPSHOTS,
                        new Snapshot.OfPartition(
                                "plumbline.windows.10s.v1", "AbCdEfGhIjKlMnOpQrStUv", 2, 24, List.of(0L, 31L))),
                new Golden<>("baseline-stalls.json", Codec.BASELINES, VerdictExamples.baselineWithStalls()),
                new Golden<>("baseline.json", Codec.BASELINES, VerdictExamples.baseline()),
                new Golden<>("baseline-pinned.json", Codec.BASELINES, VerdictExamples.pinned()),
                new Golden<>("verdict-decided.json", Codec.VERDICTS, VerdictExamples.decided()),
                new Golden<>(
                        "control-acknowledgement.json",
                        Codec.CONTROLS,
                        new Acknowledgement("0123456789abcdef", Examples.SERIES.lane(), VerdictExamples.decision())),
                new Golden<>(
                        "control-mute.json",
                        Codec.CONTROLS,
                        new Mute("5f0c", Scope.of(Examples.SERIES), VerdictExamples.decision())),
                new Golden<>(
                        "control-baseline-reset.json",
                        Codec.CONTROLS,
                        new BaselineReset("all", Scope.EVERYTHING, VerdictExamples.decision())),
                new Golden<>("control-deploy.json", Codec.CONTROLS, Examples.deploy()),
                new Golden<>("control-deploy-of-everything.json", Codec.CONTROLS, Examples.deployOfEverything()),
                new Golden<>("run.json", Codec.RUNS, Examples.run()),
                new Golden<>("telemetry-gpu.json", Codec.TELEMETRY, TelemetryExamples.gpu()),
                new Golden<>("telemetry-gpu-mig.json", Codec.TELEMETRY, TelemetryExamples.gpuWithMig()),
                new Golden<>("telemetry-engine.json", Codec.TELEMETRY, TelemetryExamples.engine()),
                new Golden<>("telemetry-sampler-up.json", Codec.TELEMETRY, TelemetryExamples.samplerUp()),
                new Golden<>("telemetry-sampler-down.json", Codec.TELEMETRY, TelemetryExamples.samplerDown()),
                new Golden<>("telemetry-sampler-none.json", Codec.TELEMETRY, TelemetryExamples.samplerNone()),
                new Golden<>("telemetry-model-pulling.json", Codec.TELEMETRY, TelemetryExamples.modelPulling()),
                new Golden<>("telemetry-model-pulled.json", Codec.TELEMETRY, TelemetryExamples.modelPulled()),
                new Golden<>("telemetry-model-loaded.json", Codec.TELEMETRY, TelemetryExamples.modelLoaded()),
                new Golden<>("telemetry-model-in-memory.json", Codec.TELEMETRY, TelemetryExamples.modelInMemory()),
                new Golden<>("telemetry-model-left-memory.json", Codec.TELEMETRY, TelemetryExamples.modelLeftMemory()),
                new Golden<>("telemetry-model-unloaded.json", Codec.TELEMETRY, TelemetryExamples.modelUnloaded()),
                new Golden<>("telemetry-model-deleted.json", Codec.TELEMETRY, TelemetryExamples.modelDeleted()),
                new Golden<>("telemetry-model-failed.json", Codec.TELEMETRY, TelemetryExamples.modelFailed()),
                new Golden<>("undecodable.json", Codec.UNDECODABLE, Examples.undecodable()));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    <T> void writesAndReadsTheGoldenBytes(Golden<T> golden) throws IOException {
        byte[] bytes = golden(golden.file());
        assertThat(new String(golden.codec().encode(golden.value()), UTF_8)).isEqualTo(new String(bytes, UTF_8));
        assertThat(golden.codec().decode(bytes)).isEqualTo(new Decoded.Value<>(golden.value()));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    <T> void everyTruncationIsUndecodableAndSaysWhy(Golden<T> golden) throws IOException {
        byte[] bytes = golden(golden.file());
        for (int length = 0; length < bytes.length; length++) {
            assertThat(golden.codec().decode(Arrays.copyOf(bytes, length)))
                    .isInstanceOfSatisfying(
                            Decoded.Undecodable.class,
                            bad -> assertThat(bad.reason()).isNotBlank());
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    <T> void randomDamageNeverThrows(Golden<T> golden) throws IOException {
        byte[] bytes = golden(golden.file());
        Random random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            byte[] damaged = bytes.clone();
            for (int j = 0; j <= random.nextInt(4); j++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            assertThat(golden.codec().decode(damaged)).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    <T> void unknownFieldsOfALaterVersionAreIgnored(Golden<T> golden) throws IOException {
        String text = new String(golden(golden.file()), UTF_8);
        String later = text.substring(0, text.length() - 1) + ",\"addedLater\":{\"x\":[1,2]}}";
        assertThat(golden.codec().decode(later.getBytes(UTF_8))).isEqualTo(new Decoded.Value<>(golden.value()));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    <T> void numbersOnTheWireCarryTheirUnit(Golden<T> golden) throws IOException {
        TreeSet<String> unitless = new TreeSet<>();
        Matcher number =
                Pattern.compile("\"([A-Za-z0-9]+)\":-?[0-9]").matcher(new String(golden(golden.file()), UTF_8));
        while (number.find()) {
            if (!number.group(1)
                    .matches(
                            ".*(Nanos|Millis|Thousandths|Billionths|Percent|Watts|Celsius|Hertz|Bytes|Ratio|(Nanos|Seconds|Tokens|Requests|Bytes)Total|Tokens)|nanos")) {
                unitless.add(number.group(1));
            }
        }
        // Counts, identities and dimensionless numbers; whatever else is a number must name its unit.
        assertThat(unitless)
                .isSubsetOf(
                        "epoch",
                        "sequence",
                        "number",
                        "count",
                        "belowCount",
                        "aboveCount",
                        "schema",
                        "contentChunks",
                        "offered",
                        "outputTokens",
                        "first",
                        "last",
                        "events",
                        "completed",
                        "dropped",
                        "cancelled",
                        "retried",
                        "firstWave",
                        "revision",
                        "sourcePartition",
                        "partition",
                        "offset",
                        "nextOffset",
                        "httpStatus",
                        "prompt",
                        "output",
                        "reasoning",
                        "cached",
                        "otherOutput",
                        "streamedOutput",
                        "CONNECT",
                        "TRUNCATED",
                        "acknowledgedEvents",
                        "lostEvents",
                        "score",
                        "threshold",
                        "noiseFactor",
                        "burstWindows",
                        "hits",
                        "positions",
                        "squares",
                        "hitPositions",
                        "windows",
                        "samples",
                        "ratio",
                        "ratioLow",
                        "ratioHigh",
                        "baseline",
                        "now",
                        "promptEval",
                        "coverage",
                        "needed",
                        "windowsSinceStart",
                        "silentWindows",
                        "unansweredWindows",
                        "calmWindows",
                        "logSum",
                        "counted",
                        "over",
                        "errors",
                        "began",
                        "ended",
                        "mean",
                        "longRunVariance",
                        "designEffect",
                        "edgeIndex",
                        "baselineShare",
                        "changedShare",
                        "ordinal",
                        "failed",
                        "CIRCUIT_BREAKER",
                        "PORTS",
                        "REJECTED",
                        "draftTokensTotal",
                        "passed",
                        "notEvaluated",
                        "drafts",
                        "drafted",
                        "accepted",
                        "good",
                        "looks",
                        "promptWithKnownCache",
                        "outputByChunks",
                        "draftsTotal",
                        "swapped",
                        "running",
                        "waiting",
                        "preemptionsTotal",
                        "share",
                        "sum",
                        "of",
                        "blocks",
                        "unmatched",
                        "errorBlocks",
                        "pairs",
                        "paired",
                        "thin",
                        "fewest",
                        "sumOfLogs",
                        "squares",
                        "neighbours",
                        "stableLogs",
                        "canaryOffered",
                        "stableOffered",
                        "canaryEnded",
                        "stableEnded",
                        "canaryFailed",
                        "stableFailed");
    }

    @Test
    void nothingEmptyAndNonsenseAreUndecodable() {
        for (String bad :
                new String[] {"", "null", "{}", "[]", "1", "{\"type\":\"surprise\"}", "{\"type\":\"heartbeat\"}"}) {
            assertThat(Codec.EVENTS.decode(bad.getBytes(UTF_8))).as(bad).isInstanceOf(Decoded.Undecodable.class);
        }
        assertThat(Codec.EVENTS.decode(null)).isInstanceOf(Decoded.Undecodable.class);
        assertThat(Codec.EVENTS.decode(new byte[Codec.MAX_BYTES + 1])).isInstanceOf(Decoded.Undecodable.class);
    }

    @Test
    void aLimitThatALaterVersionNamesIsReadAsOneOfOurOwn() throws IOException {
        String text = new String(golden("request-own-limit.json"), UTF_8).replace("OPEN_FILES", "THREADS");
        assertThat(Codec.EVENTS.decode(text.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Value.class,
                        read -> assertThat(((RequestEvent) read.value()).outcome())
                                .isEqualTo(Outcome.Cancelled.by(OwnLimit.OTHER)));
    }

    /** Else the whole heartbeat, and with it the watermark, would be lost on an aggregator that is older than a producer. */
    @Test
    void aSicknessThatALaterVersionNamesIsStillSickness() throws IOException {
        String heartbeat = new String(golden("heartbeat-held-up.json"), UTF_8).replace("CPU_STOLEN", "OVERHEATED");
        assertThat(Codec.EVENTS.decode(heartbeat.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Value.class,
                        read -> assertThat(((Heartbeat) read.value())
                                        .activity()
                                        .get(0)
                                        .sickness())
                                .containsExactlyInAnyOrder(
                                        Sickness.EVENT_LOOP_SATURATED,
                                        Sickness.COLLECTOR_PAUSED,
                                        Sickness.CPU_THROTTLED,
                                        Sickness.OTHER));
        String window = new String(golden("window.json"), UTF_8).replace("CPU_SATURATED", "OVERHEATED");
        assertThat(Codec.WINDOWS.decode(window.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Value.class,
                        read -> assertThat(
                                        ((WindowRecord) read.value()).excluded().reasons())
                                .isEqualTo(Map.of("producer-2", Set.of(Sickness.OTHER))));
    }

    @Test
    void anOlderReaderTakesWhatOurOwnLimitEndedForCancelled() throws IOException {
        // What it knows are the same words without the field, and what it does not know it ignores.
        String text = new String(golden("request-own-limit.json"), UTF_8);
        assertThat(text).contains("{\"type\":\"cancelled\",\"ownLimit\":\"OPEN_FILES\"}");
        assertThat(Codec.EVENTS.decode(text.replace("ownLimit", "addedLater").getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Value.class,
                        read -> assertThat(((RequestEvent) read.value()).outcome())
                                .isEqualTo(new Outcome.Cancelled()));
    }

    /** Bytes of the topics as commit 88b97f8 wrote them; what it wrote between its own stages lives hours and is not among them. */
    static Stream<String> writtenBefore() {
        return Stream.of(
                "alert",
                "baseline",
                "control-deploy-of-everything",
                "control-deploy",
                "heartbeat",
                "producer-expelled",
                "request-completed",
                "request-counted-twice",
                "request-dropped",
                "request-failed",
                "run",
                "telemetry-engine",
                "telemetry-gpu-mig",
                "telemetry-gpu",
                "telemetry-model-loaded",
                "telemetry-sampler-down",
                "undecodable",
                "verdict-firing",
                "verdict-learning",
                "window");
    }

    @ParameterizedTest
    @MethodSource("writtenBefore")
    void whatAnOlderVersionWroteIsRead(String record) throws IOException {
        byte[] bytes = golden("../written-by-88b97f8/" + record + ".json");
        Codec<?> codec = goldens()
                .filter(golden -> golden.file().equals(record + ".json"))
                .findFirst()
                .orElseThrow()
                .codec();
        assertThat(codec.decode(bytes)).isInstanceOf(Decoded.Value.class);
    }

    @Test
    void aMissingNumberIsNotZero() throws IOException {
        String text = new String(golden("partial-closed.json"), UTF_8).replace(",\"toEpochMillis\":1795345270000", "");
        assertThat(Codec.PARTIALS.decode(text.getBytes(UTF_8))).isInstanceOf(Decoded.Undecodable.class);
    }

    @Test
    void aValueThatBreaksARuleIsUndecodable() throws IOException {
        String text = new String(golden("request-completed.json"), UTF_8);
        assertThat(Codec.EVENTS.decode(
                        text.replace("\"sentNanos\":1200000", "\"sentNanos\":1").getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Undecodable.class,
                        bad -> assertThat(bad.reason()).contains("sent"));
        assertThat(Codec.EVENTS.decode(
                        text.replace("\"schema\":6", "\"schema\":5").getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Undecodable.class,
                        bad -> assertThat(bad.reason()).contains("schema 5"));
    }

    private static byte[] golden(String file) throws IOException {
        try (InputStream in = CodecTest.class.getResourceAsStream("/golden/v1/" + file)) {
            assertThat(in).as("golden file " + file).isNotNull();
            return in.readAllBytes();
        }
    }
}
