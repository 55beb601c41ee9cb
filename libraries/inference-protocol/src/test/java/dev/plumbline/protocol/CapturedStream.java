package dev.plumbline.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A body that a real server sent. What is in it was found with another JSON parser, not with this code. */
record CapturedStream(
        String file, EndpointType type, int status, String contentType, boolean clean, int chunks, int answerChunks) {

    static final GenericTarget LLAMA_NATIVE = new GenericTarget(
            "POST",
            "{\"prompt\":\"{{prompt}}\",\"n_predict\":{{max_tokens}},\"stream\":true}",
            GenericTarget.Framing.SSE,
            "/content",
            Optional.empty(),
            Optional.of("/stop_type"),
            Optional.of("/tokens_evaluated"),
            Optional.of("/tokens_predicted"),
            "/error");

    static Stream<CapturedStream> all() {
        return new String(resource("index.csv"), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .map(line -> line.split("\\|", -1))
                .map(row -> new CapturedStream(
                        row[0],
                        EndpointType.named(row[1]),
                        Integer.parseInt(row[2]),
                        row[3],
                        row[4].equals("clean"),
                        Integer.parseInt(row[5]),
                        Integer.parseInt(row[6])));
    }

    byte[] bytes() {
        return resource(file);
    }

    Protocol protocol() {
        RequestParameters parameters = RequestParameters.of("m", !file.endsWith(".json"), 8, 0);
        return type == EndpointType.GENERIC
                ? Protocol.generic(LLAMA_NATIVE, parameters)
                : Protocol.of(type, parameters);
    }

    /** What is read when the body comes in these pieces. */
    List<StreamItem> items(byte[]... pieces) {
        List<StreamItem> items = new ArrayList<>();
        AnswerReader reader = protocol().answer(status, Optional.of(contentType), items::add);
        for (byte[] piece : pieces) {
            reader.feed(piece, 0, piece.length);
        }
        reader.end(clean);
        return items;
    }

    @Override
    public String toString() {
        return file;
    }

    private static byte[] resource(String name) {
        try (InputStream in = CapturedStream.class.getResourceAsStream("/streams/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no captured stream " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
