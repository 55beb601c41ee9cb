package dev.plumbline.cli.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.cli.script.FakeCheckout.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlumbScriptTest {

    private static final String LIBRARY = "libraries/windowing";

    @TempDir
    private Path folder;

    private FakeCheckout checkout;

    @BeforeEach
    void newCheckout() throws IOException {
        checkout = FakeCheckout.in(folder);
    }

    private void build() throws IOException, InterruptedException {
        assertThat(checkout.plumb("--help").output()).contains("built in");
    }

    @Test
    void anUnchangedCheckoutIsBuiltOnce() throws Exception {
        checkout.module(LIBRARY);
        build();

        Result second = checkout.plumb("run", "x");

        assertThat(second.output()).startsWith("java: ").endsWith(" run x\n");
        assertThat(checkout.mavenCalls()).hasSize(1);
    }

    @Test
    void aChangeInALibraryRebuilds() throws Exception {
        checkout.module(LIBRARY);
        build();

        checkout.write(LIBRARY + "/src/main/java/a/Some.java", "class Some { int changed; }\n");

        build();
        assertThat(checkout.mavenCalls()).hasSize(2);
    }

    @Test
    void aLibraryWhoseJarIsGoneRebuilds() throws Exception {
        checkout.module(LIBRARY);
        build();
        checkout.maven("rm -r " + LIBRARY + "/target; jars");

        assertThat(folder.resolve("checkout/" + LIBRARY + "/target/windowing-0.1.0-SNAPSHOT.jar")
                        .toFile()
                        .delete())
                .isTrue();

        build();
    }

    @Test
    void testsOfALibraryAreInTheTotals() throws Exception {
        checkout.module(LIBRARY);
        checkout.maven("""
                jars
                report command-line surefire a.OneTest 3 0 0 1
                report libraries/windowing surefire a.TwoTest 4 0 0 0
                report libraries/windowing failsafe a.TwoIT 2 0 0 1
                """);

        Result result = checkout.plumb("test");

        assertThat(result.output()).containsPattern("command-line +3 run").containsPattern("windowing +6 run");
        assertThat(result.output()).contains("9 tests in 3 classes, 0 failed, 2 skipped");
        assertThat(result.output()).contains("\nTests run: 9, Failures: 0, Errors: 0, Skipped: 2\n");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void reportsOfAnEarlierRunAreNotCounted() throws Exception {
        checkout.module(LIBRARY);
        checkout.maven("jars; report libraries/windowing surefire a.TwoTest 4 1 0 0");
        checkout.plumb("test");
        checkout.maven("jars; report command-line surefire a.OneTest 3 0 0 0");

        Result result = checkout.plumb("test");

        assertThat(result.output()).contains("Tests run: 3, Failures: 0, Errors: 0, Skipped: 0");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void testsOfALibraryThatNeedPackagesAreNamedAsLeftOut() throws Exception {
        checkout.module(LIBRARY);
        checkout.write(LIBRARY + "/src/test/java/a/PromTest.java", "@Tag(\"debian-package\")\nclass PromTest {}\n");

        assertThat(checkout.plumb("test").output())
                .contains("left out, they need Debian packages")
                .contains(": PromTest - ./plumb test --all");
    }

    @Test
    void aFailedTestIsNamedWithWhatItSaysAndHowToRunItAlone() throws Exception {
        checkout.module(LIBRARY);
        checkout.maven("""
                begin windowing surefire:3.5.4:test
                mkdir -p libraries/windowing/target/surefire-reports
                echo noise >libraries/windowing/target/surefire-reports/a.b.HoldsTest-output.txt
                report libraries/windowing surefire a.b.HoldsTest 5 1 1 0 '  <testcase name="holds(int)[2]" classname="a.b.HoldsTest">
                    <failure message="&#10;expected: &lt;3&gt;&#10; but was: &lt;4&gt;" type="org.opentest4j.AssertionFailedError"><![CDATA[trace]]></failure>
                    <system-out><![CDATA[ printed
                    <failure message="not one" type="x">
                    ]]></system-out>
                  </testcase>
                  <testcase name="" classname="a.b.HoldsTest">
                    <error type="java.lang.IllegalStateException"/>
                  </testcase>'
                begin windowing failsafe:3.5.4:verify
                begin command-line surefire:3.5.4:test
                report command-line surefire a.OneTest 3 0 0 0
                begin command-line failsafe:3.5.4:verify
                """);

        Result result = checkout.plumb("test");

        assertThat(result.output())
                .containsSubsequence(
                        "failed tests:",
                        "libraries/windowing: HoldsTest.holds(int)[2]",
                        "expected: <3> but was: <4>",
                        "libraries/windowing/target/surefire-reports/a.b.HoldsTest-output.txt",
                        "./plumb test HoldsTest#holds\n",
                        "libraries/windowing: HoldsTest\n",
                        "IllegalStateException\n",
                        "./plumb test HoldsTest\n",
                        "Tests run: 8, Failures: 1, Errors: 1, Skipped: 0",
                        "FAILED (2 tests failed)")
                .doesNotContain("not one");
        assertThat(result.output()).containsPattern("windowing +5 run +2 failed +0 skipped +\\d+ s\n");
        assertThat(result.output()).containsPattern("command-line +3 run +0 failed +0 skipped +\\d+ s\n");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void aFailedTestKeepsNoOtherModuleFromRunning() throws Exception {
        checkout.plumb("test");

        assertThat(checkout.mavenCalls())
                .singleElement()
                .asString()
                .contains("--fail-at-end")
                .contains("-Dmaven.test.failure.ignore=true");
    }

    @Test
    void aModuleHasItsLineWhenItsTestsHaveEndedWhateverRunsBesideIt() throws Exception {
        checkout.module(LIBRARY);
        checkout.write(LIBRARY + "/src/test/java/a/TwoTest.java", "class TwoTest {}");
        checkout.maven("""
                begin command-line surefire:3.5.4:test
                begin windowing surefire:3.5.4:test
                echo '[INFO] Running a.TwoTest'
                report command-line surefire a.OneTest 3 0 0 0
                begin command-line failsafe:3.5.4:verify
                waited=0
                until [ -e go ] || [ $waited = 60 ]; do sleep 1; waited=$((waited + 1)); done
                report libraries/windowing surefire a.TwoTest 4 0 0 0
                begin windowing failsafe:3.5.4:verify
                """);

        Process running = checkout.start("test");
        try (BufferedReader output = running.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).contains("Maven's output: ").endsWith("/.plumb/test.log)");
            assertThat(output.readLine()).matches("plumb: command-line +3 run +0 failed +0 skipped +\\d+ s");
            checkout.write("go", "");
            assertThat(output.readLine()).matches("plumb: windowing +4 run +0 failed +0 skipped +\\d+ s");
            assertThat(output.readLine()).isEmpty();
            assertThat(output.readLine()).contains("7 tests in 2 classes");
        } finally {
            FakeCheckout.finish(running);
        }
    }

    @Test
    void aModuleThatDoesNotCompileShowsWhyAndKeepsOnlyThoseThatNeedItFromRunning() throws Exception {
        checkout.module(LIBRARY);
        checkout.module("aggregator");
        checkout.maven("""
                begin windowing compiler:3.14.1:compile
                begin command-line surefire:3.5.4:test
                echo '[ERROR] Tests run: 3, Failures: 1 in the log'
                report command-line surefire a.OneTest 3 0 0 0
                begin command-line failsafe:3.5.4:verify
                echo '[INFO] windowing .......... FAILURE [  1.0 s]'
                echo '[INFO] aggregator ......... SKIPPED'
                echo '[INFO] command-line ....... SUCCESS [  1.0 s]'
                echo '[INFO] BUILD FAILURE'
                echo '[ERROR] /x/Some.java:[1,2] cannot find symbol'
                echo '[ERROR] To see the full stack trace'
                exit 1
                """);

        Result result = checkout.plumb("test");

        assertThat(result.output())
                .containsPattern("command-line +3 run")
                .containsPattern("windowing +failed to build")
                .containsPattern("aggregator +not run, a module that it needs failed to build")
                .contains("the build failed:\n  /x/Some.java:[1,2] cannot find symbol\n")
                .contains("FAILED (the build failed)")
                .doesNotContain("in the log")
                .doesNotContain("full stack");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void aTestJvmThatWasEndedForItsTimeIsAFailure() throws Exception {
        checkout.maven("echo '[ERROR] There was a timeout in the fork'");

        Result result = checkout.plumb("test");

        assertThat(result.output()).contains("FAILED (a test JVM took too long");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void namedUnitTestsRunAloneWithWhatTheirModulesNeed() throws Exception {
        checkout.module(LIBRARY);
        checkout.write(LIBRARY + "/src/test/java/a/b/HoldsTest.java", "class HoldsTest { void holds() {} }");
        checkout.write("command-line/src/test/java/c/OtherTest.java", "class OtherTest { }");
        checkout.maven("report libraries/windowing surefire a.b.HoldsTest 1 0 0 0");

        Result result = checkout.plumb("test", "HoldsTest#holds", "--", "-o");

        assertThat(result.exitCode()).isZero();
        assertThat(checkout.mavenCalls())
                .singleElement()
                .asString()
                .contains(" test ")
                .contains("-pl libraries/windowing -am -Dtest=a.b.HoldsTest#holds ")
                .doesNotContain("verify")
                .endsWith(" -o");
    }

    @Test
    void namedIntegrationTestsRunByFailsafe() throws Exception {
        checkout.write("command-line/src/test/java/c/OneIT.java", "class OneIT { }");
        checkout.write("command-line/src/test/java/c/TwoTest.java", "class TwoTest { }");
        checkout.maven("report command-line failsafe c.OneIT 1 0 0 0");

        Result result = checkout.plumb("test", "OneIT");

        assertThat(result.exitCode()).isZero();
        assertThat(checkout.mavenCalls())
                .singleElement()
                .asString()
                .contains(" verify ")
                .contains("-Dit.test=c.OneIT ")
                .contains("-Dtest=none ");
    }

    @Test
    void anUnknownTestIsOneLineWithTheNamesThatWereMeant() throws Exception {
        checkout.write("command-line/src/test/java/c/WindowTest.java", "class WindowTest { }");

        Result result = checkout.plumb("test", "WidnowTest");

        assertThat(result.output()).contains("no test class is called 'WidnowTest', did you mean WindowTest?");
        assertThat(result.output().lines()).hasSize(1);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(checkout.mavenCalls()).isEmpty();
    }

    @Test
    void anUnknownMethodIsOneLineWithTheMethodsThereAre() throws Exception {
        checkout.write("command-line/src/test/java/c/WindowTest.java", "class WindowTest {\n    void opens() {}\n}\n");

        Result result = checkout.plumb("test", "WindowTest#closes");

        assertThat(result.output()).contains("WindowTest has no method 'closes'; it has: opens");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @Test
    void aNamedTestThatDidNotRunIsAFailure() throws Exception {
        checkout.write("command-line/src/test/java/c/WindowTest.java", "class WindowTest { }");

        Result result = checkout.plumb("test", "WindowTest");

        assertThat(result.output()).contains("FAILED (no test ran");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void aNamedTestThatNeedsPackagesSaysHowItRuns() throws Exception {
        checkout.write("command-line/src/test/java/c/PromTest.java", "@Tag(\"debian-package\")\nclass PromTest { }");

        Result result = checkout.plumb("test", "PromTest");

        assertThat(result.output()).contains("PromTest needs Debian packages: ./plumb test --all PromTest");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @Test
    void namedUnitTestsLeaveTheBuildAsItIs() throws Exception {
        build();
        checkout.write("command-line/src/test/java/c/WindowTest.java", "class WindowTest { }");
        checkout.maven("report command-line surefire c.WindowTest 1 0 0 0");

        checkout.plumb("test", "WindowTest");

        assertThat(checkout.plumb("run").output()).startsWith("java: ");
    }

    @Test
    void aCopyDoesNotWaitForTheBuildOfTheOriginal() throws Exception {
        checkout.maven("""
                echo begun >begun
                waited=0
                until [ -e go ] || [ $waited = 60 ]; do sleep 1; waited=$((waited + 1)); done
                jars
                """);
        Process original = checkout.start("run");
        try (BufferedReader output = original.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            while (line != null && !checkout.has("begun")) {
                line = output.readLine();
            }
            FakeCheckout copy = checkout.copy();
            copy.maven("jars");

            Result inTheCopy = copy.plumb("run");

            assertThat(inTheCopy.output()).contains("built in").doesNotContain("waiting");
            assertThat(checkout.has(".plumb/lock")).isTrue();

            Process second = checkout.start("run");
            try (BufferedReader waiting = second.inputReader(StandardCharsets.UTF_8)) {
                assertThat(waiting.readLine()).contains("builds or tests here, waiting for it");
                checkout.write("go", "");
                assertThat(FakeCheckout.finish(second)).isZero();
            }
            assertThat(checkout.mavenCalls()).hasSize(1);
        } finally {
            checkout.write("go", "");
            FakeCheckout.finish(original);
        }
    }

    @Test
    void aCopyOfABuiltCheckoutIsBuilt() throws Exception {
        checkout.module(LIBRARY);
        build();

        FakeCheckout copy = checkout.copy();

        assertThat(copy.plumb("run").output())
                .startsWith("java: ")
                .contains(copy + "/.plumb/cds/")
                .contains("-jar " + copy + "/command-line/");
    }

    @Test
    void aChangeInACopyRebuildsTheCopyAlone() throws Exception {
        build();
        FakeCheckout copy = checkout.copy();

        copy.write("command-line/src/main/java/a/Some.java", "class Some { int changed; }\n");

        assertThat(copy.plumb("run").output()).contains("built in");
        assertThat(checkout.plumb("run").output()).startsWith("java: ");
    }

    @Test
    void aLockThatNamesAnotherFolderIsDead() throws Exception {
        build();
        checkout.write(".plumb/lock/pid", ProcessHandle.current().pid() + " 1 /elsewhere/.plumb/lock\n");
        checkout.write("command-line/src/main/java/a/Some.java", "class Some { int changed; }\n");

        assertThat(checkout.plumb("run").output()).contains("built in").doesNotContain("waiting");
    }

    @Test
    void threadsOfTheCallerReplaceOurs() throws Exception {
        checkout.plumb("test", "--", "-T", "7");

        assertThat(checkout.mavenCalls()).singleElement().asString().containsOnlyOnce("-T");
    }

    /** Everything that is not ASCII would be lost in arguments, environment and names of files. */
    @Test
    void whateverTheLocaleWhatRunsHasOneOfUtf8() throws Exception {
        build();
        for (Map<String, String> locale : List.of(
                Map.<String, String>of(),
                Map.of("LC_ALL", "C"),
                Map.of("LANG", "POSIX"),
                Map.of("LC_CTYPE", "C", "LANG", "de_DE.ISO-8859-1"),
                Map.of("LC_ALL", "xx_XX.UTF-8"),
                Map.of("LANG", "C.UTF-8"))) {
            Process process = checkout.start(locale, "version");
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(FakeCheckout.finish(process)).as(output).isZero();
            assertThat(output).as("%s", locale).contains("charmap: UTF-8");
        }
    }
}
