package dev.plumbline.pipeline.layering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import dev.plumbline.pipeline.layering.WaitRules.Allowed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules about waiting, seen red on the fixtures, in exactly the methods that break them. */
final class WaitRulesTest {

    private static final String ROOT = WaitRulesTest.class.getPackageName() + ".fixture.waits";
    private static final WaitRules RULES = new WaitRules(List.of());
    private static final JavaClasses FIXTURES =
            ImportDepth.SUPERTYPES_OF_CALLED.read(importer -> importer.importPackages(ROOT));
    private static final Pattern ORIGIN = Pattern.compile("Method <" + Pattern.quote(ROOT) + "\\.([\\w$.]+)\\(");

    @TempDir
    private Path home;

    @Test
    void everyEndlessWaitIsFound() {
        assertThat(breakers(RULES.waitsAreBounded()))
                .containsExactlyInAnyOrder(
                        "EndlessWait.latch",
                        "EndlessWait.future",
                        "EndlessWait.completableFuture",
                        "EndlessWait.joinOfFutureByReference",
                        "EndlessWait.joinOfFutureInLambda",
                        "EndlessWait.joinOfThread",
                        "EndlessWait.queue",
                        "EndlessWait.deque",
                        "EndlessWait.process",
                        "EndlessWait.semaphore",
                        "EndlessWait.condition",
                        "EndlessWait.phaser",
                        "EndlessWait.barrier",
                        "EndlessWait.kafka",
                        "EndlessWait.closedInSilence",
                        "EndlessWait.all",
                        "EndlessWait.httpClient");
    }

    @Test
    void everySleepIsFound() {
        assertThat(breakers(RULES.nobodySleeps()))
                .containsExactlyInAnyOrder(
                        "Sleep.millis", "Sleep.duration", "Sleep.unit", "Sleep.parkNanos", "Sleep.parkForEver");
    }

    @Test
    void whoIsAllowedToMayAndNobodyElse() {
        WaitRules rules = new WaitRules(List.of(
                new Allowed(ROOT + ".Sleep", "Thread.sleep", "fixture"),
                new Allowed(ROOT + ".EndlessWait", "LockSupport.park", "fixture")));

        assertThat(breakers(rules.nobodySleeps()))
                .containsExactlyInAnyOrder("Sleep.unit", "Sleep.parkNanos", "Sleep.parkForEver");
    }

    @Test
    void modulesLieAtTheTopAndAmongTheLibraries() throws IOException {
        Path app = module("app");
        Path library = module("libraries/library");
        Files.createDirectories(home.resolve("docs/src/test/java"));
        testClass(app);
        testClass(library);
        module("without-tests");

        assertThat(WaitRules.testClasses(home))
                .containsExactly(app.resolve("target/test-classes"), library.resolve("target/test-classes"));
    }

    @Test
    void testsThatNobodySeesAreAnError() throws IOException {
        assertThatIllegalStateException()
                .isThrownBy(() -> WaitRules.testClasses(home))
                .withMessageContaining("no module lies below");
        Path app = module("app");
        assertThatIllegalStateException()
                .isThrownBy(() -> WaitRules.testClasses(home))
                .withMessageContaining("has tests");
        testClass(app);
        Path other = module("other");
        Files.createDirectories(other.resolve("src/test/java"));
        assertThatIllegalStateException()
                .isThrownBy(() -> WaitRules.testClasses(home))
                .withMessageContaining("no class lies in " + other.resolve("target/test-classes"));
    }

    private Path module(String name) throws IOException {
        Path module = Files.createDirectories(home.resolve(name));
        Files.createFile(module.resolve("pom.xml"));
        return module;
    }

    private static void testClass(Path module) throws IOException {
        Files.createDirectories(module.resolve("src/test/java"));
        Files.createFile(
                Files.createDirectories(module.resolve("target/test-classes")).resolve("Some.class"));
    }

    /** The methods, named below the fixture root, that the rule's findings accuse. */
    private static Set<String> breakers(ArchRule rule) {
        Set<String> found = new TreeSet<>();
        for (String finding : rule.evaluate(FIXTURES).getFailureReport().getDetails()) {
            assertThat(finding).containsPattern(ORIGIN);
            ORIGIN.matcher(finding).results().forEach(origin -> found.add(origin.group(1)));
        }
        return found;
    }
}
