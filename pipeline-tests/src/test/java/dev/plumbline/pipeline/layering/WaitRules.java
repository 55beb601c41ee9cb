package dev.plumbline.pipeline.layering;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * How a test may wait: with a bound, and for the thing itself. A wait without a bound turns a defect into a build that hangs; a
 * sleep is too short on a busy machine and too long on any other.
 *
 * @param allowed who may break the rule; each entry has to be needed
 */
record WaitRules(List<Allowed> allowed) {

    /** Types of the JDK and of libraries, and those of their methods that wait. Subtypes are meant, too. */
    private static final Map<String, Set<String>> WAITING = Map.ofEntries(
            Map.entry("java.lang.Object", Set.of("wait")),
            Map.entry("java.lang.Thread", Set.of("join")),
            Map.entry("java.lang.Process", Set.of("waitFor")),
            Map.entry("java.net.http.HttpClient", Set.of("close", "awaitTermination")),
            Map.entry("java.util.concurrent.Future", Set.of("get", "join", "invoke")),
            Map.entry("java.util.concurrent.CompletionService", Set.of("take")),
            Map.entry("java.util.concurrent.CountDownLatch", Set.of("await")),
            Map.entry("java.util.concurrent.CyclicBarrier", Set.of("await")),
            Map.entry("java.util.concurrent.Exchanger", Set.of("exchange")),
            Map.entry(
                    "java.util.concurrent.ExecutorService",
                    Set.of("close", "awaitTermination", "invokeAll", "invokeAny", "invoke")),
            Map.entry("java.util.concurrent.BlockingQueue", Set.of("take", "takeFirst", "takeLast")),
            Map.entry(
                    "java.util.concurrent.Phaser",
                    Set.of("awaitAdvance", "awaitAdvanceInterruptibly", "arriveAndAwaitAdvance")),
            Map.entry("java.util.concurrent.Semaphore", Set.of("acquire", "acquireUninterruptibly")),
            Map.entry("java.util.concurrent.locks.Condition", Set.of("await", "awaitUninterruptibly")),
            Map.entry("org.apache.kafka.common.KafkaFuture", Set.of("get")),
            Map.entry("io.vertx.core.Future", Set.of("await")),
            Map.entry("io.smallrye.mutiny.groups.UniAwait", Set.of("indefinitely")));

    private static final Map<String, Set<String>> SLEEPING = Map.of(
            "java.lang.Thread", Set.of("sleep"),
            "java.util.concurrent.TimeUnit", Set.of("sleep"),
            "java.util.concurrent.locks.LockSupport", Set.of("park", "parkNanos", "parkUntil"));

    private static final Set<String> BOUNDS = Set.of("java.util.concurrent.TimeUnit", "java.time.Duration", "long");

    /**
     * A class that may wait as no other does.
     *
     * @param className the outermost class, with its package
     * @param method what it may call, by simple owner and name: {@code Thread.sleep}
     * @param reason why there is no other way
     */
    record Allowed(String className, String method, String reason) {
        boolean covers(JavaClass origin, String call) {
            return call.equals(method) && (origin.getName() + "$").startsWith(className + "$");
        }
    }

    /** No wait without a bound. */
    ArchRule waitsAreBounded() {
        return classes().should(notCall("wait without a bound", WaitRules::waitsForEver));
    }

    /** No sleep: a test waits for what it needs. */
    ArchRule nobodySleeps() {
        return classes().should(notCall("sleep", target -> isOneOf(SLEEPING, target)));
    }

    /**
     * Folders with a {@code pom.xml}, directly below the home of the source tree or below its {@code libraries}.
     *
     * @throws IllegalStateException when there is none
     */
    static List<Path> modules(Path home) {
        List<Path> modules = Stream.of(home, home.resolve("libraries"))
                .filter(Files::isDirectory)
                .flatMap(folder -> foldersIn(folder).stream())
                .filter(folder -> Files.isRegularFile(folder.resolve("pom.xml")))
                .sorted()
                .toList();
        if (modules.isEmpty()) {
            throw new IllegalStateException("no module lies below " + home);
        }
        return modules;
    }

    /**
     * The folders of compiled test classes of those modules that have tests.
     *
     * @throws IllegalStateException when there is none, or when the tests of a module are not compiled
     */
    static List<Path> testClasses(Path home) {
        List<Path> withTests = modules(home).stream()
                .filter(module -> Files.isDirectory(module.resolve("src/test/java")))
                .toList();
        List<Path> folders = withTests.stream()
                .map(module -> module.resolve("target/test-classes"))
                .toList();
        for (Path folder : folders) {
            if (!hasClass(folder)) {
                throw new IllegalStateException(
                        "no class lies in " + folder + ": compile that module's tests, too (-am)");
            }
        }
        if (folders.isEmpty()) {
            throw new IllegalStateException("no module below " + home + " has tests");
        }
        return folders;
    }

    private static List<Path> foldersIn(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasClass(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".class"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean waitsForEver(CodeUnitAccessTarget target) {
        return isOneOf(WAITING, target)
                && target.getRawParameterTypes().stream().noneMatch(type -> BOUNDS.contains(type.getName()));
    }

    private static boolean isOneOf(Map<String, Set<String>> methods, CodeUnitAccessTarget target) {
        return methods.entrySet().stream()
                .anyMatch(entry -> entry.getValue().contains(target.getName())
                        && target.getOwner().isAssignableTo(entry.getKey()));
    }

    private ArchCondition<JavaClass> notCall(String what, Predicate<CodeUnitAccessTarget> forbidden) {
        return new ArchCondition<>("not " + what) {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                for (JavaAccess<?> access : javaClass.getAccessesFromSelf()) {
                    if (access.getTarget() instanceof CodeUnitAccessTarget target
                            && forbidden.test(target)
                            && !isAllowed(javaClass, target)) {
                        events.add(SimpleConditionEvent.violated(javaClass, access.getDescription()));
                    }
                }
            }
        };
    }

    private boolean isAllowed(JavaClass origin, CodeUnitAccessTarget target) {
        String call = target.getOwner().getSimpleName() + "." + target.getName();
        return allowed.stream().anyMatch(entry -> entry.covers(origin, call));
    }
}
