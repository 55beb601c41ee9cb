package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Members of a JSON object in their order, each value as the text that somebody wrote: a number keeps its digits. Immutable; safe
 * for any thread.
 */
public final class JsonFields {

    /** None. */
    public static final JsonFields NONE = new JsonFields(Map.of());

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, String> jsonByName;

    private JsonFields(Map<String, String> jsonByName) {
        this.jsonByName = jsonByName;
    }

    /**
     * The members of an object.
     *
     * @throws IllegalArgumentException if it is not one JSON object, or has a name twice; the message has no subject, so that the
     *     caller can put file and line before it
     */
    public static JsonFields parse(String object) {
        try (JsonParser parser = JSON.createParser(object)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("is not a JSON object, {…}");
            }
            Map<String, String> fields = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, text(parser, object));
            }
            requireEnd(parser);
            return fields.isEmpty() ? NONE : new JsonFields(fields);
        } catch (JsonProcessingException e) {
            throw notJson(e);
        } catch (IOException e) {
            throw new IllegalStateException("reading JSON from memory failed", e);
        }
    }

    /**
     * One member.
     *
     * @param json its value, for example {@code "a"}, {@code 3} or {@code {"b": [1]}}
     * @throws IllegalArgumentException if that is not one JSON value
     */
    public static JsonFields of(String name, String json) {
        return NONE.with(name, json);
    }

    /** This, and one more member or another value of one that there is; see {@link #of}. */
    public JsonFields with(String name, String json) {
        Objects.requireNonNull(name, "name");
        Map<String, String> fields = new LinkedHashMap<>(jsonByName);
        fields.put(name, value(json));
        return new JsonFields(fields);
    }

    /**
     * This, and all members of the other. Where both have one, the other's; where both have an object, the members of both objects by
     * the same rule.
     */
    public JsonFields with(JsonFields other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        Map<String, String> fields = new LinkedHashMap<>(jsonByName);
        other.jsonByName.forEach((name, json) -> fields.merge(
                name,
                json,
                (mine, theirs) -> isObject(mine) && isObject(theirs)
                        ? parse(mine).with(parse(theirs)).json()
                        : theirs));
        return new JsonFields(fields);
    }

    /** Whether a JSON value, without space around it, is an object. */
    static boolean isObject(String json) {
        return json.startsWith("{");
    }

    /** This without the members of these names. */
    JsonFields without(Set<String> names) {
        if (Collections.disjoint(names, jsonByName.keySet())) {
            return this;
        }
        Map<String, String> fields = new LinkedHashMap<>(jsonByName);
        fields.keySet().removeAll(names);
        return new JsonFields(fields);
    }

    public boolean isEmpty() {
        return jsonByName.isEmpty();
    }

    public boolean has(String name) {
        return jsonByName.containsKey(name);
    }

    /** The value of a member, JSON. */
    public Optional<String> json(String name) {
        return Optional.ofNullable(jsonByName.get(name));
    }

    /** In their order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(jsonByName.keySet());
    }

    /** All of it as an object, JSON. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing JSON into memory failed", e);
        }
        return text.toString();
    }

    /** Writes all members into an object that was begun. */
    void write(JsonGenerator json) throws IOException {
        for (Map.Entry<String, String> field : jsonByName.entrySet()) {
            json.writeFieldName(field.getKey());
            json.writeRawValue(field.getValue());
        }
    }

    private static String value(String json) {
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("is empty, expected a JSON value");
            }
            String text = text(parser, json);
            requireEnd(parser);
            return text;
        } catch (JsonProcessingException e) {
            throw notJson(e);
        } catch (IOException e) {
            throw new IllegalStateException("reading JSON from memory failed", e);
        }
    }

    /** The text of the value that the parser stands at. */
    private static String text(JsonParser parser, String source) throws IOException {
        int from = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        // A string is read only when somebody wants it, and ends there.
        parser.finishToken();
        return source.substring(from, (int) parser.currentLocation().getCharOffset()).strip();
    }

    private static void requireEnd(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new IllegalArgumentException("has something behind its JSON");
        }
    }

    private static IllegalArgumentException notJson(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return new IllegalArgumentException(
                "is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse("") + where, e);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonFields fields && fields.jsonByName.equals(jsonByName);
    }

    @Override
    public int hashCode() {
        return jsonByName.hashCode();
    }

    /** Names only: what is asked must not reach a log. */
    @Override
    public String toString() {
        return jsonByName.keySet().toString();
    }
}
