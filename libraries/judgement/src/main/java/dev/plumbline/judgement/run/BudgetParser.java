package dev.plumbline.judgement.run;

import dev.plumbline.contract.window.LatencyMetric;
import dev.plumbline.judgement.run.Budget.Comparison;
import dev.plumbline.judgement.run.Budget.Dimension;
import dev.plumbline.judgement.run.Budget.Measured;
import dev.plumbline.judgement.run.Budget.Measured.Rate;
import dev.plumbline.judgement.run.Budget.Unit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads {@code [SCENARIO:] STATISTIC(LATENCY)|RATE OPERATOR NUMBER [UNIT]}, blanks anywhere between. */
final class BudgetParser {

    private static final String NUMBER = "0123456789.";
    private static final double LOWEST_PERCENTILE = 50;
    private static final double HIGHEST_PERCENTILE = 99.9;

    /** Ours first, then vLLM's short names, then AIPerf's, whose inter-token latency is our TPOT. */
    private static final Map<String, LatencyMetric> LATENCIES = new LinkedHashMap<>();

    private static final Map<String, Rate> RATES = new LinkedHashMap<>();

    static {
        LATENCIES.put("ttft", LatencyMetric.TTFT);
        LATENCIES.put("ttfa", LatencyMetric.TTFA);
        LATENCIES.put("itl", LatencyMetric.ITL);
        LATENCIES.put("tpot", LatencyMetric.TPOT);
        LATENCIES.put("e2e", LatencyMetric.E2E);
        LATENCIES.put("response", LatencyMetric.RESPONSE);
        LATENCIES.put("e2el", LatencyMetric.E2E);
        LATENCIES.put("time_to_first_token", LatencyMetric.TTFT);
        LATENCIES.put("time_to_first_output_token", LatencyMetric.TTFA);
        LATENCIES.put("inter_chunk_latency", LatencyMetric.ITL);
        LATENCIES.put("inter_token_latency", LatencyMetric.TPOT);
        LATENCIES.put("request_latency", LatencyMetric.E2E);
        for (Rate rate : Rate.values()) {
            RATES.put(rate.label(), rate);
        }
        RATES.put("output_throughput", Rate.OUTPUT_TOKEN_RATE);
        RATES.put("output_token_throughput", Rate.OUTPUT_TOKEN_RATE);
        RATES.put("request_throughput", Rate.REQUEST_RATE);
        RATES.put("cost_per_1k", Rate.COST_PER_1K_TOKENS);
    }

    private final String text;
    private int at;

    BudgetParser(String text) {
        this.text = text;
    }

    Budget parse() {
        Optional<String> scenario = scenario();
        Measured measured = measured();
        Comparison comparison = comparison();
        int numberAt = skipBlanks();
        double number = number();
        Unit unit = unit(measured.dimension(), number, numberAt);
        if (unit.dimension() == Dimension.SHARE && number > (unit == Unit.PERCENT ? 100 : 1)) {
            throw wrong(numberAt, "a share of " + text.substring(numberAt).strip(), "0% to 100%, for example 1%");
        }
        return new Budget(text, scenario, measured, comparison, number, unit);
    }

    private Optional<String> scenario() {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String name = text.substring(0, colon).strip();
        if (name.isEmpty()) {
            throw wrong(0, "no scenario before the colon", "SCENARIO: BUDGET");
        }
        at = colon + 1;
        return Optional.of(name);
    }

    private Measured measured() {
        int start = skipBlanks();
        String name = word();
        if (name.isEmpty()) {
            throw wrong(start, "no metric", "for example p95(ttft)<500ms");
        }
        skipBlanks();
        if (at < text.length() && text.charAt(at) == '(') {
            at++;
            int metricAt = skipBlanks();
            String metric = word();
            LatencyMetric latency = LATENCIES.get(metric);
            if (latency == null) {
                throw wrong(metricAt, "unknown latency '" + metric + "'", String.join(", ", LATENCIES.keySet()));
            }
            skipBlanks();
            if (at >= text.length() || text.charAt(at) != ')') {
                throw wrong(at, "no closing bracket", ")");
            }
            at++;
            return statistic(start, name, latency);
        }
        Rate rate = RATES.get(name);
        if (rate == null) {
            throw wrong(
                    start,
                    LATENCIES.containsKey(name) ? "'" + name + "' needs a statistic" : "unknown metric '" + name + "'",
                    "p50(ttft) and the like, " + String.join(", ", RATES.keySet()));
        }
        return rate;
    }

    private Measured statistic(int start, String name, LatencyMetric latency) {
        if (name.equals("mean")) {
            return new Measured.Mean(latency);
        }
        if (name.equals("max")) {
            return new Measured.Maximum(latency);
        }
        if (name.matches("p\\d{1,3}(\\.\\d{1,3})?")) {
            double percentile = Double.parseDouble(name.substring(1));
            if (percentile >= LOWEST_PERCENTILE && percentile <= HIGHEST_PERCENTILE) {
                return new Measured.Quantile(latency, percentile / 100);
            }
        }
        throw wrong(start, "unknown statistic '" + name + "'", "p50 to p99.9, mean, max");
    }

    private Comparison comparison() {
        int start = skipBlanks();
        for (Comparison comparison :
                new Comparison[] {Comparison.AT_MOST, Comparison.AT_LEAST, Comparison.BELOW, Comparison.ABOVE}) {
            if (text.startsWith(comparison.sign(), start)) {
                at = start + comparison.sign().length();
                return comparison;
            }
        }
        throw wrong(start, "no comparison", "<, <=, >, >=");
    }

    private double number() {
        int start = at;
        while (at < text.length() && NUMBER.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return Double.parseDouble(text.substring(start, at));
        } catch (NumberFormatException e) {
            throw wrong(start, "no number", "a decimal number without a sign, for example 500 or 0.5");
        }
    }

    private Unit unit(Dimension dimension, double number, int numberAt) {
        int start = skipBlanks();
        String sign = text.substring(start).strip().toLowerCase(Locale.ROOT).replace("µs", "us");
        if (sign.isEmpty()) {
            if (dimension == Dimension.SHARE && number > 1) {
                throw wrong(numberAt, "a share above 1 without %", "a share such as 0.01, or a percentage such as 1%");
            }
            return switch (dimension) {
                case TIME -> Unit.MILLISECONDS;
                case SHARE -> Unit.SHARE;
                case TOKEN_RATE -> Unit.TOKENS_PER_SECOND;
                case REQUEST_RATE -> Unit.REQUESTS_PER_SECOND;
                case COST -> Unit.CURRENCY;
            };
        }
        for (Unit unit : Unit.values()) {
            if (unit.dimension() == dimension && unit.sign().equals(sign)) {
                return unit;
            }
        }
        if (dimension == Dimension.COST) {
            throw wrong(
                    start,
                    "unknown unit '" + text.substring(start).strip() + "'",
                    "none, it is in the currency of the prices");
        }
        throw wrong(
                start,
                "unknown unit '" + text.substring(start).strip() + "'",
                Arrays.stream(Unit.values())
                        .filter(unit ->
                                unit.dimension() == dimension && !unit.sign().isEmpty())
                        .map(Unit::sign)
                        .collect(Collectors.joining(", ")));
    }

    private String word() {
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_-.".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return text.substring(start, at).toLowerCase(Locale.ROOT);
    }

    private int skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private IllegalArgumentException wrong(int position, String what, String allowed) {
        return new IllegalArgumentException(
                "budget '" + text + "', position " + (position + 1) + ": " + what + "; allowed: " + allowed);
    }
}
