package dev.plumbline.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Dockerfile, as far as ours go. An instruction that is not understood is an error, so that a test cannot pass over
 * something that the image would do.
 *
 * @param stages by name, in the order of the file
 */
record Dockerfile(Map<String, Stage> stages) {

    /** An instruction with its arguments on one line. */
    record Instruction(String keyword, String arguments) {}

    /** A stage: what it builds on, and its own instructions. */
    record Stage(String name, String from, List<Instruction> instructions) {

        /** Arguments of every instruction of a kind, in order. */
        List<String> all(String keyword) {
            return instructions.stream()
                    .filter(instruction -> instruction.keyword().equals(keyword))
                    .map(Instruction::arguments)
                    .toList();
        }

        /** The words of the last ENTRYPOINT, CMD or HEALTHCHECK in its exec form; empty when there is none. */
        List<String> words(String keyword) {
            List<String> all = all(keyword);
            return all.isEmpty() ? List.of() : execForm(all.getLast());
        }
    }

    private static final Pattern FROM = Pattern.compile("(\\S+) AS (\\S+)");
    private static final Pattern EXEC_FORM = Pattern.compile("\\[.*]$");

    static Dockerfile read(Path file) {
        Map<String, Stage> stages = new LinkedHashMap<>();
        List<Instruction> own = new ArrayList<>();
        for (String line : logicalLines(file)) {
            String[] parts = line.split("\\s+", 2);
            Instruction instruction = new Instruction(parts[0], parts[1].strip());
            switch (instruction.keyword()) {
                case "FROM" -> {
                    Matcher from = FROM.matcher(instruction.arguments());
                    if (!from.matches()) {
                        throw new IllegalArgumentException("a stage without a name: " + line);
                    }
                    own = new ArrayList<>();
                    stages.put(from.group(2), new Stage(from.group(2), from.group(1), own));
                }
                case "WORKDIR", "COPY", "RUN", "USER", "ENV", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD" ->
                    own.add(instruction);
                default -> throw new IllegalArgumentException("an instruction that this test does not know: " + line);
            }
        }
        return new Dockerfile(stages);
    }

    /** The stages below a stage, nearest last, itself included. */
    List<Stage> lineage(String name) {
        List<Stage> lineage = new ArrayList<>();
        for (Stage stage = stages.get(name); stage != null; stage = stages.get(stage.from())) {
            lineage.addFirst(stage);
        }
        if (lineage.isEmpty()) {
            throw new IllegalArgumentException("no stage " + name + " in " + stages.keySet());
        }
        return lineage;
    }

    private static List<String> logicalLines(Path file) {
        List<String> lines = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                boolean goesOn = line.endsWith("\\");
                open.append(goesOn ? line.substring(0, line.length() - 1) : line);
                if (!goesOn) {
                    lines.add(open.toString().strip());
                    open.setLength(0);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    private static List<String> execForm(String arguments) {
        Matcher matcher = EXEC_FORM.matcher(arguments);
        if (!matcher.find()) {
            throw new IllegalArgumentException("not in exec form: " + arguments);
        }
        try {
            return List.of(new ObjectMapper().readValue(matcher.group(), String[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(arguments, e);
        }
    }
}
