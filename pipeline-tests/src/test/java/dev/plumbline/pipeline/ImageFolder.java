package dev.plumbline.pipeline;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An image without an engine: the files that the COPY instructions of a stage put into an empty folder, which stands for
 * the working directory. What the stage builds from is taken from this checkout instead of the build stage.
 */
record ImageFolder(Path folder, Dockerfile.Stage stage, Map<String, String> environment) {

    private static final String BUILD_PREFIX = "/src/";

    static ImageFolder lay(Dockerfile dockerfile, String stageName, Path folder) throws IOException {
        List<Dockerfile.Stage> lineage = dockerfile.lineage(stageName);
        Dockerfile.Stage stage = lineage.getLast();
        Map<String, String> environment = new java.util.TreeMap<>();
        for (Dockerfile.Stage each : lineage) {
            for (String line : each.all("ENV")) {
                String[] pair = line.split("=", 2);
                environment.put(pair[0], pair[1].replaceAll("^\"|\"$", ""));
            }
            if (each != stage && !each.all("COPY").isEmpty()) {
                throw new IllegalArgumentException("files come from " + each.name() + ", too");
            }
        }
        Files.createDirectories(folder);
        for (String copy : stage.all("COPY")) {
            copy(copy, folder);
        }
        return new ImageFolder(folder, stage, environment);
    }

    private static void copy(String arguments, Path folder) throws IOException {
        String[] words = arguments.split("\\s+");
        if (words.length != 3 || !words[0].equals("--from=build") || !words[1].startsWith(BUILD_PREFIX)) {
            throw new IllegalArgumentException("COPY " + arguments);
        }
        Path source = DashboardFiles.HOME.resolve(words[1].substring(BUILD_PREFIX.length()));
        Path to = folder.resolve(words[2]).normalize();
        if (Files.isDirectory(source)) {
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    link(to.resolve(source.relativize(file)), file);
                }
            }
            return;
        }
        PathMatcher pattern = FileSystems.getDefault().getPathMatcher("glob:" + source.getFileName());
        List<Path> matches = new ArrayList<>();
        try (Stream<Path> files = Files.list(source.getParent())) {
            files.filter(file -> pattern.matches(file.getFileName())).forEach(matches::add);
        }
        if (matches.size() != 1) {
            throw new IllegalArgumentException("COPY " + arguments + " matches " + matches);
        }
        Path only = matches.getFirst();
        link(
                words[2].endsWith("/")
                        ? folder.resolve(words[2]).resolve(only.getFileName()).normalize()
                        : to,
                only);
    }

    /** Another name for the same bytes where the file system can, a copy elsewhere. */
    private static void link(Path link, Path existing) throws IOException {
        Files.createDirectories(link.getParent());
        try {
            Files.createLink(link, existing);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(existing, link);
        }
    }

    /** Commands that the stage runs while it is built, as a shell takes them. */
    List<String> buildCommands() {
        return stage.all("RUN");
    }
}
