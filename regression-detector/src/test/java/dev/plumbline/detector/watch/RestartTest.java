package dev.plumbline.detector.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.control.DeployMarker;
import dev.plumbline.contract.control.Scope;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.contract.wire.Codec;
import dev.plumbline.contract.wire.Decoded;
import dev.plumbline.judgement.series.JudgementSettings;
import dev.plumbline.judgement.series.SimulatedSeries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A detector that was cut off anywhere, even between two sends, tells what an uninterrupted one tells: once. */
class RestartTest {

    private static final JudgementSettings SHORT = new JudgementSettings(60, 3, 0.10, 60_480, 1, 15, 9, 30);

    private static final String TOPIC = "plumbline.windows.10s.v1";

    private static final DeployMarker DEPLOY = new DeployMarker(
            "v2",
            "ci",
            "v2",
            SimulatedSeries.START + 100 * SimulatedSeries.LENGTH_MILLIS,
            new Scope(Optional.empty(), Optional.empty(), Optional.of("stable")),
            Map.of());

    private static final List<byte[]> WINDOWS = windows();

    /** What an uninterrupted run leaves, computed once: nobody writes to it. */
    private static Topics expected;

    @BeforeAll
    static void runUninterrupted() {
        expected = uninterrupted(WINDOWS);
    }

    /** What the topics hold. */
    private static final class Topics {
        final List<byte[]> verdicts = new ArrayList<>();
        final List<byte[]> alerts = new ArrayList<>();
        final List<byte[]> baselines = new ArrayList<>();

        /** Publishes in the order of the app, up to a number of records. */
        boolean publish(Outgoing outgoing, int most) {
            List<Runnable> sends = new ArrayList<>();
            outgoing.baselines().forEach(record -> sends.add(() -> baselines.add(Codec.BASELINES.encode(record))));
            outgoing.alerts().forEach(record -> sends.add(() -> alerts.add(Codec.ALERTS.encode(record))));
            outgoing.verdicts().forEach(record -> sends.add(() -> verdicts.add(Codec.VERDICTS.encode(record))));
            sends.stream().limit(most).forEach(Runnable::run);
            return sends.size() <= most;
        }

        Published read() {
            Map<String, VerdictRecord> last = new HashMap<>();
            verdicts.forEach(bytes -> {
                VerdictRecord verdict = decoded(Codec.VERDICTS, bytes);
                last.put(verdict.window().series().key(), verdict);
            });
            Map<String, BaselineRecord> known = new HashMap<>();
            baselines.forEach(bytes -> {
                BaselineRecord baseline = decoded(Codec.BASELINES, bytes);
                known.put(baseline.group().key(), baseline);
            });
            List<AlertRecord> all =
                    alerts.stream().map(bytes -> decoded(Codec.ALERTS, bytes)).toList();
            return new Published(last, known, all, List.of());
        }
    }

    private static <T> T decoded(Codec<T> codec, byte[] bytes) {
        return ((Decoded.Value<T>) codec.decode(bytes)).value();
    }

    private static List<byte[]> windows() {
        SimulatedSeries stable = new SimulatedSeries(21, "c8");
        SimulatedSeries canary = new SimulatedSeries(22, "c8", "canary");
        List<byte[]> windows = new ArrayList<>();
        for (int i = 0; i < 220; i++) {
            stable.tpotFactor(i >= 100 && i < 140 ? 1.3 : 1);
            stable.errorShare(i >= 115 && i < 140 ? 0.3 : 0);
            canary.ttftFactor(i >= 90 ? 1.4 : 1);
            windows.add(Codec.WINDOWS.encode(stable.window()));
            if (i % 2 == 0) {
                windows.add(Codec.WINDOWS.encode(skipOne(canary)));
            }
        }
        return windows;
    }

    private static WindowRecord skipOne(SimulatedSeries series) {
        WindowRecord window = series.window();
        series.skipTime(1);
        return window;
    }

    private static Watch started(Topics topics, int windows) {
        Watch watch = new Watch(TOPIC, SimulatedSeries.LENGTH_MILLIS, SHORT);
        watch.takeControl(0, 0, null, Codec.CONTROLS.encode(DEPLOY));
        watch.restore(topics.read());
        watch.assign(0, 0, windows);
        return watch;
    }

    private static Topics uninterrupted(List<byte[]> windows) {
        Topics topics = new Topics();
        Watch watch = started(topics, windows.size());
        for (int offset = 0; offset < windows.size(); offset++) {
            topics.publish(watch.take(0, offset, windows.get(offset)), Integer.MAX_VALUE);
        }
        return topics;
    }

    private static void assertSame(Topics actual, Topics expected, String as) {
        assertThat(actual.verdicts).as(as).containsExactlyElementsOf(expected.verdicts);
        assertThat(actual.alerts).as(as).containsExactlyElementsOf(expected.alerts);
        assertThat(actual.baselines).as(as).containsExactlyElementsOf(expected.baselines);
    }

    @Test
    void theUninterruptedRunHasSomethingToLose() {
        Topics topics = expected;
        assertThat(topics.baselines).hasSize(1);
        assertThat(topics.alerts.stream()
                        .map(bytes -> decoded(Codec.ALERTS, bytes).transition())
                        .toList())
                .contains(
                        AlertRecord.Transition.FIRED, AlertRecord.Transition.EXTENDED, AlertRecord.Transition.RESOLVED);
        assertThat(topics.alerts.stream()
                        .map(bytes -> decoded(Codec.ALERTS, bytes))
                        .toList())
                .allSatisfy(
                        alert -> assertThat(alert.evidence().deployEpochMillis().isPresent())
                                .isEqualTo(alert.series().variant().equals("stable")));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isCutOffAnywhereAndTellsTheSame(long seed) {
        Random random = new Random(seed);
        List<byte[]> windows = WINDOWS;
        Topics topics = new Topics();
        int done = 0;
        String cuts = "seed " + seed + ", cuts at";
        while (done < windows.size()) {
            Watch watch = started(topics, windows.size());
            int cut = random.nextInt(windows.size() / 3) + done;
            cuts += " " + cut;
            done = 0;
            while (done < windows.size()) {
                Outgoing outgoing = watch.take(0, done, windows.get(done));
                boolean whole = topics.publish(outgoing, done >= cut ? random.nextInt(2) : Integer.MAX_VALUE);
                if (!whole) {
                    break;
                }
                done++;
            }
        }
        assertSame(topics, expected, cuts);
    }

    @Test
    void isCutOffRightAroundEveryTransition() {
        List<byte[]> windows = WINDOWS;
        Topics probe = new Topics();
        Watch watch = started(probe, windows.size());
        List<Integer> turns = new ArrayList<>();
        for (int offset = 0; offset < windows.size(); offset++) {
            Outgoing outgoing = watch.take(0, offset, windows.get(offset));
            if (!outgoing.alerts().isEmpty() || !outgoing.baselines().isEmpty()) {
                turns.add(offset);
            }
        }
        for (int turn : turns) {
            for (int sent = 0; sent <= 2; sent++) {
                Topics topics = new Topics();
                Watch first = started(topics, windows.size());
                for (int offset = 0; offset <= turn; offset++) {
                    topics.publish(
                            first.take(0, offset, windows.get(offset)), offset == turn ? sent : Integer.MAX_VALUE);
                }
                Watch second = started(topics, windows.size());
                for (int offset = 0; offset < windows.size(); offset++) {
                    topics.publish(second.take(0, offset, windows.get(offset)), Integer.MAX_VALUE);
                }
                assertSame(topics, expected, "cut at " + turn + " after " + sent + " sends");
            }
        }
    }
}
