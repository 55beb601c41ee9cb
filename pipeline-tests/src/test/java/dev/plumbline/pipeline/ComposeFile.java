package dev.plumbline.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code docker-compose.yml} with its merge keys resolved and its variables replaced, as Compose reads it. */
record ComposeFile(JsonNode root) {

    static final Path FILE = DashboardFiles.HOME.resolve("docker-compose.yml");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\$|\\$\\{([A-Z_]+)(:?)-([^}]*)}");

    /** @param variables what the user has set; a variable without a default must be among them */
    static ComposeFile read(Map<String, String> variables) {
        Object tree;
        try (var reader = java.nio.file.Files.newBufferedReader(FILE)) {
            // Jackson's own reader of YAML leaves merge keys as they are.
            tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return new ComposeFile(new ObjectMapper().valueToTree(replaced(tree, text -> interpolated(text, variables))));
    }

    JsonNode service(String name) {
        return root.path("services").path(name);
    }

    /** Environment of a service. */
    Map<String, String> environment(String service) {
        Map<String, String> environment = new LinkedHashMap<>();
        service(service)
                .path("environment")
                .properties()
                .forEach(entry ->
                        environment.put(entry.getKey(), entry.getValue().asText()));
        return environment;
    }

    /** Words of a service's command; empty when it has none. */
    List<String> command(String service) {
        List<String> words = new ArrayList<>();
        service(service).path("command").forEach(word -> words.add(word.asText()));
        return words;
    }

    private static Object replaced(Object node, Function<String, String> interpolation) {
        return switch (node) {
            case Map<?, ?> map -> {
                Map<Object, Object> copy = new LinkedHashMap<>();
                map.forEach((key, value) -> copy.put(key, value == null ? null : replaced(value, interpolation)));
                yield copy;
            }
            case List<?> list ->
                list.stream().map(each -> replaced(each, interpolation)).toList();
            case String text -> interpolation.apply(text);
            default -> node;
        };
    }

    private static String interpolated(String text, Map<String, String> variables) {
        return VARIABLE.matcher(text)
                .replaceAll(match -> java.util.regex.Matcher.quoteReplacement(value(match, variables)));
    }

    private static String value(MatchResult match, Map<String, String> variables) {
        if (match.group(1) == null) {
            return "$";
        }
        String set = variables.get(match.group(1));
        boolean isMissing = set == null || (match.group(2).equals(":") && set.isEmpty());
        return isMissing ? match.group(3) : set;
    }
}
