package dev.plumbline.producer;

import dev.plumbline.workload.ByteSource;
import dev.plumbline.workload.trace.TraceFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The file or the folder of a trace, which is read once. */
final class OpenedTrace implements TraceFiles, AutoCloseable {

    private final Path file;
    private final List<InputStream> opened = new ArrayList<>();

    OpenedTrace(Path file) {
        this.file = file;
    }

    @Override
    public String name() {
        return String.valueOf(file.getFileName());
    }

    @Override
    public boolean isFolder() {
        return Files.isDirectory(file);
    }

    @Override
    public List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(file)) {
            return all.map(each -> String.valueOf(each.getFileName())).toList();
        }
    }

    @Override
    public ByteSource open() throws IOException {
        return open(file);
    }

    @Override
    public ByteSource open(String name) throws IOException {
        return open(isFolder() ? file.resolve(name) : file.resolveSibling(name));
    }

    private ByteSource open(Path path) throws IOException {
        InputStream stream = Files.newInputStream(path);
        opened.add(stream);
        return stream::read;
    }

    @Override
    public void close() throws IOException {
        for (InputStream stream : opened) {
            stream.close();
        }
    }
}
