package dev.plumbline.workload.trace;

import dev.plumbline.workload.Salt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests of ServeGen's clients (Xiang et al., <i>ServeGen: Workload Characterization and Generation of Large Language Model Serving
 * in Production</i>, 2025). Its files hold no requests: of each client, for windows of time, the rate and the distribution of gaps,
 * and shares of lengths. Requests are drawn from them by a seed of client and window, so that they are the same each time.
 *
 * <p>A window has as many requests as rate times length says, the broken part by chance. One gap more than that is drawn and all are
 * stretched to the window. Lengths of prompt and answer are drawn apart from each other, since the files do not say how they go
 * together; pictures, sound and film become text of as many tokens.
 */
final class ServeGen {

    private static final long SEED = 0x5e27e9e4L;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Pattern ARRIVALS = Pattern.compile("(.*?)(\\d{1,9})-trace\\.csv(\\.gz)?");
    private static final int MOST_CLIENTS = 10_000;

    private ServeGen() {}

    /** A request that was drawn; lengths may be 0. */
    private record Drawn(
            int line,
            long atNanos,
            int promptTokens,
            int outputTokens,
            boolean isMoreThanText,
            Optional<String> requestClass) {

        TraceRow row(RowSink sink) {
            return new TraceRow(
                    line,
                    OptionalLong.of(atNanos),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    Figures.atLeastOne(promptTokens, Figures.NO_PROMPT, sink),
                    Figures.atLeastOne(outputTokens, Figures.NO_OUTPUT, sink),
                    Blocks.NONE,
                    new TraceRow.Origin(Optional.empty(), requestClass));
        }
    }

    /** Whether a file that begins so holds the arrivals of a client. */
    static boolean isArrivals(String firstLine) {
        return ServeGenClient.isArrivals(firstLine);
    }

    /** The client of one file and the one beside it. */
    static TraceFormat ofOne(TraceFiles files, RowSink sink, ClassField classField) throws BadTrace, IOException {
        Matcher parts = ARRIVALS.matcher(files.name());
        if (!parts.matches()) {
            throw new BadTrace(
                    1,
                    "arrivals of a ServeGen client: the lengths are looked for beside it, so it must be called"
                            + " chunk-N-trace.csv, and they chunk-N-dataset.json");
        }
        ServeGenClient client = ServeGenClient.read(
                Integer.parseInt(parts.group(2)),
                new ServeGenClient.Named(files.name(), files.open()),
                dataset(files, parts));
        return each(List.of(client), sink, classField);
    }

    /** All clients of a folder. */
    static TraceFormat ofFolder(TraceFiles files, RowSink sink, ClassField classField) throws BadTrace, IOException {
        List<ServeGenClient> clients = new ArrayList<>();
        for (String name : files.names().stream().sorted().toList()) {
            Matcher parts = ARRIVALS.matcher(name);
            if (parts.matches()) {
                if (clients.size() == MOST_CLIENTS) {
                    throw new BadTrace(0, "more than " + MOST_CLIENTS + " clients: take a part of the folder");
                }
                clients.add(ServeGenClient.read(
                        Integer.parseInt(parts.group(2)),
                        new ServeGenClient.Named(name, files.open(name)),
                        dataset(files, parts)));
            }
        }
        if (clients.isEmpty()) {
            throw new BadTrace(
                    0, "a folder without ServeGen's chunk-N-trace.csv: name a file, or a folder that holds clients");
        }
        clients.sort(Comparator.comparingInt(ServeGenClient::number));
        return each(clients, sink, classField);
    }

    private static ServeGenClient.Named dataset(TraceFiles files, Matcher arrivals) throws BadTrace {
        String name = arrivals.group(1) + arrivals.group(2) + "-dataset.json";
        try {
            return new ServeGenClient.Named(name, files.open(name));
        } catch (IOException e) {
            throw new BadTrace(
                    0, name + ", which has the lengths of the client, cannot be read: put it beside the other");
        }
    }

    private static TraceFormat each(List<ServeGenClient> clients, RowSink sink, ClassField classField) throws BadTrace {
        if (classField instanceof ClassField.Named named && !named.name().equals(TraceFormat.SERVE_GEN.classField())) {
            throw new BadTrace(
                    0, "--trace-class names '" + named.name() + "', and ServeGen's requests have only a 'client'");
        }
        NavigableSet<Long> starts = new TreeSet<>();
        clients.forEach(client -> client.windows().forEach(window -> starts.add(window.fromSeconds())));
        int[] next = new int[clients.size()];
        for (long start : starts) {
            List<Drawn> rows = new ArrayList<>();
            for (int i = 0; i < next.length; i++) {
                ServeGenClient client = clients.get(i);
                if (next[i] < client.windows().size()
                        && client.windows().get(next[i]).fromSeconds() == start) {
                    rows(client, next[i]++, classField, rows);
                }
            }
            rows.sort(Comparator.comparingLong(Drawn::atNanos));
            for (Drawn row : rows) {
                if (row.isMoreThanText()) {
                    sink.changed("pictures, sound or film: sent as text of the same number of tokens");
                }
                if (!sink.row(row.row(sink), () -> "")) {
                    return TraceFormat.SERVE_GEN;
                }
            }
        }
        return TraceFormat.SERVE_GEN;
    }

    /** The requests of one window. */
    private static void rows(ServeGenClient client, int index, ClassField classField, List<Drawn> rows)
            throws BadTrace {
        ServeGenClient.Window window = client.windows().get(index);
        if (window.perSecond() == 0) {
            return;
        }
        SplittableRandom random =
                new SplittableRandom(Salt.mixed(Salt.mixed(SEED, client.number()), window.fromSeconds()));
        double seconds = seconds(client.windows(), index);
        double expected = window.perSecond() * seconds;
        if (expected > Trace.MOST_ROWS) {
            throw new BadTrace(
                    0,
                    "client " + client.number() + " asks " + (long) expected + " times in the window at "
                            + window.fromSeconds() + " s, more than " + Trace.MOST_ROWS + " rows");
        }
        int count = (int) expected + (random.nextDouble() < expected - Math.floor(expected) ? 1 : 0);
        double[] ends = new double[count + 1];
        double sum = 0;
        for (int i = 0; i <= count; i++) {
            sum += gap(window, random);
            ends[i] = sum;
        }
        ServeGenClient.Lengths lengths = client.at(window.fromSeconds());
        Optional<String> name =
                classField.of(TraceFormat.SERVE_GEN.classField(), unused -> Optional.of("client-" + client.number()));
        for (int i = 0; i < count; i++) {
            long at = (long) ((window.fromSeconds() + (sum > 0 ? ends[i] / sum : 0) * seconds) * NANOS_PER_SECOND);
            rows.add(drawn(window.line(), at, lengths, random, name));
        }
    }

    /** To the next window; the last one is as long as the one before it. */
    private static double seconds(List<ServeGenClient.Window> windows, int index) {
        int from = Math.min(index, windows.size() - 2);
        return windows.get(from + 1).fromSeconds() - windows.get(from).fromSeconds();
    }

    private static Drawn drawn(
            int line,
            long atNanos,
            ServeGenClient.Lengths lengths,
            SplittableRandom random,
            Optional<String> requestClass) {
        long tokens = 0;
        boolean isMoreThanText = false;
        for (ServeGenClient.Part part : lengths.prompt()) {
            if (part.count().isEmpty()) {
                tokens += part.tokens().drawn(random);
                continue;
            }
            for (int more = part.count().get().drawn(random); more > 0 && tokens < TraceRow.MOST_TOKENS; more--) {
                int drawn = part.tokens().drawn(random);
                tokens += drawn;
                isMoreThanText |= drawn > 0;
            }
        }
        return new Drawn(
                line,
                atNanos,
                (int) Math.min(TraceRow.MOST_TOKENS, tokens),
                lengths.output().drawn(random),
                isMoreThanText,
                requestClass);
    }

    /** A gap of any scale: all of a window are stretched to it. */
    private static double gap(ServeGenClient.Window window, SplittableRandom random) {
        return switch (window.gaps()) {
            case WEIBULL -> Math.pow(-Math.log1p(-random.nextDouble()), 1 / window.shape());
            case GAMMA -> gamma(window.shape(), random);
        };
    }

    /** Marsaglia and Tsang 2000; below a shape of 1 that of one more, times a power of a uniform number. */
    private static double gamma(double shape, SplittableRandom random) {
        if (shape < 1) {
            return gamma(shape + 1, random) * Math.pow(1 - random.nextDouble(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = 1 + c * x;
            if (v > 0) {
                double cube = v * v * v;
                double u = 1 - random.nextDouble();
                if (Math.log(u) < 0.5 * x * x + d - d * cube + d * Math.log(cube)) {
                    return d * cube;
                }
            }
        }
    }
}
