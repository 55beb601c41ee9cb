package dev.plumbline.judgement.cause;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.verdict.Explanation;
import dev.plumbline.contract.verdict.Explanation.Cause;
import dev.plumbline.contract.verdict.Explanation.Kind;
import dev.plumbline.contract.verdict.JudgedMetric;
import dev.plumbline.contract.verdict.Means;
import dev.plumbline.contract.verdict.Means.Sum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WhyTest {

    private static final List<JudgedMetric> TTFT = List.of(JudgedMetric.TTFT_P50, JudgedMetric.TTFT_P95);
    private static final List<JudgedMetric> TPOT = List.of(JudgedMetric.TPOT_P50);
    private static final List<JudgedMetric> RATE = List.of(JudgedMetric.OUTPUT_TOKEN_RATE);

    /** Everything known: TTFT 100 ms of which 10 in the queue, 20 ms a token, 101 tokens, 8 in the engine that are all ours. */
    private static final Map<String, Double> HEALTHY = Map.ofEntries(
            Map.entry(Facts.TTFT, 100e6),
            Map.entry(Facts.TTFT_MEDIAN, 95e6),
            Map.entry(Facts.TPOT, 20e6),
            Map.entry(Facts.ITL, 20e6),
            Map.entry(Facts.ITL_MEDIAN, 20e6),
            Map.entry(Facts.PAUSE, 0.0),
            Map.entry(Facts.E2E, 2_100e6),
            Map.entry(Facts.OUTPUT_TOKENS, 101.0),
            Map.entry(Facts.PROMPT_TOKENS, 500.0),
            Map.entry(Facts.GENERATOR_DELAY, 1e6),
            Map.entry(Facts.OFFERED, 4.0),
            Map.entry(Facts.IN_FLIGHT, 8.0),
            Map.entry(Facts.QUEUE, 0.010),
            Map.entry(Facts.RUNNING, 8.0),
            Map.entry(Facts.WAITING, 0.0),
            Map.entry(Facts.KV, 0.4),
            Map.entry(Facts.PREEMPTIONS, 0.0),
            Map.entry(Facts.HITS, 0.9),
            Map.entry(Facts.CLOCK, 1_980e6),
            Map.entry(Facts.SLOWED, 0.0),
            Map.entry(Facts.MEMORY, 0.7));

    @Test
    void aQueueIsTakenAsTheEngineTellsIt() {
        Explanation why =
                why(TTFT, Map.of(Facts.TTFT, 886e6, Facts.QUEUE, 0.764, Facts.WAITING, 6.0, Facts.RUNNING, 2.0));
        assertThat(first(why).kind()).isEqualTo(Kind.ENGINE_QUEUE);
        assertThat(first(why).share().getAsDouble()).isBetween(0.95, 0.97);
        assertThat(why.sentence())
                .isEqualTo("queue time 10 -> 764 ms explains 96 % of ttft (8 -> 2 requests run at a time)");
        assertThat(why.causes().get(1).kind()).isEqualTo(Kind.FEWER_SLOTS);
    }

    @Test
    void whoeverWaitsBehindOthersIsToldWhose() {
        Explanation why =
                why(TTFT, Map.of(Facts.TTFT, 600e6, Facts.QUEUE, 0.5, Facts.WAITING, 4.0, Facts.RUNNING, 16.0));
        assertThat(why.causes()).extracting(Cause::kind).startsWith(Kind.ENGINE_QUEUE, Kind.OTHER_TENANTS);
        assertThat(why.sentence()).contains("requests of others in the engine 0 -> 12");
    }

    @Test
    void placesThatAreHeldLongerLetOthersWait() {
        Explanation why = why(
                List.of(JudgedMetric.TTFT_P50, JudgedMetric.TPOT_P50),
                Map.of(
                        Facts.TTFT,
                        4_100e6,
                        Facts.QUEUE,
                        4.01,
                        Facts.WAITING,
                        4.0,
                        Facts.IN_FLIGHT,
                        12.0,
                        Facts.TPOT,
                        30e6,
                        Facts.ITL,
                        30e6,
                        Facts.ITL_MEDIAN,
                        30e6,
                        Facts.E2E,
                        7_100e6));
        assertThat(why.causes()).extracting(Cause::kind).startsWith(Kind.ENGINE_QUEUE, Kind.DECODE);
        assertThat(why.sentence()).contains("holds places longer");
    }

    @Test
    void theGeneratorAccusesItselfFirst() {
        Explanation why = why(TTFT, Map.of(Facts.TTFT, 160e6, Facts.GENERATOR_DELAY, 55e6));
        assertThat(first(why).kind()).isEqualTo(Kind.CLIENT_WAIT);
        assertThat(first(why).share().getAsDouble()).isEqualTo(0.9);
    }

    @Test
    void fewerHitsAndLongerPromptsExplainNoMoreThanTheyCan() {
        Explanation hits = why(TTFT, Map.of(Facts.TTFT, 250e6, Facts.TTFT_MEDIAN, 245e6, Facts.HITS, 0.1));
        assertThat(first(hits).kind()).isEqualTo(Kind.PREFIX_HITS);
        assertThat(hits.sentence()).contains("prompt tokens found in the cache 90 -> 10 %", "100 % of ttft");

        Explanation longer = why(TTFT, Map.of(Facts.TTFT, 200e6, Facts.TTFT_MEDIAN, 195e6, Facts.PROMPT_TOKENS, 750.0));
        assertThat(longer.causes()).extracting(Cause::kind).containsExactly(Kind.PREFILL, Kind.LONGER_PROMPTS);
        assertThat(longer.causes().get(1).share().getAsDouble())
                .as("half again of 90 ms, of 100")
                .isBetween(0.44, 0.46);
    }

    @Test
    void aClockThatFellIsThrottlingWhereTheGpuSaysSo() {
        Map<String, Double> slow = Map.of(
                Facts.TPOT, 26e6, Facts.ITL, 26e6, Facts.ITL_MEDIAN, 26e6, Facts.CLOCK, 1_500e6, Facts.SLOWED, 1.0);
        Explanation throttled = why(TPOT, slow);
        assertThat(first(throttled).kind()).isEqualTo(Kind.THROTTLING);
        assertThat(throttled.sentence()).contains("held back by heat or power 0 -> 1", "clock 1980 -> 1500 MHz");

        Map<String, Double> notHeldBack = new HashMap<>(slow);
        notHeldBack.put(Facts.SLOWED, 0.0);
        assertThat(first(why(TPOT, notHeldBack)).kind()).isEqualTo(Kind.DECODE);
    }

    @Test
    void othersAndLessAcceptanceExplainSlowerTokens() {
        Explanation others =
                why(TPOT, Map.of(Facts.TPOT, 26e6, Facts.ITL, 26e6, Facts.ITL_MEDIAN, 26e6, Facts.RUNNING, 12.0));
        assertThat(first(others).kind()).isEqualTo(Kind.OTHER_TENANTS);
        assertThat(others.sentence()).contains("requests of others in the engine 0 -> 4");

        Map<String, Double> drafts = new HashMap<>(HEALTHY);
        drafts.put(Facts.ENGINE_ACCEPTED, 2.0);
        Map<String, Double> fewer = new HashMap<>(drafts);
        fewer.putAll(Map.of(Facts.ENGINE_ACCEPTED, 1.0, Facts.TPOT, 30e6, Facts.ITL, 30e6, Facts.ITL_MEDIAN, 30e6));
        Explanation acceptance = Why.of(TPOT, means(drafts), means(fewer));
        assertThat(first(acceptance).kind()).isEqualTo(Kind.ACCEPTANCE);
        assertThat(acceptance.sentence()).contains("3 -> 2", "100 % of tpot");
    }

    @Test
    void longerAnswersExplainALowerRateAndNotSlowerTokens() {
        Explanation why = why(RATE, Map.of(Facts.E2E, 3_100e6, Facts.OUTPUT_TOKENS, 151.0));
        assertThat(first(why).kind()).isEqualTo(Kind.LONGER_OUTPUTS);
        assertThat(why.sentence()).isEqualTo("answers of 101 -> 151 tokens explains 100 % of e2e");
    }

    @Test
    void aFullCacheIsNotAStall() {
        Explanation why = why(
                TPOT,
                Map.of(Facts.TPOT, 30e6, Facts.ITL, 30e6, Facts.PAUSE, 9e6, Facts.KV, 0.97, Facts.PREEMPTIONS, 2.0));
        assertThat(first(why).kind()).isEqualTo(Kind.KV_CACHE);
        assertThat(why.sentence()).contains("KV cache 40 -> 97 % in use, preemptions 0 -> 2/s");
    }

    @Test
    void whatNobodySawIsNotNamed() {
        Map<String, Double> known =
                Map.of(Facts.TTFT, 100e6, Facts.TPOT, 20e6, Facts.E2E, 2_100e6, Facts.OUTPUT_TOKENS, 101.0);
        Map<String, Double> slow =
                Map.of(Facts.TTFT, 300e6, Facts.TPOT, 30e6, Facts.E2E, 3_300e6, Facts.OUTPUT_TOKENS, 101.0);
        for (List<JudgedMetric> moved : List.of(TTFT, TPOT, RATE)) {
            Explanation why = Why.of(moved, means(known), means(slow));
            assertThat(why.causes()).extracting(Cause::kind).containsOnly(Kind.NOT_ATTRIBUTABLE);
            assertThat(why.sentence()).contains("not attributable", "the engine does not tell");
        }
        Explanation tail = why(TTFT, Map.of(Facts.TTFT, 101e6));
        assertThat(tail.sentence()).startsWith("not attributable: the mean did not move");
        assertThat(Why.of(TTFT, Means.none(), Means.none()).causes())
                .extracting(Cause::kind)
                .containsExactly(Kind.NOT_ATTRIBUTABLE);
    }

    @Test
    void sharesOfNoExplanationSumToMoreThanTheWhole() {
        Random random = new Random(42);
        for (int seed = 0; seed < 500; seed++) {
            Map<String, Double> since = new HashMap<>(HEALTHY);
            since.replaceAll((name, value) -> value * Math.exp(random.nextGaussian()));
            List<JudgedMetric> moved = List.of(TTFT, TPOT, RATE).get(seed % 3);
            Explanation why = Why.of(moved, means(HEALTHY), means(since));
            double sum = why.causes().stream()
                    .mapToDouble(cause -> cause.share().orElse(0))
                    .sum();
            assertThat(sum).as("seed %d: %s", seed, why).isBetween(0.0, 1.0 + 1e-9);
            assertThat(why.sentence()).isNotBlank();
        }
    }

    private static Explanation why(List<JudgedMetric> moved, Map<String, Double> changed) {
        Map<String, Double> since = new HashMap<>(HEALTHY);
        since.putAll(changed);
        return Why.of(moved, means(HEALTHY), means(since));
    }

    private static Cause first(Explanation why) {
        return why.causes().getFirst();
    }

    private static Means means(Map<String, Double> values) {
        Map<String, Sum> sums = new HashMap<>();
        values.forEach((name, value) -> sums.put(name, new Sum(value * 100, 100)));
        return new Means(sums);
    }
}
