package dev.plumbline.cli.measured;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.plumbline.cli.history.BaselineFile;
import dev.plumbline.cli.history.RunFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what people have, recognized by content. */
public final class MeasuredFiles {

    private static final List<Format> FORMATS = List.of(
            new VllmBench(),
            new Aiperf(),
            new Aiperf.Summary(),
            new Guidellm(),
            new InferencePerf(),
            new InferencePerf.Summary(),
            new GenaiBench(),
            new OwnEvents(),
            new OwnWindows());

    private static final String KNOWN =
            "known are runs, events and windows of Plumbline, a list of numbers, and what vllm bench,"
                    + " AIPerf, GuideLLM, inference-perf and genai-bench write";

    private static final Pattern EVENTS = Pattern.compile("events(\\.\\d+)?\\.jsonl");
    private static final Pattern JSON = Pattern.compile("(?i).*\\.jsonl?(\\.gz)?");
    private static final int NAMED_AT_MOST = 5;

    private final double perUnit;
    private final String unitHelp;

    /**
     * @param perUnit what a bare number of one is in the histograms of {@link Measurement.OfValues}
     * @param unitHelp what to do about numbers that are too large for the unit
     */
    public MeasuredFiles(double perUnit, String unitHelp) {
        this.perUnit = perUnit;
        this.unitHelp = unitHelp;
    }

    /**
     * A file, or a folder: that of a run, that of another tool, or one with several files of one tool.
     *
     * @return what it holds, at least one
     * @throws BadFile with one line that names file, place, what is wrong and what to do
     */
    public List<Measurement> read(Path path) {
        try {
            if (Files.isDirectory(path)) {
                return folder(path);
            }
            if (!Files.exists(path)) {
                throw new BadFile(path + " does not exist");
            }
            return file(path).orElseThrow(() -> new BadFile(path + " is of no kind that is known: " + KNOWN));
        } catch (IOException e) {
            throw new BadFile(path + " cannot be read: " + e.getMessage());
        }
    }

    private List<Measurement> folder(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve(RunFile.NAME))) {
            return List.of(run(folder.resolve(RunFile.NAME)));
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(file -> String.valueOf(file.getFileName())))
                    .toList();
        }
        List<Source> events = files.stream()
                .filter(file ->
                        EVENTS.matcher(String.valueOf(file.getFileName())).matches())
                .map(Source::of)
                .toList();
        if (!events.isEmpty()) {
            return OwnEvents.read(folder.toString(), events);
        }
        List<Measurement> found = new ArrayList<>();
        for (Path file : files) {
            if (JSON.matcher(String.valueOf(file.getFileName())).matches()) {
                file(file).ifPresent(found::addAll);
            }
        }
        // A summary beside its requests says nothing more.
        List<Measurement> detailed = found.stream()
                .filter(one -> !(one instanceof Measurement.OfSummary))
                .toList();
        List<Measurement> all = detailed.isEmpty() ? found : detailed;
        if (all.isEmpty()) {
            throw new BadFile("nothing in " + folder + " is of a kind that is known (" + named(files) + "): " + KNOWN);
        }
        return all;
    }

    private static String named(List<Path> files) {
        return files.isEmpty()
                ? "it is empty"
                : files.stream()
                                .limit(NAMED_AT_MOST)
                                .map(file -> String.valueOf(file.getFileName()))
                                .collect(Collectors.joining(", "))
                        + (files.size() > NAMED_AT_MOST ? " and " + (files.size() - NAMED_AT_MOST) + " more" : "");
    }

    private static Measurement run(Path file) {
        try {
            return OwnRuns.of(RunFile.read(file).result());
        } catch (IOException e) {
            throw new BadFile(String.valueOf(e.getMessage()));
        }
    }

    /** Empty where it is of no kind that is known. */
    private Optional<List<Measurement>> file(Path file) throws IOException {
        Source source = Source.of(file);
        Optional<Integer> first = source.firstCharacter().isPresent()
                ? Optional.of(source.firstCharacter().getAsInt())
                : Optional.empty();
        if (first.isEmpty()) {
            throw new BadFile(file + " is empty");
        }
        try {
            int c = first.get();
            Set<String> head = c == '{' || c == '[' ? source.head() : Set.of();
            if (head.contains("plumblineRun")) {
                return Optional.of(List.of(run(file)));
            }
            if (head.contains("plumblineBaseline")) {
                return Optional.of(List.of(baseline(file)));
            }
            for (Format format : FORMATS) {
                if (format.isOne(head)) {
                    return Optional.of(format.read(source));
                }
            }
            boolean isList = c != '{' && head.isEmpty();
            return isList ? Optional.of(List.of(Numbers.read(source, perUnit, unitHelp))) : Optional.empty();
        } catch (JsonProcessingException e) {
            throw new BadFile(broken(file, e));
        }
    }

    private static Measurement baseline(Path file) {
        try {
            return new Measurement.OfBaseline(file.toString(), BaselineFile.read(file));
        } catch (IOException e) {
            throw new BadFile(String.valueOf(e.getMessage()));
        }
    }

    private static String broken(Path file, JsonProcessingException e) {
        String place = e.getLocation() == null
                ? ""
                : ", line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        String problem =
                String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
        return e instanceof JsonEOFException || problem.startsWith("Unexpected end-of-input")
                ? file + place + " ends in the middle: it was not written or copied to its end; copy it again"
                : file + place + " is no JSON: " + problem;
    }
}
