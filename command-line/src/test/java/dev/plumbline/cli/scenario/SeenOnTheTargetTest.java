package dev.plumbline.cli.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of what targets saw names what there is, and all that is shipped. */
class SeenOnTheTargetTest {

    private static final Path PAGE = Path.of("../docs/seen-on-the-target.md");

    private static Set<String> named(String pattern) throws IOException {
        return Pattern.compile("`(" + pattern + ")`")
                .matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toSet());
    }

    @Test
    void everyScenarioThatIsShippedStandsInItAndNoOther() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../scenarios"))) {
            assertThat(named("[a-z-]+\\.yaml"))
                    .isEqualTo(files.map(file -> String.valueOf(file.getFileName()))
                            .filter(name -> name.endsWith(".yaml"))
                            .collect(Collectors.toSet()));
        }
    }

    @Test
    void everyTestThatItNamesIsThere() throws IOException {
        List<Path> roots;
        try (Stream<Path> modules = Stream.concat(Files.list(Path.of("..")), Files.list(Path.of("../libraries")))) {
            roots = modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        for (String test : named("[A-Z][A-Za-z]+(?:Test|IT)")) {
            assertThat(roots.stream().anyMatch(root -> has(root, test + ".java")))
                    .as("%s is a test", test)
                    .isTrue();
        }
    }

    private static boolean has(Path root, String file) {
        try (Stream<Path> all = Files.walk(root)) {
            return all.anyMatch(path -> path.endsWith(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
