package dev.plumbline.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What came of the turns, for people and for programs. */
final class Results {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private Results() {}

    /** Writes {@code results.json} and {@code results.md}. */
    static void write(Path folder, Map<String, Map<String, List<Measurement>>> results) throws IOException {
        Files.write(folder.resolve("results.json"), JSON.writeValueAsBytes(results));
        Files.writeString(folder.resolve("results.md"), table(results));
    }

    /** Medians over the turns, in brackets the smallest and the largest. */
    static String table(Map<String, Map<String, List<Measurement>>> results) {
        StringBuilder text = new StringBuilder(
                "| load | | TTFT error p50, ms | p99, ms | first second, ms | tenth, ms | requests/s |"
                        + " chunks/s |\n|---|---|---|---|---|---|---|---|\n");
        results.forEach((load, tools) -> {
            tools.forEach((tool, turns) -> row(text, load, tool, turns));
            if (tools.containsKey("netty") && tools.containsKey("plumbline")) {
                text.append("| | plumbline - netty | ")
                        .append(difference(tools, Measurement::errorP50Millis))
                        .append(" | ")
                        .append(difference(tools, Measurement::errorP99Millis))
                        .append(" | ")
                        .append(difference(tools, Measurement::firstSecondMillis))
                        .append(" | | | |\n");
            }
        });
        return text.toString();
    }

    static final String FLOOD_HEAD =
            "| load | netty, chunks/s | plumbline, chunks/s | plumbline / netty, pair by pair |\n|---|---|---|---|\n";

    /** Medians over the turns of a flood, and the ratio of each pair. */
    static String floodRow(String load, List<Double> netty, List<Double> plumbline) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < plumbline.size(); i++) {
            ratios.add(plumbline.get(i) / netty.get(i));
        }
        return "| " + load + " | " + Measurement.interval(netty) + " | " + Measurement.interval(plumbline) + " | "
                + Measurement.interval(ratios) + " |\n";
    }

    private static void row(StringBuilder text, String load, String tool, List<Measurement> turns) {
        List<Double> tenth = turns.stream()
                .filter(turn -> turn.tenthSecondMillis().isPresent())
                .map(turn -> turn.tenthSecondMillis().getAsDouble())
                .toList();
        text.append("| ").append(load).append(" | ").append(tool);
        for (ToDoubleFunction<Measurement> number : List.<ToDoubleFunction<Measurement>>of(
                Measurement::errorP50Millis, Measurement::errorP99Millis, Measurement::firstSecondMillis)) {
            text.append(" | ").append(interval(turns, number));
        }
        text.append(" | ")
                .append(tenth.isEmpty() ? "" : Measurement.interval(tenth))
                .append(" | ")
                .append(interval(turns, Measurement::perSecond))
                .append(" | ")
                .append(interval(turns, Measurement::chunksPerSecond))
                .append(" |\n");
    }

    private static String interval(List<Measurement> turns, ToDoubleFunction<Measurement> number) {
        return Measurement.interval(turns.stream().map(number::applyAsDouble).toList());
    }

    /** Pair by pair: what both have in common, the machine of that minute, falls out. */
    private static String difference(Map<String, List<Measurement>> tools, ToDoubleFunction<Measurement> number) {
        List<Measurement> bare = tools.getOrDefault("netty", List.of());
        List<Measurement> ours = tools.getOrDefault("plumbline", List.of());
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < Math.min(bare.size(), ours.size()); i++) {
            differences.add(number.applyAsDouble(ours.get(i)) - number.applyAsDouble(bare.get(i)));
        }
        return Measurement.interval(differences);
    }
}
