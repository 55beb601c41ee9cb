package dev.plumbline.workload.files;

import dev.plumbline.workload.ByteSource;
import dev.plumbline.workload.trace.BadTrace;
import dev.plumbline.workload.trace.Trace;
import dev.plumbline.workload.trace.TraceFiles;
import dev.plumbline.workload.trace.TraceReader;
import dev.plumbline.workload.trace.TraceSelection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A file or a folder with a trace in it. */
public final class TraceFile implements TraceFiles, AutoCloseable {

    private final Path file;
    private final List<InputStream> opened = new ArrayList<>();

    private TraceFile(Path file) {
        this.file = file;
    }

    /** The file cannot be used; the message is one line that names file and line, what is wrong, and what to do. */
    public static final class Unusable extends Exception {

        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message);
        }
    }

    /** What is done with a trace. */
    @FunctionalInterface
    public interface Reading<T> {
        T of(TraceFiles files) throws BadTrace, IOException;
    }

    /**
     * The chosen part of it.
     *
     * @throws Unusable in one line with file, line and remedy
     */
    public static Trace read(Path file, TraceSelection selection) throws Unusable {
        return with(file, files -> TraceReader.read(files, selection));
    }

    /** What somebody makes of its files, which are open for as long. */
    public static <T> T with(Path file, Reading<T> reading) throws Unusable {
        try (TraceFile files = new TraceFile(file)) {
            return reading.of(files);
        } catch (BadTrace e) {
            throw new Unusable(e.in(file.toString()));
        } catch (NoSuchFileException e) {
            throw new Unusable(file + " does not exist: check the path");
        } catch (UncheckedIOException e) {
            throw new Unusable(file + " cannot be read: "
                    + Optional.ofNullable(e.getCause())
                            .map(Throwable::getMessage)
                            .orElse(""));
        } catch (IOException e) {
            throw new Unusable(file + " cannot be read: " + e.getMessage());
        }
    }

    @Override
    public String name() {
        return String.valueOf(file.toAbsolutePath().normalize().getFileName());
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
