package dev.plumbline.cli.history;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.wire.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A detector's baseline as a file; its fields are those of the record in the baselines topic ({@code docs/schemas}). */
public final class BaselineFile {

    private static final int VERSION = 1;
    private static final String VERSION_FIELD = "plumblineBaseline";

    private BaselineFile() {}

    private record Wire(int plumblineBaseline, BaselineRecord baseline) {}

    /** The bytes of the file. */
    static byte[] encode(BaselineRecord baseline) {
        try {
            return RunFile.MAPPER.writeValueAsBytes(new Wire(VERSION, baseline));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing JSON into memory failed", e);
        }
    }

    /** Whether a file begins as these do. */
    static boolean isOne(Path file) {
        return version(file) > 0;
    }

    /**
     * Reads a baseline.
     *
     * @throws IOException with a message of one line when the file is missing, damaged, no baseline, or of a later version
     */
    public static BaselineRecord read(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file + " is missing");
        }
        int version = version(file);
        if (version < 1) {
            throw new IOException(file + " is no baseline file of Plumbline");
        }
        if (version > VERSION) {
            throw new IOException(file + " was written by a later Plumbline (version " + version
                    + " of the file, this one knows " + VERSION + ")");
        }
        if (Files.size(file) > Codec.MAX_BYTES) {
            throw new IOException(file + " has more than " + (Codec.MAX_BYTES >> 20) + " MiB: no baseline file");
        }
        try {
            return RunFile.MAPPER
                    .readValue(Files.readAllBytes(file), Wire.class)
                    .baseline();
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is damaged: " + RunFile.oneLine(String.valueOf(e.getOriginalMessage())), e);
        } catch (RuntimeException | StackOverflowError e) {
            throw new IOException(file + " is damaged: " + RunFile.oneLine(String.valueOf(e.getMessage())), e);
        }
    }

    /** The version is the first field; 0 when it is not. */
    private static int version(Path file) {
        try (JsonParser parser = RunFile.MAPPER.createParser(file.toFile())) {
            boolean found = parser.nextToken() == JsonToken.START_OBJECT
                    && VERSION_FIELD.equals(parser.nextFieldName())
                    && parser.nextToken() == JsonToken.VALUE_NUMBER_INT;
            return found ? parser.getIntValue() : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
