package dev.plumbline.workload.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.plumbline.workload.ByteSource;
import dev.plumbline.workload.Packing;
import dev.plumbline.workload.Unpacked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** One reading of one file. */
final class DatasetReader {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final List<Character> SEPARATORS = List.of(',', ';', '\t');
    private static final int BYTE_ORDER_MARK_BYTES = 3;

    private final String file;
    private final Bytes bytes;
    private final DatasetChoice choice;

    DatasetReader(String file, ByteSource source, DatasetChoice choice) throws IOException {
        this.file = file;
        this.bytes = new Bytes(Unpacked.of(source));
        this.choice = choice;
    }

    Dataset read() throws IOException {
        refuseBinary(bytes.beginning());
        if (bytes.peek() == Bytes.END) {
            throw new UnusableDataset(file + ": is empty: is it the right file?");
        }
        Optional<DatasetFormat> format = choice.format();
        if (format.isPresent() && format.get() == DatasetFormat.LINES) {
            return lines();
        }
        if (format.isPresent() && format.get() == DatasetFormat.WHOLE) {
            return whole();
        }
        if (format.isPresent() && format.get() == DatasetFormat.CSV) {
            return csv();
        }
        Shape shape = Shape.of(bytes.beginning());
        if (shape != Shape.TEXT) {
            return json(shape);
        }
        if (format.isPresent()) {
            throw new Place(file, 1, 0)
                    .unusable("is no JSON, as " + format.get() + " is; known formats are " + DatasetFormat.known());
        }
        return csv();
    }

    private void refuseBinary(byte[] beginning) throws IOException {
        Optional<String> problem = Packing.problem(beginning);
        if (problem.isPresent()) {
            throw new UnusableDataset(file + ": " + problem.get());
        }
        if (Packing.hasMark(beginning)) {
            bytes.skip(BYTE_ORDER_MARK_BYTES);
        }
    }

    private Dataset lines() throws IOException {
        Gathering gathering = new Gathering(file, DatasetFormat.LINES, choice);
        Lines lines = new Lines(bytes, file);
        for (Optional<Lines.Line> line = lines.nextFilled(); line.isPresent(); line = lines.nextFilled()) {
            if (!gathering.add(line.get().place(), Records.asked(line.get().text()))) {
                break;
            }
        }
        return gathering.dataset();
    }

    private Dataset whole() throws IOException {
        Place place = new Place(file, 1, 0);
        Text text = new Text(place);
        for (int one = bytes.next(); one != Bytes.END; one = bytes.next()) {
            text.add(one);
        }
        Gathering gathering = new Gathering(file, DatasetFormat.WHOLE, choice);
        String prompt = text.text();
        if (!prompt.isBlank()) {
            gathering.add(place, Records.asked(prompt));
        }
        return gathering.dataset();
    }

    private Dataset csv() throws IOException {
        Lines lines = new Lines(bytes, file);
        char separator = separator();
        CsvRecords records = new CsvRecords(lines, separator);
        CsvRecords.Row header =
                records.next().orElseThrow(() -> new UnusableDataset(file + ": is empty: is it the right file?"));
        Set<String> known = new HashSet<>(header.fields());
        String column = choice.promptColumn()
                .map(wanted -> header.fields().stream()
                        .filter(name -> name.equals(wanted) || name.strip().equalsIgnoreCase(wanted.strip()))
                        .findFirst()
                        .orElseThrow(() -> header.place()
                                .unusable("has no column '" + Records.shown(wanted) + "'; it has "
                                        + Records.names(header.fields()))))
                .or(() -> Recognition.promptColumn(header.fields()))
                .orElseThrow(() -> noColumn(header));
        if (known.size() < header.fields().size()) {
            throw header.place().unusable("names a column twice: give each a name of its own");
        }
        Gathering gathering = new Gathering(file, DatasetFormat.CSV, choice);
        for (Optional<CsvRecords.Row> row = records.next(); row.isPresent(); row = records.next()) {
            List<String> fields = row.get().fields();
            if (fields.size() != header.fields().size()) {
                throw row.get()
                        .place()
                        .unusable("has " + fields.size() + " fields, and the header has "
                                + header.fields().size() + ": put quotes around a field that holds separators");
            }
            ObjectNode entry = JsonNodeFactory.instance.objectNode();
            for (int i = 0; i < fields.size(); i++) {
                if (!fields.get(i).isBlank()) {
                    String name = header.fields().get(i);
                    entry.put(name.equals(column) ? column : name.strip().toLowerCase(Locale.ROOT), fields.get(i));
                }
            }
            if (!gathering.add(
                    row.get().place(), Records.prompted(entry, column, row.get().place()))) {
                break;
            }
        }
        return gathering.dataset();
    }

    /** What the header is separated by; a comma where nothing shows. */
    private char separator() {
        String beginning = new String(bytes.beginning(), StandardCharsets.UTF_8);
        String header = beginning.stripLeading().lines().findFirst().orElse("");
        return SEPARATORS.stream()
                .max((one, other) -> Long.compare(count(header, one), count(header, other)))
                .filter(separator -> count(header, separator) > 0)
                .orElse(',');
    }

    private static long count(String text, char letter) {
        return text.chars().filter(one -> one == letter).count();
    }

    /** What stands in the first line is told only where somebody said that it is a header: it may be a prompt. */
    private UnusableDataset noColumn(CsvRecords.Row header) {
        return choice.format().isPresent()
                ? header.place()
                        .unusable("has no column that is known to hold a prompt ("
                                + String.join(", ", Records.PROMPT_NAMES) + "); it has "
                                + Records.names(header.fields()) + ": say which with --prompt-column")
                : header.place()
                        .unusable(
                                "is of no format that is recognized: neither JSON nor the header of a CSV with a column"
                                        + " of prompts (" + String.join(", ", Records.PROMPT_NAMES)
                                        + "); say what it is with --dataset-format: " + DatasetFormat.known());
    }

    private Dataset json(Shape shape) throws IOException {
        Entries entries = entries(shape);
        Optional<JsonElements.Element> first = entries.next();
        if (first.isEmpty()) {
            throw new UnusableDataset(file + ": holds no prompt: is it the right file?");
        }
        JsonNode entry = parsed(first.get());
        Place place = first.get().place();
        DatasetFormat format = choice.format()
                .orElseGet(() ->
                        choice.promptColumn().isPresent() ? DatasetFormat.JSONL : Recognition.of(entry, shape, place));
        Optional<String> column = choice.promptColumn().or(() -> Recognition.promptColumn(entry));
        Gathering gathering = new Gathering(file, format, choice);
        Optional<JsonElements.Element> next = first;
        while (next.isPresent()) {
            if (!gathered(gathering, format, column, parsed(next.get()), next.get())) {
                break;
            }
            next = entries.next();
        }
        return gathering.dataset();
    }

    private static boolean gathered(
            Gathering gathering,
            DatasetFormat format,
            Optional<String> column,
            JsonNode entry,
            JsonElements.Element element) {
        Place place = element.place();
        if (!entry.isObject() && format != DatasetFormat.SGLANG_AGENTIC) {
            throw place.unusable("is no JSON object, {…}: mend it, or take it out");
        }
        return switch (format) {
            case JSONL, VLLM_CUSTOM ->
                gathering.add(
                        place,
                        Records.prompted(
                                entry,
                                format == DatasetFormat.VLLM_CUSTOM ? "prompt" : column.orElse("prompt"),
                                place));
            case XK6_LLM ->
                gathering.add(
                        place,
                        // With more than messages and a limit it is a whole body.
                        Records.OF_BODIES.stream().anyMatch(entry::has)
                                ? Records.body(element.json(), entry, place)
                                : Records.requested(entry, entry.path("messages"), place));
            case SHAREGPT -> {
                Optional<Conversation> conversation = Records.recorded(entry, place);
                if (conversation.isEmpty()) {
                    gathering.leaveOut();
                }
                yield conversation.isEmpty() || gathering.add(place, conversation.get());
            }
            case OPENAI_BATCH -> gathering.add(place, Records.batched(entry, element.json(), place));
            case AIPERF_SINGLE_TURN -> {
                Conversation turn = Records.singleTurn(entry, place);
                JsonNode session = entry.path("session_id");
                yield (session.isMissingNode() || session.isNull())
                        ? gathering.add(place, turn)
                        : gathering.add(place, session.asText(), turn);
            }
            case AIPERF_MULTI_TURN -> gathering.add(place, Records.multiTurn(entry, place));
            case AIPERF_RAW_PAYLOAD -> gathering.add(place, Records.body(element.json(), entry, place));
            case AIPERF_INPUTS -> gathering.add(place, Records.payloads(entry, element.json(), place));
            case SGLANG_AGENTIC -> gathering.add(place, Records.agentic(entry, place));
            case LINES, WHOLE, CSV -> throw new IllegalStateException(format + " is no JSON");
        };
    }

    /** Entries one after the other. */
    @FunctionalInterface
    private interface Entries {
        Optional<JsonElements.Element> next() throws IOException;
    }

    private Entries entries(Shape shape) {
        Optional<JsonElements.Within> within = shape.within();
        if (within.isPresent()) {
            return new JsonElements(bytes, file, within.get())::next;
        }
        Lines lines = new Lines(bytes, file);
        return () -> lines.nextFilled().map(line -> new JsonElements.Element(line.text(), line.place()));
    }

    private static JsonNode parsed(JsonElements.Element element) {
        try {
            return JSON.readTree(element.json());
        } catch (JsonProcessingException e) {
            // What the parser says of it repeats what stands there.
            throw element.place()
                    .unusable("is no JSON"
                            + (e.getLocation() == null
                                    ? ""
                                    : ": it breaks at column " + e.getLocation().getColumnNr())
                            + ": mend it, or take it out");
        }
    }
}
