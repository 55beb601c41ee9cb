package dev.plumbline.workload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A value of a YAML or JSON text, with the line on which it stands. */
sealed interface Stated {

    int line();

    /** A single value, as written. */
    record Text(String text, int line) implements Stated {}

    /** Values by name, in order. */
    record Fields(Map<String, Stated> values, int line) implements Stated {}

    int MOST_CHARACTERS = 1 << 20;
    int DEEPEST = 8;

    /**
     * Reads a text. One that begins with a brace is JSON, any other YAML.
     *
     * @param name of the file, for messages
     * @throws UnusableWorkload for what is neither, for lists, aliases and names that are given twice
     */
    static Fields read(String name, String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new UnusableWorkload(name + " is larger than 1 MiB: not a workload file");
        }
        JsonFactory format = text.stripLeading().startsWith("{") ? new JsonFactory() : new YAMLFactory();
        try (JsonParser parser = format.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnusableWorkload(name + ":1: expected 'classes:' and below it classes by name");
            }
            Fields all = fields(name, parser, "", 0);
            if (parser.nextToken() != null) {
                throw new UnusableWorkload(
                        name + ":" + line(parser) + ": something follows: a workload is one document");
            }
            return all;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new UnusableWorkload(
                    name + ":" + line + ": neither YAML nor JSON: "
                            + e.getOriginalMessage()
                                    .lines()
                                    .findFirst()
                                    .orElse("")
                                    .strip(),
                    e);
        } catch (IOException e) {
            throw new UnusableWorkload(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Fields fields(String name, JsonParser parser, String path, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new UnusableWorkload(name + ":" + line(parser) + ": " + path + " lies too deep");
        }
        int line = line(parser);
        Map<String, Stated> values = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            String whole = path.isEmpty() ? key : path + "." + key;
            int keyLine = line(parser);
            JsonToken token = parser.nextToken();
            if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
                throw new UnusableWorkload(
                        name + ":" + keyLine + ": " + whole + " is the alias of another value: write the value out");
            }
            Stated value;
            if (token == JsonToken.START_OBJECT) {
                Fields below = fields(name, parser, whole, depth + 1);
                value = new Fields(below.values(), keyLine);
            } else if (token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                value = new Text(parser.getText(), keyLine);
            } else {
                throw new UnusableWorkload(name + ":" + keyLine + ": " + whole + " needs a value, not "
                        + (token == JsonToken.START_ARRAY
                                ? "a list"
                                : "nothing: between braces, put quotes around what holds a comma"));
            }
            if (values.putIfAbsent(key, value) != null) {
                throw new UnusableWorkload(name + ":" + keyLine + ": " + whole + " is given twice");
            }
        }
        return new Fields(values, line);
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
