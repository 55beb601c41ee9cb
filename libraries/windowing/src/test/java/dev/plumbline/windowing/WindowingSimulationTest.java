package dev.plumbline.windowing;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both stages alone; with detector and runs behind them: {@code PipelineSimulationTest}. */
class WindowingSimulationTest {

    private static final int STEPS = 1_200;
    private static final int STEP_MILLIS = 50;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("plumbline.simulation.seeds", 50));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nobodyWaitsForOneAndEveryEventIsCountedOnce(long seed) {
        new SimulatedPipe(seed, STEPS, STEP_MILLIS).run();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void norForOneWhoseClockIsSetAgainAndAgain(long seed) {
        SimulatedPipe pipe = new SimulatedPipe(seed, STEPS, STEP_MILLIS);
        pipe.run(List.of(new ClockIsSet(pipe, seed)));
    }
}
