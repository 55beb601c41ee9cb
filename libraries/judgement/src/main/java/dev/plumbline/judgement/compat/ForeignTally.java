package dev.plumbline.judgement.compat;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.judgement.compat.ForeignFigures.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Adds the events of a run up by the definitions of another tool. The same events in any order give the same figures, but for the
 * percentiles of very many. One thread.
 *
 * <p>Definitions: AIPerf's {@code docs/metrics-reference.md}; GuideLLM's {@code schemas/request_stats.py} and {@code
 * schemas/generative/metrics.py}; vLLM's {@code benchmarks/serve.py} and {@code benchmarks/lib/endpoint_request_func.py}.
 */
public final class ForeignTally {

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final ForeignTool tool;
    private final boolean isChat;

    private final Values ttftMillis = new Values();
    private final Values ttfaMillis = new Values();
    private final Values tpotMillis = new Values();
    private final Values itlMillis = new Values();
    private final Values latencyMillis = new Values();
    private final Values tokensPerSecond = new Values();
    private final Values promptTokens = new Values();
    private final Values outputTokens = new Values();
    private final HistogramAccumulator gaps = new HistogramAccumulator();
    private long completed;
    private long failed;
    private long cancelled;
    private double firstDueMillis = Double.POSITIVE_INFINITY;
    private double firstSentMillis = Double.POSITIVE_INFINITY;
    private double lastEndMillis = Double.NEGATIVE_INFINITY;
    private double busyMillis;

    /** @param isChat whether OpenAI's chat was asked, of which one tool takes the chunk that holds a role only for a first token */
    public ForeignTally(ForeignTool tool, boolean isChat) {
        this.tool = tool;
        this.isChat = isChat;
    }

    /** Adds one measured request. What was dropped before it was sent no other tool knows. */
    public void add(RequestEvent event) {
        switch (event.outcome()) {
            case Outcome.Completed done -> completed(event);
            case Outcome.Failed failure -> {
                failed++;
                spans(event);
            }
            case Outcome.Cancelled end -> cancelled++;
            case Outcome.Dropped drop -> {}
        }
    }

    private void completed(RequestEvent event) {
        completed++;
        spans(event);
        long tokens = event.response().tokens().output().map(TokenCount::count).orElse(0L);
        event.response().tokens().output().ifPresent(count -> outputTokens.add(count.count()));
        event.response().tokens().prompt().ifPresent(count -> promptTokens.add(count.count()));
        gaps.add(event.response().chunkGaps());
        OptionalLong latency = tool == ForeignTool.GUIDELLM
                ? Stamps.between(
                        event.stamps().sentNanos(),
                        OptionalLong.of(event.stamps().endNanos()))
                : event.e2eNanos();
        latency.ifPresent(nanos -> latencyMillis.add(millis(nanos)));
        OptionalLong ttft =
                tool == ForeignTool.VLLM && isChat && event.response().streamed()
                        ? Stamps.between(
                                event.stamps().sentNanos(), event.stamps().firstByteNanos())
                        : event.ttftNanos();
        ttft.ifPresent(nanos -> ttftMillis.add(millis(nanos)));
        event.ttfaNanos().ifPresent(nanos -> ttfaMillis.add(millis(nanos)));
        OptionalLong toLast = event.e2eNanos();
        if (ttft.isEmpty() || toLast.isEmpty() || tokens < 1) {
            return;
        }
        double decodeMillis = millis(toLast.getAsLong() - ttft.getAsLong());
        if (tool == ForeignTool.GUIDELLM) {
            // Its own first token included, and as often as there are tokens.
            tpotMillis.add(millis(toLast.getAsLong()) / tokens, tokens);
        } else if (tokens > 1) {
            tpotMillis.add(decodeMillis / (tokens - 1));
        }
        if (tokens > 1) {
            double perToken = decodeMillis / (tokens - 1);
            itlMillis.add(perToken, tool == ForeignTool.GUIDELLM ? tokens - 1 : 1);
            if (perToken > 0) {
                tokensPerSecond.add(MILLIS_PER_SECOND / perToken);
            }
        }
    }

    /** When it was due, sent and over, by the wall clock of its end. */
    private void spans(RequestEvent event) {
        Stamps stamps = event.stamps();
        double end = event.endEpochMillis();
        lastEndMillis = Math.max(lastEndMillis, end);
        firstDueMillis = Math.min(firstDueMillis, end - millis(stamps.endNanos() - stamps.dueNanos()));
        stamps.sentNanos().ifPresent(sent -> {
            double took = millis(stamps.endNanos() - sent);
            firstSentMillis = Math.min(firstSentMillis, end - took);
            if (event.outcome() instanceof Outcome.Completed) {
                busyMillis += took;
            }
        });
    }

    private static double millis(long nanos) {
        return nanos / NANOS_PER_MILLI;
    }

    /** What has been added so far. */
    public ForeignFigures figures() {
        List<Figure> figures = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Map<String, String> missing = new LinkedHashMap<>();
        switch (tool) {
            case VLLM -> vllm(figures, notes, missing);
            case AIPERF -> aiperf(figures, notes, missing);
            case GUIDELLM -> guidellm(figures, notes, missing);
        }
        if (latencyMillis.isCut()) {
            notes.add("percentiles are of the first " + Values.MOST_KEPT + " requests");
        }
        if (completed > 0 && outputTokens.count() < completed) {
            missing.put(
                    "tokens of " + (completed - outputTokens.count()) + " requests",
                    "nobody counted them; the tool would have counted chunks or used a tokenizer of its own");
        }
        return new ForeignFigures(tool, figures, notes, missing);
    }

    private void vllm(List<Figure> figures, List<String> notes, Map<String, String> missing) {
        double seconds = (lastEndMillis - firstDueMillis) / MILLIS_PER_SECOND;
        figures.add(Figure.of("completed", "", completed));
        figures.add(Figure.of("failed", "", failed));
        totals(figures);
        if (seconds > 0) {
            figures.add(Figure.of("duration", "s", seconds));
            figures.add(Figure.of("request_throughput", "req/s", completed / seconds));
            figures.add(Figure.of("output_throughput", "tok/s", outputTokens.sum() / seconds));
            figures.add(
                    Figure.of("total_token_throughput", "tok/s", (promptTokens.sum() + outputTokens.sum()) / seconds));
        }
        flat(figures, "ttft", ttftMillis);
        flat(figures, "tpot", tpotMillis);
        Histogram pooled = gaps.toHistogram();
        if (!pooled.isEmpty()) {
            figures.add(Figure.of("mean_itl_ms", "ms", pooled.meanNanos().orElseThrow() / NANOS_PER_MILLI));
            figures.add(Figure.of(
                    "median_itl_ms", "ms", millis(pooled.quantileNanos(0.5).orElseThrow())));
            figures.add(Figure.of(
                    "p99_itl_ms", "ms", millis(pooled.quantileNanos(0.99).orElseThrow())));
        }
        flat(figures, "e2el", latencyMillis);
        notes.add(
                "duration runs from the first request that was due to the end of the last; theirs is the time of their own loop");
        notes.add(
                isChat
                        ? "ttft ends at the first byte of the answer, as theirs does at a chunk with a role only"
                        : "ttft ends at the first chunk with text");
        notes.add(
                "e2el and itl end at the last chunk with text; theirs at the chunk with the finish reason, if that comes later");
        missing.put("std_itl_ms", "of the gaps a distribution is kept, not each");
        missing.put("request_goodput", "goodput is told with our own definitions, see --goodput");
        missing.put("max_output_tokens_per_s", "tokens are not counted in seconds of the wall clock");
        missing.put("max_concurrent_requests", "requests are not counted in seconds of the wall clock");
    }

    private void totals(List<Figure> figures) {
        if (!promptTokens.isEmpty()) {
            figures.add(Figure.of("total_input_tokens", "", promptTokens.sum()));
        }
        if (!outputTokens.isEmpty()) {
            figures.add(Figure.of("total_output_tokens", "", outputTokens.sum()));
        }
    }

    private static void flat(List<Figure> figures, String name, Values values) {
        if (values.isEmpty()) {
            return;
        }
        figures.add(Figure.of("mean_" + name + "_ms", "ms", values.mean()));
        figures.add(Figure.of("median_" + name + "_ms", "ms", values.interpolated(0.5)));
        figures.add(Figure.of("std_" + name + "_ms", "ms", values.deviation()));
        figures.add(Figure.of("p99_" + name + "_ms", "ms", values.interpolated(0.99)));
    }

    private void aiperf(List<Figure> figures, List<String> notes, Map<String, String> missing) {
        double seconds = (lastEndMillis - firstSentMillis) / MILLIS_PER_SECOND;
        nested(figures, "time_to_first_token", "ms", ttftMillis);
        nested(figures, "time_to_first_output_token", "ms", ttfaMillis);
        nested(figures, "inter_token_latency", "ms", itlMillis);
        nested(figures, "request_latency", "ms", latencyMillis);
        nested(figures, "output_token_throughput_per_user", "tokens/sec/user", tokensPerSecond);
        nested(figures, "input_sequence_length", "tokens", promptTokens);
        nested(figures, "output_sequence_length", "tokens", outputTokens);
        Histogram pooled = gaps.toHistogram();
        if (!pooled.isEmpty()) {
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("avg", pooled.meanNanos().orElseThrow() / NANOS_PER_MILLI);
            values.put("min", millis(pooled.minNanos().orElseThrow()));
            values.put("max", millis(pooled.maxNanos().orElseThrow()));
            for (int percent : new int[] {50, 90, 95, 99}) {
                values.put(
                        "p" + percent,
                        millis(pooled.quantileNanos(percent / 100.0).orElseThrow()));
            }
            figures.add(new Figure("inter_chunk_latency", "ms", values));
        }
        if (seconds > 0) {
            figures.add(average("output_token_throughput", "tokens/sec", outputTokens.sum() / seconds));
            figures.add(average("request_throughput", "requests/sec", completed / seconds));
        }
        figures.add(average("request_count", "requests", completed));
        figures.add(average("error_request_count", "requests", failed));
        notes.add("input and output lengths are the server's counts; theirs may be a tokenizer's");
        missing.put("time_to_second_token", "of the gaps a distribution is kept, not the first");
        missing.put("goodput", "goodput is told with our own definitions, see --goodput");
    }

    private static Figure average(String name, String unit, double value) {
        return new Figure(name, unit, Map.of("avg", value));
    }

    private static void nested(List<Figure> figures, String name, String unit, Values values) {
        if (values.isEmpty()) {
            return;
        }
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("avg", values.mean());
        all.put("min", values.min());
        all.put("max", values.max());
        for (int percent : new int[] {1, 5, 10, 25, 50, 75, 90, 95, 99}) {
            all.put("p" + percent, values.interpolated(percent / 100.0));
        }
        all.put("std", values.deviation());
        figures.add(new Figure(name, unit, all));
    }

    private void guidellm(List<Figure> figures, List<String> notes, Map<String, String> missing) {
        double seconds = (lastEndMillis - firstSentMillis) / MILLIS_PER_SECOND;
        Map<String, Double> totals = new LinkedHashMap<>();
        totals.put("successful", (double) completed);
        totals.put("incomplete", (double) cancelled);
        totals.put("errored", (double) failed);
        totals.put("total", (double) (completed + cancelled + failed));
        figures.add(new Figure("request_totals", "", totals));
        if (seconds > 0) {
            figures.add(mean("requests_per_second", "1/s", completed / seconds));
            figures.add(mean("request_concurrency", "", busyMillis / MILLIS_PER_SECOND / seconds));
            figures.add(mean("output_tokens_per_second", "tok/s", outputTokens.sum() / seconds));
            figures.add(mean("tokens_per_second", "tok/s", (promptTokens.sum() + outputTokens.sum()) / seconds));
        }
        weighted(figures, "request_latency", "s", latencyMillis, MILLIS_PER_SECOND);
        weighted(figures, "prompt_token_count", "tokens", promptTokens, 1);
        weighted(figures, "output_token_count", "tokens", outputTokens, 1);
        weighted(figures, "time_to_first_token_ms", "ms", ttftMillis, 1);
        weighted(figures, "time_to_first_output_token_ms", "ms", ttfaMillis, 1);
        weighted(figures, "time_per_output_token_ms", "ms", tpotMillis, 1);
        weighted(figures, "inter_token_latency_ms", "ms", itlMillis, 1);
        notes.add(
                "of the successful requests; time_per_output_token_ms includes the first token and is weighted by tokens,"
                        + " inter_token_latency_ms by tokens after the first");
        notes.add(
                "rates and concurrency are over the time from the first request that was sent to the end of the last");
        missing.put("distributions of rates and of concurrency", "only their means are reckoned");
        missing.put("mode", "it depends on how the tool rounds");
        missing.put("output_tokens_per_iteration", "tokens are not counted by chunk");
    }

    private static Figure mean(String name, String unit, double value) {
        return new Figure(name, unit, Map.of("mean", value));
    }

    private static void weighted(List<Figure> figures, String name, String unit, Values values, double per) {
        if (values.isEmpty()) {
            return;
        }
        Map<String, Double> all = new LinkedHashMap<>();
        all.put("mean", values.mean() / per);
        all.put("median", values.byWeight(0.5) / per);
        all.put("std_dev", values.deviation() / per);
        all.put("min", values.min() / per);
        all.put("max", values.max() / per);
        for (int percent : new int[] {90, 95, 99}) {
            all.put("p" + percent, values.byWeight(percent / 100.0) / per);
        }
        figures.add(new Figure(name, unit, all));
    }
}
