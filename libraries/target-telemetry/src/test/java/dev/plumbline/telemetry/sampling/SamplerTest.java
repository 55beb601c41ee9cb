package dev.plumbline.telemetry.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.NearestSample;
import dev.plumbline.contract.telemetry.EngineKind;
import dev.plumbline.contract.telemetry.EngineRequests;
import dev.plumbline.contract.telemetry.EngineSample;
import dev.plumbline.contract.telemetry.EngineTokens;
import dev.plumbline.contract.telemetry.SamplerState;
import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import dev.plumbline.contract.telemetry.TelemetryRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SamplerTest {

    private static final long MILLI = 1_000_000;
    private static final Pace QUICK = new Pace(1, 1, 100);

    private final ManualClock clock = new ManualClock(1_000);
    private final Viewpoint viewpoint = new Viewpoint("p", "t", "engine-metrics", clock);
    private final List<TelemetryRecord> told = new ArrayList<>();

    /**
     * Gives what a test lined up and moves the clock by 100 ms each time; then ends the sampler, and fails as what is closed
     * in mid-poll does, which is nobody's failure.
     */
    private final class Scripted implements SampleSource<EngineSample> {
        private final ArrayDeque<Supplier<Poll<EngineSample>>> script = new ArrayDeque<>();
        private final AtomicBoolean closed = new AtomicBoolean();
        private Runnable atEnd = () -> {};
        private boolean paced;

        @Override
        public boolean isPaced() {
            return paced;
        }

        @Override
        public Poll<EngineSample> poll() {
            if (script.isEmpty()) {
                atEnd.run();
                return new Poll.Failed<>(FailureReason.EXITED, "closed");
            }
            clock.advanceMillis(100);
            return script.removeFirst().get();
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    private final Scripted source = new Scripted();

    private EngineSample sample(double running) {
        OptionalDouble none = OptionalDouble.empty();
        return new EngineSample(
                viewpoint.now(),
                EngineKind.VLLM,
                new EngineRequests(OptionalDouble.of(running), none, none, none, none),
                new EngineTokens(none, none, none, none),
                Map.of());
    }

    private void takes(double running) {
        source.script.add(() -> new Poll.Taken<>(clock.nanos(), List.of(sample(running))));
    }

    private void fails(FailureReason reason) {
        source.script.add(() -> new Poll.Failed<>(reason, "because " + reason));
    }

    private final List<List<EngineSample>> looks = new ArrayList<>();

    private Sampler<EngineSample> sampler(Pace pace) {
        return new Sampler<>(
                viewpoint,
                source,
                pace,
                samples -> new TreeMap<>(Map.of(
                        "requestsRunningCount",
                        samples.get(0).requests().running().orElseThrow())),
                told::add,
                looks::add);
    }

    private Sampler<EngineSample> ran(Pace pace) throws InterruptedException {
        Sampler<EngineSample> sampler = sampler(pace);
        source.atEnd = sampler::stop;
        Thread thread = new Thread(sampler);
        thread.start();
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
        return sampler;
    }

    @Test
    void everySampleIsToldOnceAndEveryChangeOfStateOnce() throws InterruptedException {
        takes(1);
        takes(2);
        fails(FailureReason.TIMEOUT);
        fails(FailureReason.TIMEOUT);
        fails(FailureReason.CONNECT);
        takes(3);
        Sampler<EngineSample> sampler = ran(QUICK);
        assertThat(told)
                .extracting(record -> switch (record) {
                    case EngineSample engine -> engine.requests().running().orElseThrow();
                    case SamplerState state -> state.state();
                    default -> record;
                })
                .containsExactly(
                        new SamplerState.Up(),
                        1.0,
                        2.0,
                        new SamplerState.Down(FailureReason.TIMEOUT, "because TIMEOUT"),
                        new SamplerState.Down(FailureReason.CONNECT, "because CONNECT"),
                        new SamplerState.Up(),
                        3.0);
        assertThat(sampler.sampleCount()).isEqualTo(3);
        assertThat(sampler.failureCount(FailureReason.TIMEOUT)).isEqualTo(2);
        assertThat(sampler.failureCount(FailureReason.CONNECT)).isEqualTo(1);
        assertThat(source.closed).isTrue();
    }

    /** Each of them takes 100 ms here, and the one that the end cuts short is none. */
    @Test
    void howLongLooksTakeIsCountedWhetherTheyGiveASampleOrNot() throws InterruptedException {
        takes(1);
        fails(FailureReason.TIMEOUT);
        takes(2);
        Sampler<EngineSample> sampler = ran(QUICK);
        assertThat(sampler.lookCount()).isEqualTo(3);
        assertThat(sampler.lookNanos()).isEqualTo(300 * MILLI);
    }

    @Test
    void howLongASourceWaitsThatKeepsTheIntervalIsNoLook() throws InterruptedException {
        source.paced = true;
        takes(1);
        takes(2);
        Sampler<EngineSample> sampler = ran(QUICK);
        assertThat(sampler.sampleCount()).isEqualTo(2);
        assertThat(sampler.lookCount()).isZero();
        assertThat(sampler.lookNanos()).isZero();
    }

    @Test
    void aSourceThatThrowsIsUnreadableAndGoesOn() throws InterruptedException {
        source.script.add(() -> {
            throw new IllegalStateException("bug");
        });
        takes(1);
        Sampler<EngineSample> sampler = ran(QUICK);
        assertThat(sampler.failureCount(FailureReason.UNREADABLE)).isEqualTo(1);
        assertThat(sampler.isUp()).isTrue();
    }

    @Test
    void anOldReadingIsNotTheCurrentOneOnceTheSourceFails() throws InterruptedException {
        takes(1);
        fails(FailureReason.EXITED);
        Sampler<EngineSample> sampler = ran(QUICK);
        assertThat(sampler.isUp()).isFalse();
        assertThat(sampler.current()).isEmpty();
    }

    @Test
    void pausesDoubleUpToTheLongest() {
        Pace pace = new Pace(1_000, 30_000, 1);
        assertThat(List.of(1, 2, 3, 5, 6, 7, 64).stream().map(pace::pauseNanos))
                .containsExactly(1_000L, 2_000L, 4_000L, 16_000L, 30_000L, 30_000L, 30_000L);
    }

    @Test
    void stoppingEndsALongPause() throws InterruptedException {
        CountDownLatch polled = new CountDownLatch(1);
        source.script.add(() -> {
            polled.countDown();
            return new Poll.Failed<>(FailureReason.CONNECT, "because");
        });
        Sampler<EngineSample> sampler = sampler(new Pace(3_600_000_000_000L, 3_600_000_000_000L, 1));
        Thread thread = new Thread(sampler);
        thread.start();
        assertThat(polled.await(60, TimeUnit.SECONDS)).isTrue();
        sampler.stop();
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void aMomentGetsTheNearestReadingWithItsAgeAndNoneThatIsFar() throws InterruptedException {
        takes(1);
        takes(2);
        Sampler<EngineSample> sampler = ran(new Pace(100 * MILLI, 100 * MILLI, 10));
        NearestReadings<EngineSample> nearest = new NearestReadings<>(List.of(sampler), "none");
        // Readings lie at 100 ms and 200 ms.
        assertThat(nearest.around(90 * MILLI, 260 * MILLI).atStart())
                .isEqualTo(new NearestSample.Sampled(-10, Map.of("requestsRunningCount", 1.0)));
        assertThat(nearest.around(90 * MILLI, 260 * MILLI).atEnd())
                .isEqualTo(new NearestSample.Sampled(60, Map.of("requestsRunningCount", 2.0)));
        assertThat(nearest.around(700 * MILLI, 701 * MILLI).atStart())
                .isEqualTo(new NearestSample.Sampled(500, Map.of("requestsRunningCount", 2.0)));
        assertThat(nearest.around(700 * MILLI, 701 * MILLI).atEnd())
                .isEqualTo(new NearestSample.Absent("engine-metrics: no sample near enough"));
    }

    @Test
    void withoutAnySampleTheReasonIsTheReason() throws InterruptedException {
        assertThat(new NearestReadings<EngineSample>(List.of(), "no tool")
                        .around(1, 2)
                        .atEnd())
                .isEqualTo(new NearestSample.Absent("no tool"));
        assertThat(new NearestReadings<>(List.of(sampler(QUICK)), "")
                        .around(1, 2)
                        .atEnd())
                .isEqualTo(new NearestSample.Absent("engine-metrics: no answer yet"));
        fails(FailureReason.HTTP_STATUS);
        Sampler<EngineSample> dead = ran(QUICK);
        assertThat(new NearestReadings<>(List.of(dead), "").around(1, 2).atStart())
                .isEqualTo(new NearestSample.Absent("engine-metrics: because HTTP_STATUS"));
    }
}
