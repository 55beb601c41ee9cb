package dev.plumbline.cli.measured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.cli.measured.MeasuredRequest.Ended;
import dev.plumbline.cli.measured.MeasuredRequest.Latencies;
import dev.plumbline.cli.measured.MeasuredRequest.Tokens;
import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.contract.window.WindowSummary;
import dev.plumbline.judgement.result.RunWindow;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowGridTest {

    private static final long SECOND = 1_000_000_000L;

    private static MeasuredRequest request(long sentNanos, long tookNanos, long tokens) {
        return new MeasuredRequest(
                OptionalLong.of(sentNanos),
                tookNanos,
                new Latencies(
                        OptionalLong.of(tookNanos / 10), OptionalLong.of(tookNanos / 100), OptionalLong.of(tookNanos)),
                new Tokens(OptionalLong.of(10), OptionalLong.of(tokens)),
                new Ended.Completed());
    }

    @Test
    void aYearOfRequestsStaysWithinItsBound() {
        WindowGrid grid = new WindowGrid();
        Random random = new Random(7);
        int count = 50_000;
        long tokens = 0;
        for (int i = 0; i < count; i++) {
            long sent = (long) (random.nextDouble() * 365 * 86_400 * SECOND);
            tokens += 5 + i % 7;
            grid.add(request(sent, SECOND + random.nextInt(1_000_000_000), 5 + i % 7), sent, true);
        }
        List<RunWindow> windows = grid.windows(true);
        assertThat(windows).hasSizeLessThanOrEqualTo(WindowGrid.MOST);
        WindowSummary all =
                windows.stream().map(RunWindow::measured).reduce(WindowSummary.empty(), WindowSummary::plus);
        assertThat(all.requests().completed()).isEqualTo(count);
        assertThat(all.offered()).isEqualTo(count);
        assertThat(all.latency(LatencyMetric.E2E).count()).isEqualTo(count);
        assertThat((double) all.tokens().streamedOutput()).isCloseTo(tokens, within((double) windows.size()));
    }

    @Test
    void windowsBehindTheLastRequestAreNotUnderLoad() {
        WindowGrid grid = new WindowGrid();
        for (int i = 0; i < 200; i++) {
            grid.add(request(i * SECOND / 10, 5 * SECOND, 20), i * SECOND / 10, true);
        }
        List<RunWindow> windows = grid.windows(true);
        RunWindow last = windows.get(windows.size() - 1);
        assertThat(last.partial()).isTrue();
        assertThat(last.measured().inFlightNanos()).isZero();
        assertThat(windows.stream().filter(window -> !window.partial())).hasSizeGreaterThan(15);
        assertThat(windows.get(10).measured().inFlightNanos() / 1e9).isCloseTo(50, within(1.0));
    }

    @Test
    void withoutTimesNoWindowHasALength() {
        WindowGrid grid = new WindowGrid();
        for (int i = 0; i < 400; i++) {
            grid.add(request(0, SECOND, 20), i * SECOND, false);
        }
        assertThat(grid.windows(false))
                .allMatch(RunWindow::partial)
                .allMatch(window -> window.measured().inFlightNanos() == 0);
    }
}
