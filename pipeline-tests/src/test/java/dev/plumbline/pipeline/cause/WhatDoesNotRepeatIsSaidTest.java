package dev.plumbline.pipeline.cause;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.cause.Cold;
import dev.plumbline.judgement.cause.Knee;
import dev.plumbline.judgement.result.RunWindow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A cold engine in the sample, and a load at the knee, are said in a sentence each, in nine of ten seeds or more; and not said where
 * there is none. The engine has steps of 20 ms and 1 ms for each sequence: its knee is near 19 in flight, 7.3 requests per second.
 */
class WhatDoesNotRepeatIsSaidTest {

    private static final int SEEDS = 10;
    private static final long WINDOW_MILLIS = 5_000;
    private static final Pattern WOULD = Pattern.compile("([0-9.]+) (?:requests )?per second would");

    @Test
    void aLoadAtTheKneeIsSaidWithOneThatWouldRepeat() {
        LoadPoint load = LoadPoint.parse("r7-poisson");
        List<String> said = sentences(seed ->
                Knee.sentence(windows(new StepEngineWorld(seed, 7.3, WINDOW_MILLIS).until(60), 6), load));
        assertThat(said).hasSizeGreaterThanOrEqualTo(SEEDS * 9 / 10).allSatisfy(sentence -> {
            assertThat(sentence).contains("the knee being at", "will not repeat");
            assertThat(rate(sentence)).isBetween(3.5, 6.0);
        });
    }

    @Test
    void aLoadThatLetsRequestsWaitIsSaidWithWhatItCompletes() {
        LoadPoint load = LoadPoint.parse("r6-poisson");
        List<String> said = sentences(seed -> {
            StepEngineWorld world = new StepEngineWorld(seed, 5.5, WINDOW_MILLIS);
            // Eight at a time are 4.2 requests per second.
            world.core().setMaxRunning(8);
            return Knee.sentence(windows(world.until(40), 6), load);
        });
        assertThat(said).hasSizeGreaterThanOrEqualTo(SEEDS * 9 / 10).allSatisfy(sentence -> {
            assertThat(sentence).contains("waited in the engine in 100 % of the windows");
            assertThat(rate(sentence)).isBetween(2.8, 3.8);
        });
        StepEngineWorld closed = new StepEngineWorld(1, 0, WINDOW_MILLIS);
        closed.core().setMaxRunning(3);
        assertThat(Knee.sentence(windows(closed.until(20), 2), LoadPoint.parse("c8"))
                        .orElseThrow())
                .contains("at 8 at a time", "3 at a time, as many as it runs, would");
    }

    @Test
    void aLoadWellBelowTheKneeIsNotSaid() {
        List<String> said = sentences(seed -> Knee.sentence(
                windows(new StepEngineWorld(seed, 2, WINDOW_MILLIS).until(40), 6), LoadPoint.parse("r2-poisson")));
        assertThat(said).hasSizeLessThanOrEqualTo(SEEDS / 10);
    }

    @Test
    void aColdBeginIsSaidAndAWarmOneIsNot() {
        List<String> cold = sentences(seed -> {
            StepEngineWorld world = new StepEngineWorld(seed, 0, WINDOW_MILLIS);
            world.core().setFactors(1, 20);
            world.until(2);
            world.core().setFactors(1, 1);
            return Cold.sentence(windows(world.until(20), 0));
        });
        assertThat(cold)
                .hasSizeGreaterThanOrEqualTo(SEEDS * 9 / 10)
                .allSatisfy(sentence ->
                        assertThat(sentence).contains("the first 10 s met a cold engine", "--warmup-duration 20s"));
        List<String> warm =
                sentences(seed -> Cold.sentence(windows(new StepEngineWorld(seed, 0, WINDOW_MILLIS).until(20), 0)));
        assertThat(warm).hasSizeLessThanOrEqualTo(SEEDS / 10);
    }

    @Test
    void anEngineThatCooledInAPauseIsSaid() {
        List<String> cold = sentences(seed -> {
            StepEngineWorld world = new StepEngineWorld(seed, 3, WINDOW_MILLIS);
            world.until(10);
            world.rest(60_000_000_000L);
            world.core().setFactors(1, 20);
            int begin = world.until(0).size();
            world.until(begin + 2);
            world.core().setFactors(1, 1);
            return Cold.sentence(windows(world.until(begin + 12), 0));
        });
        assertThat(cold)
                .hasSizeGreaterThanOrEqualTo(SEEDS * 9 / 10)
                .allSatisfy(sentence -> assertThat(sentence).contains("without load the engine was cold again"));
    }

    private static double rate(String sentence) {
        Matcher would = WOULD.matcher(sentence);
        assertThat(would.find()).as(sentence).isTrue();
        return Double.parseDouble(would.group(1));
    }

    private static List<String> sentences(LongFunction<Optional<String>> ofSeed) {
        List<String> said = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            ofSeed.apply(seed).ifPresent(said::add);
        }
        return said;
    }

    private static List<RunWindow> windows(List<WindowRecord> records, int skipped) {
        return records.stream()
                .skip(skipped)
                .filter(record -> !record.hasNoLoad())
                .map(record -> new RunWindow(
                        record.id().startEpochMillis(),
                        record.id().lengthMillis(),
                        record.delta(),
                        record.excluded(),
                        1,
                        false))
                .toList();
    }
}
