package dev.plumbline.workload.trace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.workload.Salt;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Rows that are JSON objects; of Weka's form an object is a session. */
abstract class JsonRows {

    static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    /** Times beyond lie in no file that was read right. */
    private static final double LATEST_NANOS = 8e18;

    private static final int MOST_NAMES = 12;

    private final ClassField classField;

    JsonRows(ClassField classField) {
        this.classField = classField;
    }

    /** Who understands objects like this one, and tells the classes of its rows by a field. */
    static JsonRows recognized(JsonNode first, int line, ClassField classField) throws BadTrace {
        if (first.path("requests").isArray()) {
            return new Weka(classField);
        }
        if (first.path("turns").isArray() && first.path("turns").path(0).has("llm_calls")) {
            return new CopilotSessions(classField);
        }
        if (first.has("chat_id") && first.has("input_length")) {
            return new Bailian(classField);
        }
        if (first.has("input_length")
                || first.has("hash_ids")
                || (first.has("timestamp") && first.has("output_length"))) {
            return new Mooncake(classField);
        }
        if ((first.has("stamps") && first.has("attempt")) || isHeartbeat(first)) {
            return new Events(classField);
        }
        if (first.has("startTime")) {
            return new LiteLlm(classField);
        }
        if (first.path("0").has("output_tokens")) {
            throw new BadTrace(
                    line,
                    "lengths of a ServeGen client without its arrivals: name its chunk-N-trace.csv, or the folder");
        }
        List<String> names = new ArrayList<>();
        first.fieldNames().forEachRemaining(names::add);
        String shown = String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())));
        throw new BadTrace(
                line,
                "no trace that is known has the fields " + (names.isEmpty() ? "(none)" : shown) + ": expected "
                        + TraceFormat.known());
    }

    private static boolean isHeartbeat(JsonNode node) {
        return node.path("type").asText("").equals("heartbeat") && node.has("origin");
    }

    abstract TraceFormat format();

    /** Of which session a row is, and of which class: the first of these that has the field says it. */
    TraceRow.Origin origin(Optional<String> session, JsonNode... nodes) {
        return new TraceRow.Origin(
                session,
                classField.of(
                        format().classField(),
                        field -> Stream.of(nodes)
                                .flatMap(node -> value(node, field).stream())
                                .findFirst()));
    }

    private static Optional<String> value(JsonNode node, String field) {
        Optional<String> whole = name(node, field);
        if (whole.isPresent()) {
            return whole;
        }
        JsonNode inner = node;
        for (String part : field.split("\\.")) {
            inner = inner.path(part);
        }
        return inner.isTextual() || inner.isNumber() || inner.isBoolean()
                ? Optional.of(inner.asText())
                : Optional.empty();
    }

    /** Gives what an object holds to a sink; false when that wants no more. */
    abstract boolean row(JsonNode node, int line, RowSink sink) throws BadTrace;

    /** Mooncake's rows, and AIPerf's sessions in them. */
    private static final class Mooncake extends JsonRows {

        Mooncake(ClassField classField) {
            super(classField);
        }

        @Override
        TraceFormat format() {
            return TraceFormat.MOONCAKE;
        }

        @Override
        boolean row(JsonNode node, int line, RowSink sink) throws BadTrace {
            if (!node.has("input_length") && (node.has("text_input") || node.has("messages") || node.has("payload"))) {
                throw new BadTrace(
                        line,
                        "a row with a text and without input_length: texts of a trace are not sent, only lengths");
            }
            if ("delta".equals(node.path("message_mode").asText(""))) {
                throw new BadTrace(
                        line,
                        "message_mode is delta: input_length is then of what is new; write rows with the whole length of"
                                + " each prompt (history)");
            }
            OptionalLong at = node.hasNonNull("timestamp")
                    ? OptionalLong.of(time(node, "timestamp", NANOS_PER_MILLI, line))
                    : OptionalLong.empty();
            OptionalLong pause = node.hasNonNull("delay")
                    ? OptionalLong.of(time(node, "delay", NANOS_PER_MILLI, line))
                    : OptionalLong.empty();
            return sink.row(
                    new TraceRow(
                            line,
                            at,
                            pause,
                            OptionalLong.empty(),
                            prompt(node, "input_length", line, sink),
                            output(node, "output_length", line, sink),
                            blocks(node.path("hash_ids"), line, 0),
                            origin(name(node, "session_id"), node)),
                    () -> "");
        }
    }

    /** Rows of chats that name the chat that they go on from. */
    private static final class Bailian extends JsonRows {

        private static final int MOST_CHATS = 500_000;

        private final Map<Long, Long> roots = new HashMap<>();

        Bailian(ClassField classField) {
            super(classField);
        }

        @Override
        TraceFormat format() {
            return TraceFormat.BAILIAN;
        }

        @Override
        boolean row(JsonNode node, int line, RowSink sink) throws BadTrace {
            long chat = whole(node, "chat_id", line);
            long parent = node.hasNonNull("parent_chat_id") ? whole(node, "parent_chat_id", line) : -1;
            long root = parent < 0 ? chat : roots.getOrDefault(parent, parent);
            if (roots.size() == MOST_CHATS) {
                throw new BadTrace(line, "more than " + MOST_CHATS + " chats: choose a part of it with --trace-rows");
            }
            roots.put(chat, root);
            if (!node.path("type").asText("text").equals("text")) {
                sink.changed("not text (" + BadTrace.oneLine(node.path("type").asText(""))
                        + "): sent as text of the same" + " number of tokens");
            }
            return sink.row(
                    new TraceRow(
                            line,
                            OptionalLong.of(time(node, "timestamp", NANOS_PER_SECOND, line)),
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            prompt(node, "input_length", line, sink),
                            output(node, "output_length", line, sink),
                            blocks(node.path("hash_ids"), line, 0),
                            origin(Optional.of("chat-" + root), node)),
                    () -> "");
        }
    }

    /** A session of an agent to each object; its sub-agents are sessions of their own. */
    private static final class Weka extends JsonRows {

        private static final int DEEPEST = 8;

        Weka(ClassField classField) {
            super(classField);
        }

        @Override
        TraceFormat format() {
            return TraceFormat.WEKA;
        }

        @Override
        boolean row(JsonNode node, int line, RowSink sink) throws BadTrace {
            String id = name(node, "id").orElse("line-" + line);
            sink.blockTokens(line, node.hasNonNull("block_size") ? blockSize(node, line) : format().blockTokens());
            long scope = node.path("hash_id_scope").asText("local").equals("global") ? 0 : scope(id);
            return requests(node, id, scope, 0, 0, line, sink);
        }

        private boolean requests(
                JsonNode session, String id, long scope, long fromNanos, int depth, int line, RowSink sink)
                throws BadTrace {
            if (depth > DEEPEST) {
                throw new BadTrace(line, "sub-agents of sub-agents, " + depth + " deep: allowed are " + DEEPEST);
            }
            int number = 0;
            for (JsonNode request : session.path("requests")) {
                number++;
                long at = fromNanos + time(request, "t", NANOS_PER_SECOND, line);
                if (request.path("requests").isArray()) {
                    String agent = id + '/' + name(request, "agent_id").orElse(Integer.toString(number));
                    long first = request.path("requests").path(0).path("t").asDouble(0) * 1e9 + 0.5 >= at - fromNanos
                            ? fromNanos
                            : at;
                    if (!requests(request, agent, scope, first, depth + 1, line, sink)) {
                        return false;
                    }
                } else if (!sink.row(
                        row(request, origin(Optional.of(id), request, session), scope, at, line, sink), () -> "")) {
                    return false;
                }
            }
            return true;
        }

        private static TraceRow row(
                JsonNode request, TraceRow.Origin origin, long scope, long at, int line, RowSink sink) throws BadTrace {
            return new TraceRow(
                    line,
                    OptionalLong.of(at),
                    optionalTime(request, "think_time", line),
                    optionalTime(request, "api_time", line),
                    prompt(request, "in", line, sink),
                    output(request, "out", line, sink),
                    blocks(request.path("hash_ids"), line, scope),
                    origin);
        }

        private static OptionalLong optionalTime(JsonNode node, String name, int line) throws BadTrace {
            return node.hasNonNull(name)
                    ? OptionalLong.of(time(node, name, NANOS_PER_SECOND, line))
                    : OptionalLong.empty();
        }

        private static int blockSize(JsonNode node, int line) throws BadTrace {
            long size = whole(node, "block_size", line);
            if (size < 1 || size > 1_000_000) {
                throw new BadTrace(line, "block_size is " + size + ", allowed is 1 to 1000000 tokens");
            }
            return (int) size;
        }

        private static long scope(String id) {
            long hash = 0xcbf29ce484222325L;
            for (int i = 0; i < id.length(); i++) {
                hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
            }
            return hash == 0 ? 1 : hash;
        }
    }

    /** A request that a proxy passed on; it was logged when it had ended. */
    private static final class LiteLlm extends JsonRows {

        LiteLlm(ClassField classField) {
            super(classField);
        }

        @Override
        TraceFormat format() {
            return TraceFormat.LITELLM;
        }

        @Override
        boolean row(JsonNode node, int line, RowSink sink) throws BadTrace {
            String call = node.path("call_type").asText("");
            if (!call.isEmpty()
                    && !call.contains("completion")
                    && !call.contains("responses")
                    && !call.contains("messages")) {
                sink.leftOut("no generation of text (" + BadTrace.oneLine(call) + ")");
                return true;
            }
            if (node.path("prompt_tokens").asLong(0) == 0) {
                sink.leftOut("without token counts");
                return true;
            }
            long start = moment(node, "startTime", line);
            OptionalLong took = node.hasNonNull("endTime")
                    ? OptionalLong.of(Math.max(0, moment(node, "endTime", line) - start))
                    : OptionalLong.empty();
            return sink.row(
                    new TraceRow(
                            line,
                            OptionalLong.of(start),
                            OptionalLong.empty(),
                            took,
                            prompt(node, "prompt_tokens", line, sink),
                            output(node, "completion_tokens", line, sink),
                            Blocks.NONE,
                            origin(name(node, "session_id").or(() -> name(node, "trace_id")), node)),
                    () -> PromptText.of(node.path("messages")));
        }
    }

    /** What a run of ours told of its requests, in the order in which they ended. */
    private static final class Events extends JsonRows {

        /** Stamps of one epoch compare to the nanosecond, others by the wall clock, to the millisecond. */
        private String epoch = "";

        private long epochStartNanos;

        Events(ClassField classField) {
            super(classField);
        }

        @Override
        TraceFormat format() {
            return TraceFormat.EVENTS;
        }

        @Override
        boolean row(JsonNode node, int line, RowSink sink) throws BadTrace {
            if (!node.path("type").asText("").equals("request")) {
                sink.leftOut("no request");
                return true;
            }
            JsonNode attempt = node.path("attempt");
            if (attempt.path("number").asLong(1) > 1) {
                sink.leftOut("a further try of a request that failed");
                return true;
            }
            JsonNode tokens = node.path("response").path("tokens");
            if (!tokens.path("prompt").has("count")) {
                sink.leftOut("without token counts");
                return true;
            }
            JsonNode stamps = node.path("stamps");
            long due = time(stamps, "dueNanos", 1, line);
            long end = time(stamps, "endNanos", 1, line);
            JsonNode turn = attempt.path("asked").path("turn");
            return sink.row(
                    new TraceRow(
                            line,
                            OptionalLong.of(start(node, line, end) + due),
                            OptionalLong.empty(),
                            OptionalLong.of(Math.max(0, end - due)),
                            prompt(tokens.path("prompt"), "count", line, sink),
                            output(tokens.path("output"), "count", line, sink),
                            Blocks.NONE,
                            origin(name(turn, "session"), node)),
                    () -> "");
        }

        /** When the epoch began, since 1970. */
        private long start(JsonNode node, int line, long endNanos) throws BadTrace {
            JsonNode origin = node.path("origin");
            String of = origin.path("producerId").asText("")
                    + '/'
                    + origin.path("epoch").asText("");
            long start = time(node, "endEpochMillis", NANOS_PER_MILLI, line) - endNanos;
            if (epoch.isEmpty()) {
                epoch = of;
                epochStartNanos = start;
            }
            return epoch.equals(of) ? epochStartNanos : start;
        }
    }

    /** A moment since 1970, in nanoseconds: ISO 8601, in UTC where it has no zone, or seconds. */
    static long moment(JsonNode node, String name, int line) throws BadTrace {
        if (node.path(name).isTextual()) {
            String text = node.path(name).textValue();
            try {
                OffsetDateTime at = OffsetDateTime.parse(
                        text.endsWith("Z") || text.matches(".*[+-]\\d\\d:\\d\\d")
                                ? text.replace(' ', 'T')
                                : text.replace(' ', 'T') + "Z");
                return Math.addExact(Math.multiplyExact(at.toEpochSecond(), NANOS_PER_SECOND), at.getNano());
            } catch (DateTimeException | ArithmeticException e) {
                throw new BadTrace(
                        line, name + " is '" + text + "', expected seconds since 1970 such as 1764411300.25");
            }
        }
        return time(node, name, NANOS_PER_SECOND, line);
    }

    static int prompt(JsonNode node, String name, int line, RowSink sink) throws BadTrace {
        return Figures.atLeastOne(tokens(node, name, line), Figures.NO_PROMPT, sink);
    }

    static int output(JsonNode node, String name, int line, RowSink sink) throws BadTrace {
        return Figures.atLeastOne(node.hasNonNull(name) ? tokens(node, name, line) : 0, Figures.NO_OUTPUT, sink);
    }

    private static int tokens(JsonNode node, String name, int line) throws BadTrace {
        JsonNode value = node.path(name);
        if (!value.isNumber()) {
            throw new BadTrace(line, missing(node, name, "a number of tokens such as 900"));
        }
        return Figures.tokens(value.doubleValue(), name, line);
    }

    private static String missing(JsonNode node, String name, String expected) {
        return node.hasNonNull(name)
                ? name + " is " + node.path(name) + ", expected " + expected
                : name + " is missing, expected " + expected;
    }

    static long whole(JsonNode node, String name, int line) throws BadTrace {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new BadTrace(line, missing(node, name, "a whole number"));
        }
        return value.longValue();
    }

    /** A time or a span, 0 or more, in nanoseconds. */
    static long time(JsonNode node, String name, long unitNanos, int line) throws BadTrace {
        JsonNode value = node.path(name);
        if (!value.isNumber()) {
            throw new BadTrace(line, missing(node, name, "a number"));
        }
        double nanos = value.doubleValue() * unitNanos;
        if (!(nanos >= 0 && nanos <= LATEST_NANOS)) {
            throw new BadTrace(line, name + " is " + value + ", allowed is 0 or more, and no later than the year 2200");
        }
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() * unitNanos : Math.round(nanos);
    }

    static Optional<String> name(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isTextual() || value.isNumber()
                ? Optional.of(value.asText()).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    /** @param scope 0 = ids mean the same in all rows; else only in those of this scope */
    static Blocks blocks(JsonNode ids, int line, long scope) throws BadTrace {
        if (ids.isMissingNode() || ids.isNull()) {
            return Blocks.NONE;
        }
        if (!ids.isArray()) {
            throw new BadTrace(line, "hash_ids is " + ids + ", expected a list of whole numbers");
        }
        long[] all = new long[ids.size()];
        for (int i = 0; i < all.length; i++) {
            JsonNode id = ids.get(i);
            if (!id.isIntegralNumber()) {
                throw new BadTrace(line, "hash_ids holds " + id + ", expected whole numbers");
            }
            // Larger ones keep their low bits, by which they still differ.
            long value = id.longValue();
            all[i] = scope == 0 ? value : Salt.mixed(scope, value);
        }
        return Blocks.of(all);
    }

    /** What was said in a chat, as one text. */
    private static final class PromptText {

        static String of(JsonNode messages) {
            if (messages.isTextual()) {
                return messages.textValue();
            }
            StringBuilder text = new StringBuilder();
            for (JsonNode message : messages) {
                text.append(message.path("role").asText("")).append(':');
                JsonNode content = message.path("content");
                if (content.isTextual()) {
                    text.append(content.textValue());
                } else {
                    content.forEach(part -> text.append(part.path("text").asText("")));
                }
                text.append('\n');
            }
            return text.toString();
        }
    }
}
