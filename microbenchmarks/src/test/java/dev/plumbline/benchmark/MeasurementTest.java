package dev.plumbline.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    /** Ten requests a second for twelve seconds, each of 100 ms; seen late by so much. */
    private static Measurement seenLate(IntToLongFunction lateNanos) {
        List<Sighting> seen = new ArrayList<>();
        Map<String, Truth.Emitted> truth = new HashMap<>();
        for (int i = 0; i < 120; i++) {
            long sent = i * SECOND / 10;
            seen.add(new Sighting("r" + i, sent, sent + 100 * MILLI + lateNanos.applyAsLong(i), 50));
            // The target has a clock of its own.
            truth.put("r" + i, new Truth.Emitted(77 + sent, 77 + sent + 100 * MILLI));
        }
        return Measurement.of(seen, truth);
    }

    @Test
    void anErrorIsWhatIsMeasuredMinusWhatIsTrue() {
        Measurement late = seenLate(i -> i % 50 == 0 ? 40 * MILLI : 2 * MILLI);

        assertThat(late.requests()).isEqualTo(120);
        assertThat(late.errorP50Millis()).isEqualTo(2, within(1e-9));
        assertThat(late.errorP99Millis()).isEqualTo(40, within(1e-9));
        assertThat(late.perSecond()).isEqualTo(120 / 11.9, within(1e-9));
    }

    @Test
    void theFirstSecondIsLookedAtByItself() {
        Measurement cold = seenLate(i -> i < 10 ? 300 * MILLI : MILLI);

        assertThat(cold.firstSecondMillis()).isEqualTo(300, within(1e-9));
        assertThat(cold.tenthSecondMillis()).hasValue(1);
    }

    @Test
    void nothingInCommonIsSaid() {
        assertThatThrownBy(() -> Measurement.of(List.of(new Sighting("a", 0, 1, 1)), Map.of()))
                .hasMessageContaining("none of them the same");
    }

    @Test
    void anErrorIsToldByTheWayOnWhichItArose() {
        List<Sighting> seen = new ArrayList<>();
        Map<String, Truth.Emitted> truth = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            long sent = i * SECOND / 10;
            long there = (i % 20 == 0 ? 9 : 1) * MILLI;
            long back = (i % 20 == 1 ? 33 : 2) * MILLI;
            seen.add(new Sighting("r" + i, sent, sent + there + 100 * MILLI + back, 50));
            // The target's clock has another origin than the tool's.
            truth.put(
                    "r" + i, new Truth.Emitted(777 * SECOND + sent + there, 777 * SECOND + sent + there + 100 * MILLI));
        }
        Measurement turn = Measurement.of(seen, truth);

        assertThat(turn.thereP50Millis()).isZero();
        assertThat(turn.thereP99Millis()).isEqualTo(8, within(1e-9));
        assertThat(turn.backP50Millis()).isZero();
        assertThat(turn.backP99Millis()).isEqualTo(31, within(1e-9));
    }

    @Test
    void differencesAreTakenPairByPair() {
        Map<String, List<Measurement>> tools = new LinkedHashMap<>();
        tools.put("netty", List.of(seenLate(i -> MILLI), seenLate(i -> 5 * MILLI)));
        tools.put("plumbline", List.of(seenLate(i -> 2 * MILLI), seenLate(i -> 6 * MILLI)));

        assertThat(Results.table(Map.of("c1", tools))).contains("plumbline - netty | 1.00 (1.00 to 1.00)");
    }

    @Test
    void aFloodIsMeasuredInChunksAndComparedPairByPair() {
        List<Sighting> seen = List.of(new Sighting("a", 0, 1, 256), new Sighting("b", 1, 2, 244));
        assertThat(Measurement.chunksPerSecond(seen, 2)).isEqualTo(250);
        assertThatThrownBy(() -> Measurement.chunksPerSecond(List.of(), 2)).hasMessageContaining("no request");
        assertThat(Results.floodRow("c100", "plumbline", List.of(200.0, 100.0, 50.0), List.of(100.0, 80.0, 60.0)))
                .isEqualTo("| c100 | plumbline | 100 (50 to 200) | 80 (60 to 100) | 0.80 (0.50 to 1.20) |\n");
    }

    @Test
    void aLogThatIsStillWrittenIsReadUpToItsLastWholeLine(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("emitted.jsonl");
        Files.writeString(
                log,
                "{\"requestId\":\"a\",\"receivedNanos\":5,\"firstContentNanos\":9}\n"
                        + "{\"requestId\":\"b\",\"receivedNanos\":6}\n{\"requestId\":\"c\",\"rec");

        assertThat(Truth.read(log)).containsOnlyKeys("a");
        assertThat(Truth.read(log).get("a").ttftNanos()).isEqualTo(4);
    }
}
