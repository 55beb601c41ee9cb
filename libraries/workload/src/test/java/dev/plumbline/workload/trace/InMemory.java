package dev.plumbline.workload.trace;

import dev.plumbline.workload.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Files of a trace that lie nowhere; those that end with {@code .gz} are compressed. */
record InMemory(String name, boolean isFolder, Map<String, String> texts) implements TraceFiles {

    static InMemory file(String name, String text) {
        return new InMemory(name, false, new HashMap<>(Map.of(name, text)));
    }

    /** One client of ServeGen, named by the file of its arrivals. */
    static InMemory client() {
        return new InMemory(
                "chunk-7-trace.csv",
                false,
                new HashMap<>(
                        Map.of(
                                "chunk-7-trace.csv",
                                "0,0.5,1.2,Gamma,0.7,2.9\n100,0,0,,0,0\n200,1.0,0.9,Weibull,1.1,1.0\n",
                                "chunk-7-dataset.json",
                                "{\"0\":{\"input_tokens\":\"{100: 0.5, 200: 0.5}\",\"output_tokens\":\"{9: 1.0}\"},\n"
                                        + "\"200\":{\"input_tokens\":\"{300: 1.0}\",\"output_tokens\":\"{7: 0.25, 8: 0.75}\"}}\n")));
    }

    @Override
    public List<String> names() {
        return List.copyOf(texts.keySet());
    }

    @Override
    public ByteSource open() throws IOException {
        return open(name);
    }

    @Override
    public ByteSource open(String other) throws IOException {
        String text = texts.get(other);
        if (text == null) {
            throw new NoSuchFileException(other);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new ByteArrayInputStream(other.endsWith(".gz") ? gzip(bytes) : bytes)::read;
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream to = new GZIPOutputStream(packed)) {
            to.write(bytes);
        }
        return packed.toByteArray();
    }
}
