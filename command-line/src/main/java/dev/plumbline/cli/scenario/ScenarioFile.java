package dev.plumbline.cli.scenario;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A scenario file as a list of settings, each with the line it stands on. A setting is a flag without its dashes and its
 * value; a list repeats the flag, a map repeats it with {@code key=value}, {@code true} and {@code false} switch. What
 * the flags are is not known here.
 */
public final class ScenarioFile {

    private static final long MAX_BYTES = 1 << 20;

    private ScenarioFile() {}

    /**
     * One setting.
     *
     * @param value as written; of an entry of a map {@code key=value}
     * @param entryKey key of an entry of a map, or empty
     */
    public record Setting(String key, String value, String entryKey, int line) {}

    /** The file cannot be used; the message names file, line and key. */
    public static final class Unusable extends Exception {

        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }

    /** @throws Unusable if the file is missing, is not YAML, or holds something that is no setting */
    public static List<Setting> read(Path file) throws Unusable {
        byte[] bytes;
        try {
            if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
                throw new Unusable(file + " is larger than " + (MAX_BYTES >> 20) + " MiB: not a scenario file");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new Unusable(file + " does not exist");
        } catch (IOException e) {
            throw new Unusable(file + " cannot be read: " + e.getMessage());
        }
        List<Setting> settings = new ArrayList<>();
        try (JsonParser yaml = new YAMLFactory().createParser(bytes)) {
            if (yaml.nextToken() != JsonToken.START_OBJECT) {
                throw new Unusable(file + ": expected settings such as 'url: http://localhost:8000', one on a line");
            }
            Set<String> seen = new HashSet<>();
            while (yaml.nextToken() == JsonToken.FIELD_NAME) {
                String key = yaml.currentName();
                int line = line(yaml);
                if (!seen.add(key)) {
                    throw new Unusable(file + ":" + line + ": " + key + " is given twice");
                }
                setting(file, yaml, key, line, settings);
            }
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new Unusable(file + (at == null ? "" : ":" + at.getLineNr()) + ": not YAML: "
                    + e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException e) {
            throw new Unusable(file + " cannot be read: " + e.getMessage());
        }
        return List.copyOf(settings);
    }

    private static void setting(Path file, JsonParser yaml, String key, int line, List<Setting> settings)
            throws IOException, Unusable {
        JsonToken token = yaml.nextToken();
        switch (token) {
            case START_ARRAY -> {
                while (yaml.nextToken() != JsonToken.END_ARRAY) {
                    settings.add(new Setting(key, scalar(file, yaml, key), "", line(yaml)));
                }
            }
            case START_OBJECT -> {
                while (yaml.nextToken() == JsonToken.FIELD_NAME) {
                    String name = yaml.currentName();
                    int entryLine = line(yaml);
                    yaml.nextToken();
                    settings.add(new Setting(key, scalar(file, yaml, key + "." + name), name, entryLine));
                }
            }
            default -> settings.add(new Setting(key, scalar(file, yaml, key), "", line));
        }
    }

    private static String scalar(Path file, JsonParser yaml, String key) throws IOException, Unusable {
        JsonToken token = yaml.currentToken();
        if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL) {
            throw new Unusable(file + ":" + line(yaml) + ": " + key + " needs a value, not "
                    + (token == JsonToken.VALUE_NULL ? "nothing" : "a list or a map inside"));
        }
        return yaml.getText();
    }

    private static int line(JsonParser yaml) {
        return yaml.currentTokenLocation().getLineNr();
    }
}
