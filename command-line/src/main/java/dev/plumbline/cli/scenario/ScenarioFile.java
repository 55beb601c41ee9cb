package dev.plumbline.cli.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A scenario file as a list of settings, each with the line it stands on. A setting is a flag without its dashes and its
 * value; a list repeats the flag, a map repeats it with {@code key=value}, {@code true} and {@code false} switch. What
 * the flags are is not known here.
 */
public final class ScenarioFile {

    private static final long MAX_BYTES = 1 << 20;

    /** In front of something that is no comment. */
    private static final Pattern TAB = Pattern.compile("^ *\t\\s*([^#\\s:][^\\s:]*)");

    private static final Pattern LINE = Pattern.compile("line (\\d+), column");

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
        String text = text(file, bytes);
        refuseTabs(file, text);
        List<Setting> settings = new ArrayList<>();
        try (YAMLParser yaml = new YAMLFactory().createParser(text)) {
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
            if (yaml.nextToken() != null) {
                throw new Unusable(file + ":" + secondDocument(text, line(yaml))
                        + ": a second document begins: a scenario is one, put it in a file of its own");
            }
        } catch (JsonProcessingException e) {
            throw new Unusable(file + ":" + lineOf(e) + ": not YAML: " + problem(e));
        } catch (IOException e) {
            throw new Unusable(file + " cannot be read: " + e.getMessage());
        }
        return List.copyOf(settings);
    }

    /** The text, which is UTF-8 whatever the locale, without a mark in front of it. */
    private static String text(Path file, byte[] bytes) throws Unusable {
        boolean isMarked = bytes.length > 1 && (hasMark(bytes, 0xfe, 0xff) || hasMark(bytes, 0xff, 0xfe));
        if (isMarked || hasZero(bytes)) {
            throw new Unusable(file + ":1: the file is UTF-16 or UTF-32: save it as UTF-8");
        }
        CharBuffer text = CharBuffer.allocate(bytes.length);
        ByteBuffer left = ByteBuffer.wrap(bytes);
        if (StandardCharsets.UTF_8.newDecoder().decode(left, text, true).isError()) {
            String before = text.flip().toString();
            String sameLine = before.substring(before.lastIndexOf('\n') + 1);
            throw new Unusable(
                    file + ":" + (1 + before.chars().filter(c -> c == '\n').count()) + ": '" + sameLine
                            + "' is followed by a byte that is not UTF-8 (Latin-1?): save the file as UTF-8");
        }
        String read = text.flip().toString();
        return read.startsWith("\ufeff") ? read.substring(1) : read;
    }

    private static boolean hasMark(byte[] bytes, int first, int second) {
        return (bytes[0] & 0xff) == first && (bytes[1] & 0xff) == second;
    }

    private static boolean hasZero(byte[] bytes) {
        for (byte one : bytes) {
            if (one == 0) {
                return true;
            }
        }
        return false;
    }

    private static void refuseTabs(Path file, String text) throws Unusable {
        int line = 0;
        for (String content : text.lines().toList()) {
            line++;
            Matcher tab = TAB.matcher(content);
            if (tab.find()) {
                throw new Unusable(file + ":" + line + ": a tab before " + tab.group(1) + ": YAML wants blanks there");
            }
        }
    }

    /** Line in which a second document begins, or the given one where no line says so. */
    private static int secondDocument(String text, int otherwise) {
        boolean content = false;
        int line = 0;
        for (String one : text.lines().toList()) {
            line++;
            if (one.startsWith("---")) {
                if (content) {
                    return line;
                }
            } else if (!one.isBlank() && !one.startsWith("#") && !one.startsWith("%")) {
                content = true;
            }
        }
        return otherwise;
    }

    /** The last line that the parser names: where it gave up, not where what it was reading began. */
    private static int lineOf(JsonProcessingException fault) {
        Matcher named = LINE.matcher(String.valueOf(fault.getOriginalMessage()));
        int line = fault.getLocation() == null ? 1 : fault.getLocation().getLineNr();
        while (named.find()) {
            line = Integer.parseInt(named.group(1));
        }
        return line;
    }

    /** What the parser was doing and what it found, without the piece of the file. */
    private static String problem(JsonProcessingException fault) {
        return fault.getOriginalMessage()
                .lines()
                .filter(line -> !line.startsWith(" "))
                .limit(2)
                .map(String::strip)
                .collect(Collectors.joining(", "));
    }

    private static void setting(Path file, YAMLParser yaml, String key, int line, List<Setting> settings)
            throws IOException, Unusable {
        JsonToken token = yaml.nextToken();
        switch (token) {
            case START_ARRAY -> {
                while (yaml.nextToken() != JsonToken.END_ARRAY) {
                    settings.add(new Setting(key, scalar(file, yaml, key), "", line(yaml)));
                }
            }
            case START_OBJECT -> {
                Set<String> names = new HashSet<>();
                while (yaml.nextToken() == JsonToken.FIELD_NAME) {
                    String name = yaml.currentName();
                    int entryLine = line(yaml);
                    if (!names.add(name)) {
                        throw new Unusable(file + ":" + entryLine + ": " + key + "." + name + " is given twice");
                    }
                    yaml.nextToken();
                    settings.add(new Setting(key, scalar(file, yaml, key + "." + name), name, entryLine));
                }
            }
            default -> settings.add(new Setting(key, scalar(file, yaml, key), "", line));
        }
    }

    private static String scalar(Path file, YAMLParser yaml, String key) throws IOException, Unusable {
        JsonToken token = yaml.currentToken();
        if (yaml.isCurrentAlias()) {
            throw new Unusable(
                    file + ":" + line(yaml) + ": " + key + " is the alias of another value: write the value out");
        }
        if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL) {
            throw new Unusable(file + ":" + line(yaml) + ": " + key + " needs a value, not "
                    + (token == JsonToken.VALUE_NULL
                            ? "nothing"
                            : "a list or a map inside: put quotes around what holds ': '"));
        }
        return yaml.getText();
    }

    private static int line(YAMLParser yaml) {
        return yaml.currentTokenLocation().getLineNr();
    }
}
