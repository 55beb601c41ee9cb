package dev.plumbline.reports;

import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.window.WindowRecord;
import dev.plumbline.judgement.compat.ForeignFigures;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.process.StackDirectory;
import dev.plumbline.reports.FolderContents.StoredFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The folder of one run: {@code <root>/<runId>.partial/} while it goes, {@code <root>/<runId>/} when it is complete.
 *
 * <p>Everything is buffered; {@link #tick} hands it to the operating system, so what a killed process loses is what came
 * since the last tick. The first write that fails throws; after that nothing grows any more, what is skipped is counted,
 * and {@link #finish} still tries. One thread at a time.
 */
public final class RunFolder implements AutoCloseable {

    /** Suffix of the folder of a run that is not complete. */
    public static final String PARTIAL_SUFFIX = ".partial";

    /** Name of the link in the root that leads to the run that was completed last. */
    public static final String LATEST = "latest";

    static final String EVENTS = "events.jsonl";
    static final String REQUESTS = "requests.csv";
    static final String WINDOW_RECORDS = "windows.jsonl";
    static final String ALERTS = "alerts.jsonl";
    static final String LOG = "run.log";

    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final long NEEDED_BYTES = 32L << 20;

    private final Path root;
    private final String runId;
    private final Path partial;
    private final ArtifactLimits limits;
    private final RollingFile events;
    private final RollingFile requests;
    private final RollingFile windows;
    private final RollingFile alerts;
    private final RollingFile log;
    private final List<RollingFile> growing;
    private final List<Document> documents;
    private final List<String> missing = new ArrayList<>();
    private Optional<ForeignFigures> foreign = Optional.empty();
    private boolean broken;
    private boolean finished;

    /** How a document is made. */
    @FunctionalInterface
    interface Form {
        byte[] of(RunStory story);
    }

    /** A document that tells a run: made from it, and not needed to judge it. */
    record Document(String name, Form form) {}

    /** In the order in which they are written; the last one lists the others. */
    static final List<Document> DOCUMENTS = List.of(
            new Document("junit.xml", JUnitDocument::of),
            new Document("summary.md", MarkdownDocument::of),
            new Document("report.html", ReportDocument::of),
            new Document("summary.json", SummaryDocument::of));

    private RunFolder(Path root, String runId, Path partial, ArtifactLimits limits, List<Document> documents)
            throws IOException {
        this.documents = List.copyOf(documents);
        this.root = root;
        this.runId = runId;
        this.partial = partial;
        this.limits = limits;
        events = rolling("events", ".jsonl", new byte[0]);
        requests = rolling("requests", ".csv", RequestRow.header());
        windows = rolling("windows", ".jsonl", new byte[0]);
        alerts = rolling("alerts", ".jsonl", new byte[0]);
        log = rolling("run", ".log", new byte[0]);
        growing = List.of(events, requests, windows, alerts, log);
        flush();
    }

    /**
     * Makes the folder and proves that it can be written to.
     *
     * @param root made where it does not exist
     * @param runId becomes the name of the folder: letters, digits, dot, dash and underscore
     * @throws ArtifactException if the root cannot be written to, the disk is full, or the run exists already
     */
    public static RunFolder open(Path root, String runId, ArtifactLimits limits) {
        return open(root, runId, limits, DOCUMENTS);
    }

    static RunFolder open(Path root, String runId, ArtifactLimits limits, List<Document> documents) {
        if (!FILE_NAME.matcher(runId).matches() || runId.endsWith(PARTIAL_SUFFIX) || runId.equals(LATEST)) {
            throw new IllegalArgumentException("run id '" + runId + "' is not fit for a file name");
        }
        Path partial = root.resolve(runId + PARTIAL_SUFFIX);
        try {
            Files.createDirectories(root);
            long free = Files.getFileStore(root).getUsableSpace();
            if (free < NEEDED_BYTES) {
                throw failure("disk full: " + root + " has " + (free >> 20) + " MiB free and the files of a run need "
                        + (NEEDED_BYTES >> 20) + " or more; free some, or choose another folder");
            }
            if (Files.exists(root.resolve(runId), LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(root.resolve(runId).toString());
            }
            Files.createDirectory(partial);
            return new RunFolder(root, runId, partial, limits, documents);
        } catch (IOException e) {
            throw failure("cannot write the files of the run to " + root + " (" + reason(e)
                    + "): make it writable, or choose another folder with --artifact-dir");
        }
    }

    /** Where the files are: with the suffix until {@link #finish} has returned. */
    public Path path() {
        return finished ? root.resolve(runId) : partial;
    }

    /**
     * Appends a request event.
     *
     * @param json the record's bytes, written as they are
     * @param event the same, decoded: becomes a row of {@code requests.csv}
     * @throws ArtifactException for the first write that fails
     */
    public void event(byte[] json, RequestEvent event) {
        append(events, json, event.endEpochMillis());
        append(requests, RequestRow.of(event), event.endEpochMillis());
    }

    /** Appends a record of the windows topic as it is, final or correction. */
    public void window(byte[] json, WindowRecord record) {
        append(windows, json, record.id().startEpochMillis());
    }

    /** Appends a record of the alerts topic as it is. */
    public void alert(byte[] json, AlertRecord alert) {
        append(alerts, json, alert.atEpochMillis());
    }

    /** Lets the documents tell the run as another tool would, too. */
    public void foreign(ForeignFigures figures) {
        foreign = Optional.of(figures);
    }

    /** Appends a line to {@code run.log}. */
    public void log(long epochMillis, String line) {
        append(log, (Instant.ofEpochMilli(epochMillis) + " " + line).getBytes(StandardCharsets.UTF_8), epochMillis);
    }

    /**
     * Copies the end of a log that somebody else wrote, so that it outlives its own folder. A missing file is no error.
     *
     * @param name file name in the folder, for example {@code producer.log}
     */
    public void attachLog(String name, Path source) {
        if (!FILE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not fit for a file name");
        }
        guarded(() -> {
            try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ);
                    FileChannel to = FileChannel.open(
                            partial.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                long size = from.size();
                long at = Math.max(0, size - limits.attachedLogBytes());
                while (at < size) {
                    long copied = from.transferTo(at, size - at, to);
                    if (copied <= 0) {
                        return;
                    }
                    at += copied;
                }
            } catch (NoSuchFileException e) {
                log.line(("no " + name + " to keep: " + source).getBytes(StandardCharsets.UTF_8), 0);
            }
        });
    }

    /** Hands what is buffered to the operating system; to be called about once a second. */
    public void tick() {
        guarded(() -> {
            flush();
            makeRoom();
        });
    }

    /** Takes the folder away, because there was nothing to keep; does nothing once it is complete. */
    public void discard() {
        if (finished) {
            return;
        }
        close();
        try {
            new StackDirectory(partial).delete();
        } catch (IOException e) {
            throw failure("cannot remove " + partial + ": " + reason(e));
        }
    }

    /**
     * Writes the documents, makes the folder complete and lets {@code latest} lead to it. A document that cannot be made is
     * named by {@link #missing}; everything else is there.
     *
     * @return the folder, now without suffix
     * @throws ArtifactException if a file cannot be written: the folder keeps its suffix and what it holds
     */
    public Path finish(RunResult result, RunVerdict verdict, RunFileEncoding runFile) {
        if (finished) {
            throw new IllegalStateException("run " + runId + " is finished already");
        }
        try {
            if (!broken) {
                flush();
            }
            closeAll();
            makeRoom();
            writeDocuments(result, verdict, runFile);
            force(partial);
            Path complete = root.resolve(runId);
            Files.move(partial, complete);
            finished = true;
            force(root);
            linkLatest();
            return complete;
        } catch (IOException e) {
            broken = true;
            throw writeFailure(e);
        }
    }

    /** Writes what is buffered; the folder of a run that was not finished keeps its suffix. */
    @Override
    public void close() {
        if (finished) {
            return;
        }
        try {
            closeAll();
        } catch (IOException e) {
            if (!broken) {
                broken = true;
                throw writeFailure(e);
            }
        }
    }

    private void writeDocuments(RunResult result, RunVerdict verdict, RunFileEncoding runFile) throws IOException {
        RunResult fitting = result;
        write("windows.json", windowsOf(fitting));
        while (isTooLarge("windows.json") && fitting.windows().size() > 1) {
            fitting = halved(fitting);
            write("windows.json", windowsOf(fitting));
        }
        write("run.json", bytes(runFile.encode(fitting, verdict)));
        while (isTooLarge("run.json") && fitting.windows().size() > 1) {
            fitting = halved(fitting);
            write("run.json", bytes(runFile.encode(fitting, verdict)));
        }
        for (Document document : documents) {
            FolderContents contents = contents();
            byte[] content;
            try {
                content = document.form().of(new RunStory(result, verdict, RunFigures.of(result), contents, foreign));
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                missing(document.name(), e, result.identity().endEpochMillis());
                continue;
            }
            write(document.name(), bytes(content));
        }
    }

    /** What tells a run is no part of it: the decision stands, and the folder is complete without a document that cannot be. */
    private void missing(String name, Throwable fault, long atEpochMillis) throws IOException {
        missing.add(name + " is missing: making it failed (" + fault + "); " + LOG + " has the stack trace");
        StringWriter trace = new StringWriter();
        fault.printStackTrace(new PrintWriter(trace));
        Files.writeString(
                partial.resolve(LOG),
                Instant.ofEpochMilli(atEpochMillis) + " " + name + " is missing: " + trace,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** A line for each document that {@link #finish} could not make; the folder is complete without it. */
    public List<String> missing() {
        return List.copyOf(missing);
    }

    private boolean isTooLarge(String name) throws IOException {
        return Files.size(partial.resolve(name)) > limits.documentBytes();
    }

    private static RunResult halved(RunResult result) {
        return result.withWindows(
                WindowKeeper.merged(result.windows(), (result.windows().size() + 1) / 2));
    }

    private FolderContents contents() throws IOException {
        List<StoredFile> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(partial)) {
            for (Path entry : entries) {
                files.add(new StoredFile(String.valueOf(entry.getFileName()), Files.size(entry)));
            }
        }
        files.sort(Comparator.comparing(StoredFile::name));
        return new FolderContents(
                files,
                growing.stream().flatMap(file -> file.dropped().stream()).toList(),
                growing.stream().mapToLong(RollingFile::unwritten).sum());
    }

    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private static Content bytes(byte[] content) {
        return out -> out.write(content);
    }

    private static Content windowsOf(RunResult result) {
        return out -> WindowsDocument.write(result, out);
    }

    /** Nobody sees half a document: it gets its name when it is on the disk. */
    private void write(String name, Content content) throws IOException {
        Path temporary = partial.resolve("." + name + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 64 << 10)) {
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(
                    temporary,
                    partial.resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
    }

    private RollingFile rolling(String stem, String extension, byte[] header) throws IOException {
        return new RollingFile(partial, stem, extension, header, limits.partBytes());
    }

    private void append(RollingFile file, byte[] line, long epochMillis) {
        if (broken) {
            file.skip();
            return;
        }
        guarded(() -> {
            if (file.line(line, epochMillis)) {
                makeRoom();
            }
        });
    }

    private void flush() throws IOException {
        for (RollingFile file : growing) {
            file.flush();
        }
    }

    /** Closes every file, also when one of them cannot be. */
    private void closeAll() throws IOException {
        Optional<IOException> first = Optional.empty();
        for (RollingFile file : growing) {
            try {
                file.close();
            } catch (IOException e) {
                first = first.or(() -> Optional.of(e));
            }
        }
        if (first.isPresent()) {
            throw first.get();
        }
    }

    /** Deletes the parts whose last line is oldest until the growing files fit, or nothing complete is left. */
    private void makeRoom() throws IOException {
        while (growing.stream().mapToLong(RollingFile::totalBytes).sum() > limits.growingBytes()) {
            Optional<RollingFile> oldest = growing.stream()
                    .filter(file -> file.oldest().isPresent())
                    .min(Comparator.comparingLong(
                            file -> file.oldest().orElseThrow().span().untilEpochMillis()));
            if (oldest.isEmpty()) {
                return;
            }
            oldest.get().dropOldest();
        }
    }

    private void linkLatest() {
        Path link = root.resolve(LATEST);
        Path fresh = root.resolve(LATEST + "." + runId);
        try {
            if (Files.exists(link, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(link)) {
                return;
            }
            Files.createSymbolicLink(fresh, Path.of(runId));
            Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | UnsupportedOperationException e) {
            // A convenience that some file systems do not have; the run itself is complete.
            return;
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void guarded(Work work) {
        if (broken) {
            return;
        }
        try {
            work.run();
        } catch (IOException e) {
            broken = true;
            throw writeFailure(e);
        }
    }

    private ArtifactException writeFailure(IOException e) {
        String reason = reason(e);
        String what = reason.contains("No space left") || reason.contains("quota") ? "disk full" : "write failed";
        return failure(what + ": " + partial + ": " + reason + "; what was written until now is there and readable");
    }

    private static ArtifactException failure(String message) {
        return new ArtifactException(message);
    }

    private static String reason(IOException e) {
        if (e instanceof FileAlreadyExistsException) {
            return e.getMessage() + " exists already";
        }
        if (e instanceof AccessDeniedException) {
            return "no permission for " + e.getMessage();
        }
        return String.valueOf(e.getMessage());
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
