package dev.plumbline.cli.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.cli.outcome.CommandFailure;
import dev.plumbline.cli.run.RunCommand;
import dev.plumbline.judgement.result.RunVerdict.BudgetFinding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The files of a sweep: {@code sweep.json}, {@code sweep.csv} and {@code sweep.md}, whole after each run. */
final class SweepFiles {

    private static final int SCHEMA_VERSION = 1;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path folder;

    /** @param folder is made with the first file */
    SweepFiles(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** @throws CommandFailure if one cannot be written */
    void write(SweepResult result) {
        try {
            Files.createDirectories(folder);
            put("sweep.json", json(result) + "\n");
            put("sweep.csv", csv(result));
            put("sweep.md", markdown(result));
        } catch (IOException e) {
            throw CommandFailure.infrastructure(
                    "cannot write the files of the sweep to " + folder + ": " + e.getMessage());
        }
    }

    private void put(String name, String text) throws IOException {
        Path beside = folder.resolve(name + ".tmp");
        Files.writeString(beside, text);
        Files.move(beside, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static String json(SweepResult result) {
        ObjectNode all = JSON.createObjectNode();
        all.put("schemaVersion", SCHEMA_VERSION);
        all.put("sweepId", result.id());
        all.put("command", result.command());
        all.put("complete", result.isComplete());
        ArrayNode factors = all.putArray("factors");
        result.factors().forEach(factors::add);
        ArrayNode rows = all.putArray("points");
        for (Row row : result.rows()) {
            ObjectNode node = rows.addObject();
            ObjectNode settings = node.putObject("settings");
            row.point().settings().forEach(settings::put);
            Optional.ofNullable(row.result().plan().get(RunCommand.BATCHED))
                    .ifPresent(text -> node.put(RunCommand.BATCHED, text));
            node.put("runId", row.result().identity().runId());
            node.put("folder", row.folder().toString());
            node.put("verdict", row.verdict().word().label());
            node.put("reason", row.verdict().reason());
            ObjectNode figures = node.putObject("figures");
            SweepResult.COLUMNS.forEach(
                    column -> put(figures, column.name(), column.value().apply(row)));
            ArrayNode goals = node.putArray("budgets");
            row.verdict().findings().stream()
                    .filter(BudgetFinding.class::isInstance)
                    .map(BudgetFinding.class::cast)
                    .forEach(finding -> {
                        ObjectNode goal = goals.addObject();
                        goal.put("budget", finding.budget());
                        goal.put("answer", finding.answer().label());
                        put(goal, "value", finding.value());
                        put(goal, "low", finding.low());
                        put(goal, "high", finding.high());
                        goal.put("unit", finding.unit());
                    });
        }
        ArrayNode found = all.putArray("searches");
        for (Found one : result.found()) {
            ObjectNode node = found.addObject();
            ObjectNode cell = node.putObject("cell");
            one.cell().settings().forEach(cell::put);
            node.put("load", one.load());
            put(node, "holdsUpTo", one.knee().holdsUpTo());
            put(node, "breaksFrom", one.knee().breaksFrom());
            put(node, "estimate", one.knee().estimate());
            node.put("ordered", one.knee().isOrdered());
            node.put("text", one.text());
        }
        result.saturation().ifPresent(curve -> {
            ObjectNode node = all.putObject("saturation");
            node.put("knee", curve.knee());
            node.put("kneeLow", curve.kneeLow());
            node.put("kneeHigh", curve.kneeHigh());
            node.put("ceilingTokensPerSecond", curve.ceiling());
            node.put("worstMisfit", curve.worstMisfit());
        });
        try {
            return JSON.writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of numbers and texts cannot be written", e);
        }
    }

    private static void put(ObjectNode node, String field, OptionalDouble value) {
        if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
            node.put(field, value.getAsDouble());
        }
    }

    static String csv(SweepResult result) {
        List<String> lines = new ArrayList<>();
        List<String> header = new ArrayList<>(result.factors());
        header.add("run_id");
        header.add("verdict");
        SweepResult.COLUMNS.forEach(column -> header.add(column.name()));
        header.add(RunCommand.BATCHED);
        lines.add(String.join(",", header));
        for (Row row : result.rows()) {
            List<String> cells = new ArrayList<>();
            result.factors()
                    .forEach(factor -> cells.add(quoted(row.point().settings().getOrDefault(factor, ""))));
            cells.add(row.result().identity().runId());
            cells.add(row.verdict().word().label());
            SweepResult.COLUMNS.forEach(column -> {
                OptionalDouble value = column.value().apply(row);
                cells.add(value.isPresent() ? Double.toString(value.getAsDouble()) : "");
            });
            cells.add(quoted(row.result().plan().getOrDefault(RunCommand.BATCHED, "")));
            lines.add(String.join(",", cells));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String quoted(String text) {
        return text.matches("[^,\"\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    static String markdown(SweepResult result) {
        StringBuilder text = new StringBuilder("# Sweep " + result.id() + "\n\n");
        result.found().forEach(found -> text.append("- ").append(found.text()).append('\n'));
        SweepView.saturation(result)
                .forEach(line -> text.append("- ").append(line).append('\n'));
        if (!result.isComplete()) {
            text.append("- it was not run to its end\n");
        }
        List<String> header = new ArrayList<>(result.factors());
        SweepResult.COLUMNS.forEach(column -> header.add(column.unit()));
        header.add("verdict");
        text.append('\n')
                .append(line(header))
                .append(line(header.stream().map(name -> "---").toList()));
        for (Row row : result.rows()) {
            List<String> cells = new ArrayList<>();
            result.factors().forEach(factor -> cells.add(row.cell(factor)));
            SweepResult.COLUMNS.forEach(column -> cells.add(SweepView.cell(column, row)));
            cells.add(row.verdict().word().label());
            text.append(line(cells));
        }
        return text.append("\nLatencies in ms. Again: `")
                .append(result.command())
                .append("`\n")
                .toString();
    }

    private static String line(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
