package dev.plumbline.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.plumbline.cli.stack.Installation.Part;
import dev.plumbline.process.ChildProcess;
import dev.plumbline.process.ReadyFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, which say that they serve and do nothing else: only those can be killed. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LocalStackTest {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    @TempDir
    private Path home;

    private Installation installation;

    private static final String GREEDY = "1666";

    /** What is started as the detector. */
    static final class Idle {
        private Idle() {}

        public static void main(String[] arguments) throws Exception {
            if (arguments.length > 1) {
                String line = "x".repeat(1_023);
                for (int i = 0; i < Integer.parseInt(arguments[1]) << 10; i++) {
                    System.out.println(line);
                }
            }
            System.out.println("I am number " + arguments[0]);
            if (arguments[0].equals(GREEDY)) {
                Thread worker = new Thread(Idle::useEverything);
                worker.setDaemon(true);
                worker.start();
            }
            ChildProcess.endWithSupervisor(() -> System.exit(0), Duration.ofSeconds(5));
            ReadyFile.publishIfAsked("detector", Map.of("http", Integer.parseInt(arguments[0])));
            if (!new CountDownLatch(1).await(3, TimeUnit.MINUTES)) {
                System.exit(1);
            }
        }

        /** On a thread that is not the first, as an event loop: its error ends nothing by itself. */
        private static void useEverything() {
            List<byte[]> all = new ArrayList<>();
            while (!all.contains(new byte[0])) {
                all.add(new byte[1 << 20]);
            }
        }
    }

    @BeforeEach
    void install() throws IOException {
        installation = new Installation(home, Path.of(System.getProperty("java.home")));
        Path jar = installation.jar(Part.DETECTOR);
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, Idle.class.getName());
        attributes.put(
                Attributes.Name.CLASS_PATH,
                Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                        .map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" ")));
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream written = new JarOutputStream(out, manifest)) {
            written.finish();
        }
    }

    private static void kill(Child child, String signal) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(child.pid()))
                        .start()
                        .waitFor(60, TimeUnit.SECONDS))
                .isTrue();
    }

    private static void awaitEnd(LocalStack stack) {
        await().atMost(LONGEST).until(() -> stack.endOf(Part.DETECTOR).isPresent());
    }

    @Test
    void aPartThatWasKilledIsStartedAgainAndIsNotMistakenForItsPredecessor() throws Exception {
        try (LocalStack stack = LocalStack.open(installation)) {
            Child first = stack.start(Part.DETECTOR, List.of(), List.of("1001"));
            assertThat(stack.awaitPort(Part.DETECTOR, "http")).isEqualTo(1001);
            assertThat(stack.endOf(Part.DETECTOR)).isEmpty();

            kill(first, "-9");
            awaitEnd(stack);
            Healing.End end = stack.endOf(Part.DETECTOR).orElseThrow();
            assertThat(end.exitCode()).isEqualTo(OptionalInt.of(137));
            assertThat(end.lastWords()).isEqualTo("I am number 1001");
            assertThat(end.beyondHelp()).isEmpty();

            Child second = stack.start(Part.DETECTOR, List.of(), List.of("1002"));
            assertThat(stack.awaitPort(Part.DETECTOR, "http"))
                    .as("not what the first said")
                    .isEqualTo(1002);
            assertThat(second.log()).as("both are in the log").contains("number 1001", "number 1002");
            assertThat(second.lastLogLines(3)).as("its own words only").containsExactly("I am number 1002");
            assertThat(stack.pids()).containsExactly(second.pid());
        }
    }

    @Test
    void signalsOfTheGroupEndNoPartTheStackDoes() throws Exception {
        Child child;
        try (LocalStack stack = LocalStack.open(installation)) {
            child = stack.start(Part.DETECTOR, List.of(), List.of("1001"));
            stack.awaitPort(Part.DETECTOR, "http");

            kill(child, "-TERM");
            kill(child, "-HUP");
            kill(child, "-INT");
            // What it does not ignore would have ended it by the time at which another process has begun and ended.
            kill(child, "-0");
            assertThat(stack.failure()).isEmpty();
            assertThat(child.isAlive()).isTrue();
        }
        await().atMost(LONGEST).until(() -> !child.isAlive());
        assertThat(child.exitValue()).as("in order").isZero();
    }

    @Test
    void aLogIsBoundedAndItsLastWordsStay() throws Exception {
        try (LocalStack stack = LocalStack.open(installation)) {
            Child child = stack.start(Part.DETECTOR, List.of(), List.of("1001", "12"));
            stack.awaitPort(Part.DETECTOR, "http");
            assertThat(stack.failure()).isEmpty();

            // The part writes on while its log is looked at: neither file has more than the bound and what came
            // meanwhile.
            for (String name : List.of("detector.log", "detector.log.1")) {
                assertThat(stack.path().resolve(name).toFile().length())
                        .as(name)
                        .isLessThan(Child.MOST_LOG_BYTES + (12 << 20));
            }
            assertThat(stack.failure()).isEmpty();
            assertThat(stack.path().resolve("detector.log").toFile().length())
                    .isLessThanOrEqualTo(Child.MOST_LOG_BYTES);
            assertThat(child.lastLogLines(2)).hasSize(2).last().isEqualTo("I am number 1001");
            assertThat(child.log()).endsWith("I am number 1001\n");
        }
    }

    @Test
    void aPartWithoutMemoryEndsAndSaysSo() throws Exception {
        try (LocalStack stack = LocalStack.open(installation)) {
            stack.start(Part.DETECTOR, List.of(), List.of(GREEDY));
            awaitEnd(stack);

            assertThat(stack.failure().orElseThrow())
                    .hasMessage("the detector ran out of memory (it may use 192 MiB): ask for less at a time; what was"
                            + " measured before is kept");
        }
    }

    @Test
    void whatEndsWithTheStackIsNoEndToHeal() throws Exception {
        LocalStack stack = LocalStack.open(installation);
        stack.start(Part.DETECTOR, List.of(), List.of("1001"));
        stack.awaitPort(Part.DETECTOR, "http");
        stack.close();

        assertThat(stack.endOf(Part.DETECTOR)).isEmpty();
    }
}
