package dev.plumbline.cli.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.contract.run.RunRecord.Environment;
import dev.plumbline.judgement.result.RunIdentity;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * {@code run.json}: a run and its verdict, complete, in one file. Names of fields are those of the records, histograms are
 * written as on the topics, equal runs give equal bytes, and fields of later versions are ignored.
 */
public final class RunFile {

    /** Name of the file in a run's folder. */
    public static final String NAME = "run.json";

    /** Longest file that is read, in bytes. */
    static final long MAX_BYTES = 64L << 20;

    private static final int VERSION = 1;
    private static final String VERSION_FIELD = "plumblineRun";

    /** Where Jackson says that it does not say what it read. */
    private static final Pattern SOURCE = Pattern.compile("\\s*\\(?[^(]*\\[Source: [^\\]]*\\]\\)?");

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .build())
            .addModule(new Jdk8Module())
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private static final JavaType PLAN =
            MAPPER.getTypeFactory().constructMapType(TreeMap.class, String.class, String.class);

    private RunFile() {}

    private record Wire(int plumblineRun, RunResult result, RunVerdict verdict) {}

    /**
     * Writes a run; the file appears complete or not at all.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, RunResult result, RunVerdict verdict) throws IOException {
        replace(file, encode(result, verdict));
    }

    /** The bytes of the file. */
    public static byte[] encode(RunResult result, RunVerdict verdict) {
        try {
            return MAPPER.writeValueAsBytes(new Wire(VERSION, result, verdict));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing JSON into memory failed", e);
        }
    }

    /**
     * Reads a run.
     *
     * @throws IOException with a message of one line when the file is missing, damaged, no run, or of a later version
     */
    public static StoredRun read(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + " has more than " + (MAX_BYTES >> 20) + " MiB: no run file");
            }
            return decode(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " is missing", e);
        }
    }

    private static StoredRun decode(Path file) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            int version = version(file);
            if (version < 1) {
                throw new IOException(file + " is no run file of Plumbline");
            }
            if (version > VERSION) {
                throw new IOException(file + " was written by a later Plumbline (version " + version
                        + " of the file, this one knows " + VERSION + ")");
            }
            Wire wire = MAPPER.readValue(content, Wire.class);
            return new StoredRun(wire.result(), wire.verdict());
        } catch (JsonProcessingException e) {
            String line =
                    e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
            String problem = String.valueOf(e.getOriginalMessage());
            throw new IOException(
                    e instanceof JsonEOFException || problem.startsWith("Unexpected end-of-input")
                            ? file + " is damaged, cut off" + line
                                    + ": it was not copied or written to its end; copy it again"
                            : file + " is damaged" + line + ": "
                                    + oneLine(SOURCE.matcher(problem).replaceAll("")),
                    e);
        } catch (RuntimeException | StackOverflowError e) {
            throw new IOException(file + " is damaged: " + oneLine(String.valueOf(e.getMessage())), e);
        }
    }

    /** The version is the first field; 0 when it is not. */
    private static int version(Path file) throws IOException {
        try (JsonParser parser = MAPPER.createParser(file.toFile())) {
            boolean found = parser.nextToken() == JsonToken.START_OBJECT
                    && VERSION_FIELD.equals(parser.nextFieldName())
                    && parser.nextToken() == JsonToken.VALUE_NUMBER_INT;
            return found ? parser.getIntValue() : 0;
        }
    }

    /** What a run can be compared with, by the beginning of its file. */
    record Head(RunIdentity identity, Environment environment) {}

    /** Reads that much of a run; empty where it cannot be read so, and all of the file has to say why. */
    static Optional<Head> head(Path file) {
        Optional<RunIdentity> identity = Optional.empty();
        Optional<Environment> environment = Optional.empty();
        Map<String, String> plan = Map.of();
        try (JsonParser parser = MAPPER.createParser(file.toFile())) {
            boolean inResult = false;
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME && (identity.isEmpty() || environment.isEmpty())) {
                String name = parser.currentName();
                parser.nextToken();
                if (!inResult && name.equals("result")) {
                    inResult = true;
                } else if (inResult && name.equals("identity")) {
                    identity = Optional.of(part(RunIdentity.class).readValue(parser));
                } else if (inResult && name.equals("plan")) {
                    plan = part(PLAN).readValue(parser);
                } else if (inResult && name.equals("environment")) {
                    environment = Optional.of(part(Environment.class).readValue(parser));
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
        Optional<Environment> found = environment;
        Map<String, String> planned = plan;
        return identity.flatMap(known -> found.map(there -> new Head(known.withArrivalsOf(planned), there)));
    }

    /** Of something that others follow. */
    private static ObjectReader part(Class<?> type) {
        return part(MAPPER.constructType(type));
    }

    private static ObjectReader part(JavaType type) {
        return MAPPER.readerFor(type).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }

    static String oneLine(String message) {
        String line = message.lines().findFirst().orElse("unknown");
        return line.length() <= 200 ? line : line.substring(0, 200);
    }

    /**
     * Copies a file to a place where there is none, beside and renamed, so that whoever finds it finds all of it.
     *
     * @throws FileAlreadyExistsException if there is one
     */
    static void copyNew(Path from, Path to) throws IOException {
        writeNew(to, Files.readAllBytes(from));
    }

    /**
     * Writes a file to a place where there is none, beside and renamed, so that whoever finds it finds all of it.
     *
     * @throws FileAlreadyExistsException if there is one
     */
    static void writeNew(Path to, byte[] bytes) throws IOException {
        if (Files.exists(to)) {
            throw new FileAlreadyExistsException(to.toString());
        }
        Path directory = to.toAbsolutePath().getParent();
        Path beside = Files.createTempFile(directory, "." + to.getFileName(), ".new");
        try {
            Files.write(beside, bytes);
            Files.move(beside, to);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** Writes beside and renames, so that a reader sees the old or the new content. */
    static void replace(Path file, byte[] bytes) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Path beside = Files.createTempFile(directory, "." + file.getFileName(), ".new");
        try {
            Files.write(beside, bytes);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
