package dev.plumbline.telemetry.scrape;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One sample line: {@code name{label="text",…} number [time stamp] [# exemplar]}. */
record PrometheusLine(String name, Map<String, String> labels, double number) {

    /** Most labels of one line. vLLM's widest has 38. */
    private static final int MAX_LABELS = 256;

    /** Empty when the line is not of that form. */
    static Optional<PrometheusLine> read(String line) {
        try {
            return Optional.of(new Reader(line).read());
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    /** Whether it is a finite number that is neither a bucket nor a time of creation. */
    boolean isWanted() {
        return Double.isFinite(number) && !name.endsWith("_bucket") && !name.endsWith("_created");
    }

    private static final class Reader {
        private final String line;
        private int at;

        Reader(String line) {
            this.line = line;
        }

        PrometheusLine read() {
            String name = name();
            Map<String, String> labels = new HashMap<>();
            skipBlanks();
            if (line.charAt(at) == '{') {
                at++;
                readLabels(labels);
            }
            skipBlanks();
            int end = at;
            while (end < line.length() && !isBlank(line.charAt(end))) {
                end++;
            }
            return new PrometheusLine(name, labels, number(line.substring(at, end)));
        }

        private void readLabels(Map<String, String> labels) {
            skipBlanks();
            while (line.charAt(at) != '}') {
                String label = name();
                skipBlanks();
                expect('=');
                skipBlanks();
                expect('"');
                labels.put(label, quoted());
                if (labels.size() > MAX_LABELS) {
                    throw new IllegalArgumentException("too many labels");
                }
                skipBlanks();
                if (line.charAt(at) == ',') {
                    at++;
                    skipBlanks();
                }
            }
            at++;
        }

        private String name() {
            int start = at;
            while (at < line.length() && isOfName(line.charAt(at))) {
                at++;
            }
            if (at == start || Character.isDigit(line.charAt(start))) {
                throw new IllegalArgumentException("no name");
            }
            return line.substring(start, at);
        }

        private String quoted() {
            StringBuilder text = new StringBuilder();
            for (char c = line.charAt(at); c != '"'; c = line.charAt(at)) {
                at++;
                if (c == '\\') {
                    char escaped = line.charAt(at++);
                    text.append(escaped == 'n' ? '\n' : escaped);
                } else {
                    text.append(c);
                }
            }
            at++;
            return text.toString();
        }

        private void expect(char wanted) {
            if (line.charAt(at++) != wanted) {
                throw new IllegalArgumentException("expected " + wanted);
            }
        }

        private void skipBlanks() {
            while (at < line.length() && isBlank(line.charAt(at))) {
                at++;
            }
        }

        private static boolean isBlank(char c) {
            return c == ' ' || c == '\t';
        }

        private static boolean isOfName(char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
        }

        private static double number(String text) {
            return switch (text) {
                case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
                case "-Inf" -> Double.NEGATIVE_INFINITY;
                case "NaN" -> Double.NaN;
                default -> {
                    if (text.isEmpty()
                            || "+-.0123456789".indexOf(text.charAt(0)) < 0
                            || "dDfF".indexOf(text.charAt(text.length() - 1)) >= 0) {
                        throw new IllegalArgumentException("no number");
                    }
                    yield Double.parseDouble(text);
                }
            };
        }
    }
}
