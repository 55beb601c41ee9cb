package dev.plumbline.cli.script;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A checkout with the real script and nothing else real: Maven is a shell script that does what a test wrote for it, the JDK
 * one that writes down how it was called. So the script is tested in seconds, and without building what it builds.
 */
final class FakeCheckout {

    private static final long LONGEST_SECONDS = 120;

    private static final String MAVEN = """
            #!/bin/sh
            # What the lines of mvn.does in the checkout say, with these words:
            # begin MODULE GOAL      Maven's line at the start of a goal
            # report FOLDER KIND CLASS TESTS FAILURES ERRORS SKIPPED [TESTCASE]    what Surefire or Failsafe writes
            begin() { echo "[INFO] --- $2 (default) @ $1 ---"; }
            report() {
              mkdir -p "$1/target/$2-reports"
              printf '%s\\n<testsuite name="%s" time="0.1" tests="%s" errors="%s" skipped="%s" failures="%s">\\n%s\\n</testsuite>\\n' \\
                '<?xml version="1.0"?>' "$3" "$4" "$6" "$7" "$5" "${8:-}" >"$1/target/$2-reports/TEST-$3.xml"
            }
            jars() {
              for pom in */pom.xml libraries/*/pom.xml; do
                [ -f "$pom" ] || continue
                folder=${pom%/pom.xml}
                mkdir -p "$folder/target"
                echo jar >"$folder/target/${folder##*/}-0.1.0-SNAPSHOT.jar"
              done
            }
            if [ "$1" = -v ]; then echo 'Apache Maven 3.9.9'; exit 0; fi
            printf '%s\\n' "$*" >>mvn.calls
            # The last line of a real one does not end, either.
            trap 'printf "[0m"' EXIT
            . ./mvn.does
            """;

    private final Path tools;
    private final Path folder;

    private FakeCheckout(Path tools, Path folder) {
        this.tools = tools;
        this.folder = folder;
    }

    /** A new one in an empty folder, with the module {@code command-line} alone. Its Maven makes a jar of each module. */
    static FakeCheckout in(Path emptyFolder) throws IOException {
        FakeCheckout checkout = new FakeCheckout(emptyFolder.resolve("tools"), emptyFolder.resolve("checkout"));
        program(checkout.tools.resolve("mvn"), MAVEN);
        program(
                checkout.tools.resolve("jdk/bin/java"),
                "#!/bin/sh\necho \"java: $*\"\ncase \"$*\" in *version) echo \"charmap: $(locale charmap)\" ;; esac\n");
        program(checkout.tools.resolve("jdk/bin/javac"), "#!/bin/sh\n");
        Files.writeString(checkout.tools.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
        Path script = Path.of(System.getProperty("plumbline.home"), "plumb");
        program(checkout.folder.resolve("plumb"), Files.readString(script));
        checkout.write("pom.xml", "<project><artifactId>plumbline</artifactId></project>\n");
        checkout.write(".mvn/jvm.config", "");
        checkout.module("command-line");
        checkout.maven("jars");
        return checkout;
    }

    private static void program(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Adds a module with one class. Its artifact is called like the last folder. */
    void module(String at) throws IOException {
        write(
                at + "/pom.xml",
                "<project><parent><artifactId>plumbline</artifactId></parent>\n<artifactId>"
                        + Path.of(at).getFileName() + "</artifactId></project>\n");
        write(at + "/src/main/java/a/Some.java", "class Some {}\n");
    }

    void write(String file, String text) throws IOException {
        Path at = folder.resolve(file);
        Files.createDirectories(at.getParent());
        Files.writeString(at, text);
    }

    /** What Maven does from now on, in the words of the fake one. */
    void maven(String does) throws IOException {
        write("mvn.does", does + "\n");
    }

    boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    /** The arguments of each call of Maven so far. */
    List<String> mavenCalls() throws IOException {
        return has("mvn.calls") ? Files.readAllLines(folder.resolve("mvn.calls")) : List.of();
    }

    /** Another checkout, copied with everything that lies in this one at this moment, times kept. */
    FakeCheckout copy() throws IOException, InterruptedException {
        Path copy = folder.resolveSibling("copy");
        finish(new ProcessBuilder("cp", "-a", folder.toString(), copy.toString()).start());
        return new FakeCheckout(tools, copy);
    }

    /** Runs the script to its end. */
    Result plumb(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(finish(process), output);
    }

    /** Starts the script; its output is to be read from the process. It is ended after two minutes, whatever it does. */
    Process start(String... arguments) throws IOException {
        return start(Map.of(), arguments);
    }

    /**
     * The same in another locale.
     *
     * @param locale variables of the locale; those that are not named are not there
     */
    Process start(Map<String, String> locale, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("timeout", "-k", "5", Long.toString(LONGEST_SECONDS), folder + "/plumb"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", tools + ":" + System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", tools.resolve("jdk").toString());
        builder.environment().remove("PLUMB_NO_BUILD");
        List.of("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE").forEach(builder.environment()::remove);
        builder.environment().putAll(locale);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    static int finish(Process process) throws InterruptedException {
        if (!process.waitFor(LONGEST_SECONDS + 10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new UncheckedIOException(new IOException("the script has not ended"));
        }
        return process.exitValue();
    }

    /** The folder. */
    @Override
    public String toString() {
        return folder.toString();
    }

    /** Exit code, and what a person saw. */
    record Result(int exitCode, String output) {}
}
