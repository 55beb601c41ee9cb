package dev.plumbline.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes the members of a JSON object of which some are given: what is given under a name is written in place of what would be, and
 * members of objects one by one. One thread.
 */
final class Members {

    private final JsonGenerator json;
    private final JsonFields given;
    private final Set<String> merged = new HashSet<>();

    Members(JsonGenerator json, JsonFields given) {
        this.json = json;
        this.given = given;
    }

    /** Writes what is inside an object. */
    @FunctionalInterface
    interface Inside {
        void write(Members members) throws IOException;
    }

    /** Writes what is inside an array, or one value. */
    @FunctionalInterface
    interface Value {
        void write(JsonGenerator json) throws IOException;
    }

    void text(String name, String value) throws IOException {
        if (!given.has(name)) {
            json.writeStringField(name, value);
        }
    }

    void number(String name, long value) throws IOException {
        if (!given.has(name)) {
            json.writeNumberField(name, value);
        }
    }

    void number(String name, double value) throws IOException {
        if (!given.has(name)) {
            json.writeNumberField(name, value);
        }
    }

    void flag(String name, boolean value) throws IOException {
        if (!given.has(name)) {
            json.writeBooleanField(name, value);
        }
    }

    void texts(String name, List<String> values) throws IOException {
        array(name, array -> {
            for (String value : values) {
                array.writeString(value);
            }
        });
    }

    void array(String name, Value elements) throws IOException {
        if (!given.has(name)) {
            json.writeArrayFieldStart(name);
            elements.write(json);
            json.writeEndArray();
        }
    }

    void object(String name, Inside inside) throws IOException {
        JsonFields more = given.json(name)
                .filter(JsonFields::isObject)
                .map(JsonFields::parse)
                .orElse(JsonFields.NONE);
        if (given.has(name) && !given.json(name).filter(JsonFields::isObject).isPresent()) {
            return;
        }
        merged.add(name);
        json.writeObjectFieldStart(name);
        Members members = new Members(json, more);
        inside.write(members);
        members.end();
        json.writeEndObject();
    }

    /** Writes what is given and was not written yet. */
    void end() throws IOException {
        given.without(merged).write(json);
    }
}
