package dev.plumbline.workload.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/** How a file is built, seen from its beginning. */
enum Shape {
    /** No JSON. */
    TEXT,
    /** A JSON object on each line. */
    JSON_LINES,
    /** JSON objects one after the other that go over several lines. */
    JSON_VALUES,
    /** One JSON array. */
    JSON_ARRAY,
    /** {@code {"data": [{"payloads": …}]}}. */
    DATA_MEMBER,
    /** {@code {"conversations": [[…]]}}. */
    CONVERSATIONS_MEMBER;

    private static final JsonFactory JSON = new JsonFactory();

    /** Where its entries are; empty where lines are. */
    Optional<JsonElements.Within> within() {
        return switch (this) {
            case TEXT, JSON_LINES -> Optional.empty();
            case JSON_VALUES -> Optional.of(new JsonElements.Within.Nothing());
            case JSON_ARRAY -> Optional.of(new JsonElements.Within.Array());
            case DATA_MEMBER -> Optional.of(new JsonElements.Within.Member("data"));
            case CONVERSATIONS_MEMBER -> Optional.of(new JsonElements.Within.Member("conversations"));
        };
    }

    static Shape of(byte[] beginning) {
        int first = filled(beginning, 0);
        if (first == beginning.length) {
            return TEXT;
        }
        if (beginning[first] == '[') {
            int second = filled(beginning, first + 1);
            return second < beginning.length && "{[]".indexOf(beginning[second]) >= 0 ? JSON_ARRAY : TEXT;
        }
        return beginning[first] == '{' ? ofObject(beginning, first) : TEXT;
    }

    private static int filled(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && " \t\r\n".indexOf(bytes[at]) >= 0) {
            at++;
        }
        return at;
    }

    private static Shape ofObject(byte[] bytes, int from) {
        int lastLine = 1;
        try (JsonParser parser = JSON.createParser(bytes, from, bytes.length - from)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                lastLine = parser.currentTokenLocation().getLineNr();
                JsonStreamContext context = parser.getParsingContext();
                if (token == JsonToken.END_OBJECT && context.inRoot()) {
                    break;
                }
                if (token == JsonToken.FIELD_NAME && context.getParent().inRoot()) {
                    String name = parser.currentName();
                    if (name.equals("conversations")
                            && parser.nextToken() == JsonToken.START_ARRAY
                            && parser.nextToken() == JsonToken.START_ARRAY) {
                        return CONVERSATIONS_MEMBER;
                    }
                    if (name.equals("data")
                            && parser.nextToken() == JsonToken.START_ARRAY
                            && parser.nextToken() == JsonToken.START_OBJECT
                            && hasPayloads(parser)) {
                        return DATA_MEMBER;
                    }
                }
            }
        } catch (IOException e) {
            // Broken, or longer than what is seen of it; whoever reads it tells which.
            return lastLine > 1 ? JSON_VALUES : JSON_LINES;
        }
        return lastLine > 1 ? JSON_VALUES : JSON_LINES;
    }

    /** Of the object that the parser stands at the beginning of. Goes no further than its first members of one value. */
    private static boolean hasPayloads(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            if (parser.currentName().equals("payloads")) {
                return true;
            }
            parser.nextToken();
            parser.skipChildren();
        }
        return false;
    }
}
