package dev.plumbline.pipeline.layering;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.EvaluationResult;
import dev.plumbline.pipeline.layering.WaitRules.Allowed;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The rules about waiting, on the tests of all modules. */
final class WaitTest {

    private static final List<Allowed> ALLOWED = List.of(new Allowed(
            "dev.plumbline.producer.dispatch.LoadLoopTest",
            "LockSupport.parkNanos",
            "holds up the event loop itself, which is what the test is about"));

    private static final WaitRules RULES = new WaitRules(ALLOWED);
    /** The fixtures break the rules on purpose. */
    private static final JavaClasses TESTS =
            ImportDepth.SUPERTYPES_OF_CALLED.read(importer -> importer.withImportOption(WaitTest::isNoFixture)
                    .importPaths(WaitRules.testClasses(Path.of(System.getProperty("plumbline.home")))));

    @Test
    void waitsAreBounded() {
        RULES.waitsAreBounded().check(TESTS);
    }

    @Test
    void nobodySleeps() {
        RULES.nobodySleeps().check(TESTS);
    }

    @ParameterizedTest
    @FieldSource("ALLOWED")
    void everyExceptionIsNeeded(Allowed entry) {
        WaitRules without = new WaitRules(
                ALLOWED.stream().filter(other -> !other.equals(entry)).toList());

        assertThat(Stream.of(without.waitsAreBounded(), without.nobodySleeps())
                        .map(rule -> rule.evaluate(TESTS))
                        .anyMatch(EvaluationResult::hasViolation))
                .as(entry.toString())
                .isTrue();
    }

    private static boolean isNoFixture(Location location) {
        return !location.contains("/layering/fixture/");
    }
}
