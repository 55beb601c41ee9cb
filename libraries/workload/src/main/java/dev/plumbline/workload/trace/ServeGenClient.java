package dev.plumbline.workload.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.plumbline.workload.ByteSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One client of ServeGen: how often it asks in each window of time, and how long its prompts and answers are.
 *
 * @param number as its files have it
 * @param windows in order of time
 * @param lengths from a second on
 */
record ServeGenClient(int number, List<Window> windows, NavigableMap<Long, Lengths> lengths) {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** A length and its share, as Python writes entries of a dictionary. */
    private static final Pattern ENTRY = Pattern.compile("\\s*(\\d{1,9})\\s*:\\s*([-+.0-9eE]{1,40})\\s*(?:,|$)");

    private static final int CELLS = 6;
    private static final double MOST_PER_SECOND = 1e6;
    private static final long LATEST_SECOND = 1_000_000_000L;

    /** How gaps between requests are distributed in a window. */
    enum Gaps {
        GAMMA,
        WEIBULL
    }

    /**
     * A span in which the client asks alike.
     *
     * @param line of its file
     * @param fromSeconds when it begins
     * @param perSecond requests; 0 = none
     * @param gaps how they are distributed
     * @param shape of that; their scale follows from the rate
     */
    record Window(int line, long fromSeconds, double perSecond, Gaps gaps, double shape) {}

    /** Lengths of the requests of a span. */
    record Lengths(List<Part> prompt, Weighted output) {}

    /** One part of a prompt: so many times so many tokens. */
    record Part(Optional<Weighted> count, Weighted tokens) {}

    /** Values by weight. */
    record Weighted(int[] values, double[] sums) {

        int drawn(SplittableRandom random) {
            double at = random.nextDouble() * sums[sums.length - 1];
            int found = Arrays.binarySearch(sums, at);
            return values[Math.min(values.length - 1, found < 0 ? -found - 1 : found + 1)];
        }
    }

    /** Lengths that hold at a moment: the last that began before, else the first. */
    Lengths at(long seconds) {
        Map.Entry<Long, Lengths> entry = lengths.floorEntry(seconds);
        return (entry == null ? lengths.firstEntry() : entry).getValue();
    }

    /** Whether a line is one of a client's arrivals: it has no header. */
    static boolean isArrivals(String line) {
        String[] cells = line.strip().split(",", -1);
        return cells.length == CELLS
                && (cells[3].isEmpty() || pattern(cells[3]).isPresent())
                && cells[0].matches("\\d{1,10}");
    }

    private static Optional<Gaps> pattern(String name) {
        return switch (name) {
            case "Gamma" -> Optional.of(Gaps.GAMMA);
            case "Weibull" -> Optional.of(Gaps.WEIBULL);
            default -> Optional.empty();
        };
    }

    /**
     * Reads a client.
     *
     * @param arrivals name of the file of its windows
     * @param dataset name of the file of its lengths
     */
    static ServeGenClient read(int number, Named arrivals, Named dataset) throws BadTrace, IOException {
        List<Window> windows = windows(arrivals);
        NavigableMap<Long, Lengths> lengths = lengths(dataset);
        if (lengths.isEmpty() && windows.stream().anyMatch(window -> window.perSecond() > 0)) {
            throw new BadTrace(0, dataset.name() + ": has no lengths, and the client asks: the file is not whole");
        }
        return new ServeGenClient(number, windows, lengths);
    }

    /** An open file. */
    record Named(String name, ByteSource bytes) {}

    private static List<Window> windows(Named file) throws BadTrace, IOException {
        List<Window> windows = new ArrayList<>();
        Lines lines = new Lines(TextLines.of(file.bytes()));
        for (Optional<String> line = lines.nextFilled(); line.isPresent(); line = lines.nextFilled()) {
            String where = file.name() + ':' + lines.number() + ": ";
            String[] cells = line.get().strip().split(",", -1);
            if (cells.length != CELLS
                    || !(cells[3].isEmpty() || pattern(cells[3]).isPresent())) {
                throw new BadTrace(
                        0, where + "expected start,rate,CV,pattern,shape,scale with a pattern Gamma, Weibull or none");
            }
            long from = (long) number(cells[0], 0, LATEST_SECOND, "start", where);
            if (!windows.isEmpty() && from <= windows.getLast().fromSeconds()) {
                throw new BadTrace(0, where + "start is " + from + ", not behind the window before it: sort the file");
            }
            double rate = cells[3].isEmpty() ? 0 : number(cells[1], 0, MOST_PER_SECOND, "rate", where);
            windows.add(new Window(
                    lines.number(),
                    from,
                    rate,
                    pattern(cells[3]).orElse(Gaps.GAMMA),
                    rate == 0 ? 1 : number(cells[4], 1e-3, 1e6, "shape", where)));
        }
        if (windows.size() < 2) {
            throw new BadTrace(0, file.name() + ": has " + windows.size() + " windows, expected two or more");
        }
        return windows;
    }

    private static double number(String text, double least, double most, String name, String where) throws BadTrace {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new BadTrace(0, where + name + " is '" + text + "', expected a number");
        }
        if (!(value >= least && value <= most)) {
            throw new BadTrace(
                    0,
                    where + name + " is " + text + ", allowed is " + Figures.text(least) + " to " + Figures.text(most));
        }
        return value;
    }

    private static NavigableMap<Long, Lengths> lengths(Named file) throws BadTrace, IOException {
        StringBuilder text = new StringBuilder();
        for (Iterator<String> lines = TextLines.of(file.bytes()); lines.hasNext(); ) {
            text.append(lines.next()).append('\n');
        }
        JsonNode all;
        try {
            all = JSON.readTree(text.toString());
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new BadTrace(
                    0,
                    file.name() + ':' + line + ": not JSON: "
                            + e.getOriginalMessage().replaceAll(" \\(start marker .*", ""));
        }
        NavigableMap<Long, Lengths> lengths = new TreeMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> fields = all.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            String where = file.name() + ": '" + field.getKey() + "': ";
            long from = (long) number(field.getKey(), 0, LATEST_SECOND, "start", where);
            Optional<Lengths> read = lengths(field.getValue(), where);
            read.ifPresent(known -> lengths.put(from, known));
        }
        return lengths;
    }

    /** Empty where nothing was asked in the span. */
    private static Optional<Lengths> lengths(JsonNode node, String where) throws BadTrace {
        List<Part> prompt = new ArrayList<>();
        for (String name : List.of("input_tokens", "text_tokens")) {
            weighted(node, name, where).ifPresent(tokens -> prompt.add(new Part(Optional.empty(), tokens)));
        }
        for (String name : List.of("image", "audio", "video")) {
            Optional<Weighted> count = weighted(node, name + "_count", where);
            Optional<Weighted> tokens = weighted(node, name + "_tokens", where);
            if (count.isPresent() && tokens.isPresent()) {
                prompt.add(new Part(count, tokens.get()));
            }
        }
        Optional<Weighted> output = weighted(node, "output_tokens", where);
        if (!node.has("output_tokens") || !(node.has("input_tokens") || node.has("text_tokens"))) {
            throw new BadTrace(0, where + "has no input_tokens (or text_tokens) and output_tokens: no ServeGen data");
        }
        return prompt.isEmpty() || output.isEmpty()
                ? Optional.empty()
                : Optional.of(new Lengths(List.copyOf(prompt), output.get()));
    }

    /** A text that is a dictionary of lengths and shares, as Python writes it; empty where it has no entry. */
    private static Optional<Weighted> weighted(JsonNode node, String name, String where) throws BadTrace {
        String text = node.path(name).asText("").strip();
        if (text.isEmpty() || text.replace(" ", "").equals("{}")) {
            return Optional.empty();
        }
        if (!text.startsWith("{") || !text.endsWith("}")) {
            throw new BadTrace(0, where + name + " is no dictionary such as {100: 0.5, 200: 0.5}");
        }
        String inner = text.substring(1, text.length() - 1);
        List<Integer> values = new ArrayList<>();
        List<Double> sums = new ArrayList<>();
        double sum = 0;
        Matcher entry = ENTRY.matcher(inner);
        int at = 0;
        while (at < inner.length()) {
            entry.region(at, inner.length());
            if (!entry.lookingAt()) {
                throw new BadTrace(
                        0,
                        where + name + " has '" + inner.substring(at, Math.min(inner.length(), at + 30))
                                + "', expected entries such as 100: 0.5");
            }
            sum += number(entry.group(2), 0, 1e9, name, where);
            values.add((int) number(entry.group(1), 0, TraceRow.MOST_TOKENS, name, where));
            sums.add(sum);
            at = entry.end();
        }
        if (!(sum > 0)) {
            throw new BadTrace(0, where + name + " has shares that are 0 in sum: no length can be drawn");
        }
        return Optional.of(new Weighted(
                values.stream().mapToInt(Integer::intValue).toArray(),
                sums.stream().mapToDouble(Double::doubleValue).toArray()));
    }
}
