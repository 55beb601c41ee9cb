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

    private static final List<ToDoubleFunction<Measurement>> WAYS = List.of(
            Measurement::thereP50Millis,
            Measurement::thereP99Millis,
            Measurement::backP50Millis,
            Measurement::backP99Millis);

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
                        + " chunks/s | there p50 | there p99 | back p50 | back p99 |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        results.forEach((load, tools) -> {
            tools.forEach((tool, turns) -> row(text, load, tool, turns));
            tools.keySet().stream()
                    .filter(tool -> !tool.equals("netty") && tools.containsKey("netty"))
                    .forEach(tool -> differences(text, tools, tool));
        });
        return text.toString();
    }

    static final String FLOOD_HEAD =
            "| load | | netty, chunks/s | its own, chunks/s | its own / netty, pair by pair |\n|---|---|---|---|---|\n";

    /** Medians over the turns of a flood, and the ratio of each pair. */
    static String floodRow(String load, String variant, List<Double> netty, List<Double> plumbline) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < plumbline.size(); i++) {
            ratios.add(plumbline.get(i) / netty.get(i));
        }
        return "| " + load + " | " + variant + " | " + Measurement.interval(netty) + " | "
                + Measurement.interval(plumbline) + " | " + Measurement.interval(ratios) + " |\n";
    }

    private static void differences(StringBuilder text, Map<String, List<Measurement>> tools, String tool) {
        text.append("| | ").append(tool).append(" - netty");
        for (ToDoubleFunction<Measurement> number : List.<ToDoubleFunction<Measurement>>of(
                Measurement::errorP50Millis, Measurement::errorP99Millis, Measurement::firstSecondMillis)) {
            text.append(" | ").append(difference(tools, tool, number));
        }
        text.append(" | | | ");
        for (ToDoubleFunction<Measurement> number : WAYS) {
            text.append(" | ").append(difference(tools, tool, number));
        }
        text.append(" |\n");
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
                .append(interval(turns, Measurement::chunksPerSecond));
        for (ToDoubleFunction<Measurement> number : WAYS) {
            text.append(" | ").append(interval(turns, number));
        }
        text.append(" |\n");
    }

    private static String interval(List<Measurement> turns, ToDoubleFunction<Measurement> number) {
        return Measurement.interval(turns.stream().map(number::applyAsDouble).toList());
    }

    /** Pair by pair: what both have in common, the machine of that minute, falls out. */
    private static String difference(
            Map<String, List<Measurement>> tools, String tool, ToDoubleFunction<Measurement> number) {
        List<Measurement> bare = tools.getOrDefault("netty", List.of());
        List<Measurement> ours = tools.getOrDefault(tool, List.of());
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < Math.min(bare.size(), ours.size()); i++) {
            differences.add(number.applyAsDouble(ours.get(i)) - number.applyAsDouble(bare.get(i)));
        }
        return Measurement.interval(differences);
    }
}
