package dev.plumbline.pipeline.layering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The rules, on everything that ships. */
final class LayeringTest {

    /** While modules are still empty, rules about them pass; false makes a missing package a failure. */
    private static final boolean MODULES_MAY_BE_EMPTY = false;

    private static final String ROOT = "dev.plumbline";
    private static final LayeringRules RULES = new LayeringRules(ROOT, MODULES_MAY_BE_EMPTY);
    private static final JavaClasses SHIPPED = ImportDepth.NAMES_ONLY.read(
            importer -> importer.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages(ROOT));

    @ParameterizedTest
    @FieldSource("dev.plumbline.pipeline.layering.LayeringRules#MODULES")
    void everyModuleIsSeen(String module) {
        assumeFalse(MODULES_MAY_BE_EMPTY);

        assertThat(SHIPPED).anyMatch(type -> (type.getPackageName() + ".").startsWith(ROOT + "." + module + "."));
    }

    @Test
    void contractDependsOnNothing() {
        RULES.contractDependsOnNothing().check(SHIPPED);
    }

    @Test
    void modulesDoNotKnowEachOther() {
        RULES.modulesDoNotKnowEachOther().check(SHIPPED);
    }

    @Test
    void smallRequestsGoByOneClient() {
        RULES.smallRequestsGoByOneClient().check(SHIPPED);
    }

    @ParameterizedTest
    @FieldSource("dev.plumbline.pipeline.layering.LayeringRules#PURE_PACKAGES")
    void mathsIsPure(String purePackage) {
        RULES.pure(purePackage).check(SHIPPED);
        RULES.pureInItsCalls(purePackage).check(SHIPPED);
    }

    @Test
    void librariesAreNotStarted() {
        RULES.librariesAreNotStarted().check(SHIPPED);
    }

    @Test
    void topologyIsAFunctionOfSettings() {
        RULES.topologyIsAFunctionOfSettings().check(SHIPPED);
        RULES.topologyLooksNothingUp().check(SHIPPED);
    }

    @Test
    void systemClockIsReadInOnePlace() {
        RULES.systemClockIsReadInOnePlace().check(SHIPPED);
        RULES.oneClockClassPerModule().check(SHIPPED);
        RULES.kafkasClockIsForTheBroker().check(SHIPPED);
    }

    @ParameterizedTest
    @FieldSource("dev.plumbline.pipeline.layering.LayeringRules#CLOCKLESS_MODULES")
    void clockIsBroughtByWhoUsesTheModule(String module) {
        RULES.hasNoClock(module).check(SHIPPED);
    }

    @Test
    void prometheusStaysInExposition() {
        RULES.prometheusStaysInExposition().check(SHIPPED);
    }

    @Test
    void packagesAreFreeOfCycles() {
        RULES.packagesAreFreeOfCycles().check(SHIPPED);
    }

    @Test
    void namesSaySomething() {
        RULES.namesSaySomething().check(SHIPPED);
    }
}
