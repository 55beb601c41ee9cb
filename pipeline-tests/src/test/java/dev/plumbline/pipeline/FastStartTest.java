package dev.plumbline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.stack.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the script does at the end of a build, so that the first run starts as fast as later ones. The whole pipes that are
 * tested after it start from its archives, too.
 */
class FastStartTest {

    @TempDir
    private Path temporary;

    @Test
    void everyPartOfTheFirstSecondsLeavesAnArchiveOfItsClasses() throws Exception {
        // A JVM does not replace one whose jars have changed, it starts without.
        for (Path ofAnEarlierBuild : archives()) {
            Files.deleteIfExists(ofAnEarlierBuild);
        }
        PlumbProcess classes = PlumbProcess.start(temporary, "classes");
        assertThat(classes.exitValue()).as(classes.output()).isZero();
        assertThat(classes.leftOver()).isEmpty();
        for (String part : List.of("broker", "target", "producer", "tests")) {
            assertThat(archives())
                    .as(part)
                    .anyMatch(archive -> archive.getFileName().toString().startsWith(part));
        }
    }

    private static List<Path> archives() throws IOException {
        Path folder =
                Files.createDirectories(Installation.ofSystemProperties().home().resolve(".plumb/cds"));
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
