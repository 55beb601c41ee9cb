package dev.plumbline.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Bodies that real servers sent, and ways to read them. */
final class Streams {

    private Streams() {}

    static byte[] captured(String name) {
        try (InputStream in = Streams.class.getResourceAsStream("/streams/" + name + ".sse")) {
            if (in == null) {
                throw new IllegalArgumentException("no captured stream " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a decoder makes of bytes that come in the given pieces. */
    static List<StreamItem> items(List<byte[]> pieces) {
        List<StreamItem> items = new ArrayList<>();
        SseDecoder decoder = new SseDecoder((bytes, offset, length, namedError) ->
                items.add(OpenAiReader.readEvent(bytes, offset, length, namedError)));
        for (byte[] piece : pieces) {
            decoder.feed(piece, 0, piece.length);
        }
        decoder.endOfStream();
        return items;
    }
}
