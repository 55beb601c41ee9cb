package dev.plumbline.cli.measured;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.distribution.HistogramAccumulator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A bare list of numbers: one on each line, or a JSON array of them. Lines that are empty or begin with {@code #} are no values.
 *
 * <p>The order of the file is taken for the order in which they were measured: they are put into at most 128 blocks of neighbours, and
 * blocks that resemble each other widen the interval.
 */
final class Numbers {

    private static final int MOST_BLOCKS = 128;
    private static final double LARGEST = 9e18;

    private final String name;
    private final double perUnit;
    private final String unitHelp;
    private List<HistogramAccumulator> blocks = new ArrayList<>();
    private int blockSize = 1;
    private int inLast;

    private Numbers(String name, double perUnit, String unitHelp) {
        this.name = name;
        this.perUnit = perUnit;
        this.unitHelp = unitHelp;
    }

    /**
     * Reads a list.
     *
     * @param perUnit what a value of one is in the histograms
     * @param unitHelp what to do about values that are too small or too large for the unit
     */
    static Measurement.OfValues read(Source source, double perUnit, String unitHelp) throws IOException {
        Numbers numbers = new Numbers(source.name(), perUnit, unitHelp);
        if (source.firstCharacter().orElse(' ') == '[') {
            numbers.array(source);
        } else {
            numbers.lines(source);
        }
        if (numbers.blocks.isEmpty()) {
            throw new BadFile(source.name() + " holds no number");
        }
        return new Measurement.OfValues(source.name(), numbers.histograms());
    }

    private List<Histogram> histograms() {
        return blocks.stream().map(HistogramAccumulator::toHistogram).toList();
    }

    private void array(Source source) throws IOException {
        try (JsonParser parser = source.json()) {
            parser.nextToken();
            int index = 0;
            JsonToken token = parser.nextToken();
            while (token != JsonToken.END_ARRAY) {
                if (token == null || !token.isNumeric()) {
                    throw new BadFile(name + ": /" + index + " is " + (token == null ? "missing" : parser.getText())
                            + ", a number was expected");
                }
                add(parser.getDoubleValue(), name + ": /" + index);
                index++;
                token = parser.nextToken();
            }
        }
    }

    private void lines(Source source) throws IOException {
        try (Lines lines = new Lines(source)) {
            for (Optional<String> line = lines.nextText(); line.isPresent(); line = lines.nextText()) {
                String text = line.get().startsWith("\uFEFF")
                        ? line.get().substring(1).strip()
                        : line.get();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    add(parsed(text, lines.where()), lines.where());
                }
            }
        }
    }

    private static double parsed(String text, String where) {
        String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
        try {
            double number = Double.parseDouble(text);
            if (Character.isLetter(text.charAt(text.length() - 1))) {
                // Java reads 1d and 1f as numbers.
                throw new NumberFormatException();
            }
            return number;
        } catch (NumberFormatException e) {
            throw new BadFile(where + " is '" + shown + "': one number on each line is read"
                    + (text.matches(".*[,;\\s].*")
                            ? ", of a table take one column out: cut -d, -f2 | tail -n +2"
                            : ""));
        }
    }

    private void add(double value, String where) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new BadFile(
                    where + " is " + value + ": values below 0, and what is no number, cannot be compared by ratio");
        }
        double scaled = value * perUnit;
        if (scaled >= LARGEST) {
            throw new BadFile(where + " is " + value + ", which is too large: " + unitHelp);
        }
        if (blocks.isEmpty() || inLast == blockSize) {
            blocks.add(new HistogramAccumulator());
            inLast = 0;
            if (blocks.size() > MOST_BLOCKS) {
                merge();
            }
        }
        blocks.get(blocks.size() - 1).record(Math.round(scaled));
        inLast++;
    }

    /** Neighbours become one; the one that was just begun stays the last. */
    private void merge() {
        List<HistogramAccumulator> fewer = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i += 2) {
            HistogramAccumulator both = blocks.get(i);
            if (i + 1 < blocks.size()) {
                both.add(blocks.get(i + 1).toHistogram());
            }
            fewer.add(both);
        }
        blocks = fewer;
        blockSize *= 2;
    }
}
