package dev.plumbline.pipeline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.windowing.Seeds;
import dev.plumbline.windowing.SimulatedPipe;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * From events to the decision of a run: the pipe ({@link SimulatedPipe}), a service in it that becomes slow and recovers, the
 * detector ({@link Detection}) and runs ({@link WatchedRuns}). What must never be: that nothing bad is said while the
 * service is slow, or while windows go unjudged.
 *
 * <p>{@link Seeds} says how more seeds, or one, are asked for.
 */
class PipelineSimulationTest {

    private static final int STEPS = 1_600;
    private static final int STEP_MILLIS = 125;

    /** Seeds from which on everything has to have happened. */
    private static final int MANY_SEEDS = 50;

    private static final Logger DETECTOR_LOG = Logger.getLogger("dev.plumbline.detector");
    private static final Happenings HAPPENINGS = new Happenings();
    private static final AtomicInteger SEEDS_RUN = new AtomicInteger();

    static LongStream seeds() {
        return Seeds.asked();
    }

    @BeforeAll
    static void doNotTellOfEveryRestart() {
        DETECTOR_LOG.setLevel(Level.OFF);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Execution(ExecutionMode.CONCURRENT)
    void nothingBadReadsAsCalm(long seed) {
        Happenings happenings = new Happenings();
        Seeds.run(seed, PipelineSimulationTest.class, () -> run(seed, happenings));
        HAPPENINGS.add(happenings);
        SEEDS_RUN.incrementAndGet();
    }

    private static void run(long seed, Happenings happenings) {
        SimulatedPipe pipe = new SimulatedPipe(seed, STEPS, STEP_MILLIS);
        MeasuredService service = new MeasuredService(pipe, new Random(~seed));
        Random chance = new Random(seed * 31 + 7);
        Detection detection = new Detection(pipe, service, chance, happenings);
        WatchedRuns runs = new WatchedRuns(pipe, service, detection, chance, happenings);
        pipe.run(List.of(service, detection, runs));
        detection.finish();
        runs.finish();
    }

    /** Where nothing happens, nothing is proven. */
    @AfterAll
    static void everythingHappened() {
        DETECTOR_LOG.setLevel(null);
        if (SEEDS_RUN.get() < MANY_SEEDS) {
            return;
        }
        assertThat(HAPPENINGS.counts())
                .containsKeys(
                        "detector killed between batches",
                        "detector killed in the midst of a batch",
                        "detector started",
                        "partition moved",
                        "restore failed",
                        "snapshot failed",
                        "set aside",
                        "service baseline",
                        "service OK",
                        "service PENDING",
                        "service FIRING",
                        "service NOT_JUDGED",
                        "service ENDED",
                        "service alert FIRED",
                        "service alert RESOLVED",
                        "service alert ENDED",
                        "run PASS",
                        "run REGRESSION",
                        "run INCONCLUSIVE",
                        "run NOT_JUDGED",
                        "run in which an incident stayed open that began before",
                        "run at whose end the service was slow");
    }
}
