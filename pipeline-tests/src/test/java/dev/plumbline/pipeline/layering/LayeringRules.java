package dev.plumbline.pipeline.layering;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The layering rules for the source tree below one root package.
 *
 * @param root the package above all modules, without a trailing dot
 * @param mayBeEmpty whether a rule passes when no class is in the packages that it speaks of
 */
record LayeringRules(String root, boolean mayBeEmpty) {

    /** Packages directly below the root, one for each module that has main code. */
    static final List<String> MODULES = List.of(
            "contract",
            "protocol",
            "workload",
            "windowing",
            "judgement",
            "process",
            "telemetry",
            "probe",
            "reports",
            "broker",
            "target",
            "producer",
            "aggregator",
            "detector",
            "cli");

    /** Who may use what not everybody may: records and protocols are for all, these are for some. */
    static final Map<String, Set<String>> USERS = Map.of(
            "workload", Set.of("producer", "cli"),
            "windowing", Set.of("aggregator", "cli"),
            "judgement", Set.of("detector", "reports", "cli"),
            "telemetry", Set.of("producer", "probe"),
            "probe", Set.of("cli"),
            "reports", Set.of("cli"));

    /** Modules that nobody starts. */
    static final List<String> LIBRARIES = List.of(
            "contract", "protocol", "workload", "windowing", "judgement", "process", "telemetry", "probe", "reports");

    /** Libraries and packages of pure functions: records, protocols, arrival schedules, window and verdict maths. */
    static final List<String> PURE_PACKAGES = List.of(
            "contract", "protocol", "workload", "windowing", "judgement", "producer.schedule", "target.lockstep");

    /** What opens files for a pure library: who hands bytes to it need not do that again. */
    private static final String OPENS_FILES = "workload.files";

    /** Modules without a clock of their own: who uses them brings one. */
    static final List<String> CLOCKLESS_MODULES =
            List.of("contract", "protocol", "workload", "windowing", "judgement", "telemetry", "reports");

    /** The only class of a module that may read the system clock. */
    static final String CLOCK_CLASS = "SystemTime";

    private static final Pattern EMPTY_NAME =
            Pattern.compile("(.*(Impl|Utils?|Commons?|Managers?|Helpers?))|(Common[A-Z].*)");
    private static final Set<String> EMPTY_PACKAGE_NAMES = Set.of(
            "impl", "internal", "util", "utils", "common", "commons", "manager", "managers", "helper", "helpers");

    /** A unit of time, an address, bytes in memory and the failure to read them are neither thread nor I/O. */
    private static final Set<String> MERE_VALUES = Set.of(
            "java.util.concurrent.TimeUnit",
            "java.io.Serializable",
            "java.io.ByteArrayOutputStream",
            "java.io.EOFException",
            "java.io.IOException",
            "java.io.StringWriter",
            "java.io.UncheckedIOException",
            "java.net.URI",
            "java.net.URISyntaxException",
            "java.net.URLEncoder");

    private static final Set<String> SYSTEM_CLOCK_FACTORIES = Set.of(
            "system", "systemUTC", "systemDefaultZone", "tickMillis", "tickSeconds", "tickMinutes", "getInstance");

    /** {@code event-contract} knows the JDK, Jackson and JSpecify. */
    ArchRule contractDependsOnNothing() {
        return classes()
                .that()
                .resideInAPackage(in("contract"))
                .should()
                // Primitive types and arrays of them lie in the package without a name.
                .onlyDependOnClassesThat()
                .resideInAnyPackage("", "java..", "com.fasterxml.jackson..", "org.jspecify..", in("contract"))
                .andShould()
                .onlyDependOnClassesThat(
                        DescribedPredicate.not(resideInAnyPackage("java.util.logging..", "java.net..", "java.sql..")))
                .allowEmptyShould(mayBeEmpty);
    }

    /** Modules meet in records of the contract and in the protocols of servers and of child processes; see {@link #USERS}. */
    ArchRule modulesDoNotKnowEachOther() {
        SliceRule rule = slices().matching(root + ".(*)..")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(
                        DescribedPredicate.alwaysTrue(),
                        resideInAnyPackage(in("contract"), in("protocol"), in("process")));
        for (Map.Entry<String, Set<String>> library : USERS.entrySet()) {
            String[] users = library.getValue().stream().map(this::in).toArray(String[]::new);
            rule = rule.ignoreDependency(resideInAnyPackage(users), resideInAPackage(in(library.getKey())));
        }
        return rule.allowEmptyShould(mayBeEmpty);
    }

    /** A library has no main, and neither makes nor wants a bean. */
    ArchRule librariesAreNotStarted() {
        return classes()
                .that()
                .resideInAnyPackage(LIBRARIES.stream().map(this::in).toArray(String[]::new))
                .should(new ArchCondition<>("have no main") {
                    @Override
                    public void check(JavaClass javaClass, ConditionEvents events) {
                        javaClass
                                .tryGetMethod("main", String[].class)
                                .ifPresent(main -> events.add(
                                        SimpleConditionEvent.violated(main, main.getFullName() + " starts a library")));
                    }
                })
                .andShould()
                .onlyDependOnClassesThat(DescribedPredicate.not(
                        resideInAnyPackage("jakarta..", "io.quarkus..", "io.smallrye..", "org.eclipse.microprofile..")))
                .allowEmptyShould(mayBeEmpty);
    }

    /** Small requests of command line and probe go by one client, which bounds them. */
    ArchRule smallRequestsGoByOneClient() {
        return classes()
                .that()
                .resideInAnyPackage(in("cli"), in("probe"))
                .and()
                .resideOutsideOfPackage(in("probe.http"))
                .should(notAccess(
                        "an HTTP client of their own",
                        target -> target.getOwner().getName().equals("java.net.http.HttpClient")
                                && target.getName().startsWith("new")))
                .allowEmptyShould(mayBeEmpty);
    }

    /** A pure package has no socket, file, threads, clocks, logging, config, CDI or Kafka. */
    ArchRule pure(String purePackage) {
        return noClasses()
                .that()
                .resideInAPackage(in(purePackage))
                .and()
                .resideOutsideOfPackage(in(OPENS_FILES))
                .should()
                .dependOnClassesThat(impure())
                .allowEmptyShould(mayBeEmpty);
    }

    /** A pure package takes chance as a parameter and asks the process nothing. */
    ArchRule pureInItsCalls(String purePackage) {
        return classes()
                .that()
                .resideInAPackage(in(purePackage))
                .should(notAccess("the process, its console or unseeded chance", LayeringRules::isAmbient))
                .allowEmptyShould(mayBeEmpty);
    }

    /** The topology is a function of settings. */
    ArchRule topologyIsAFunctionOfSettings() {
        return noClasses()
                .that()
                .resideInAPackage(in("aggregator.topology"))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "jakarta..",
                                "io.quarkus..",
                                "org.eclipse.microprofile..",
                                "io.smallrye..",
                                "io.prometheus..")
                        .or(isClockClass()))
                .allowEmptyShould(mayBeEmpty);
    }

    /** The topology looks nothing up in the process. */
    ArchRule topologyLooksNothingUp() {
        return classes()
                .that()
                .resideInAPackage(in("aggregator.topology"))
                .should(notAccess("environment or system properties", LayeringRules::isLookUp))
                .allowEmptyShould(mayBeEmpty);
    }

    /** Only the clock class of a module reads the system clock. */
    ArchRule systemClockIsReadInOnePlace() {
        return classes()
                .that(DescribedPredicate.describe(
                        "are not named " + CLOCK_CLASS,
                        javaClass -> !outermost(javaClass).getSimpleName().equals(CLOCK_CLASS)))
                .and()
                .resideInAPackage(root + "..")
                .should(notAccess("the system clock", LayeringRules::isSystemClock))
                .allowEmptyShould(mayBeEmpty);
    }

    /** A module without a clock class reads no system clock either, whatever the class is named. */
    ArchRule hasNoClock(String module) {
        return classes()
                .that()
                .resideInAPackage(in(module))
                .should(notAccess("the system clock", LayeringRules::isSystemClock))
                .allowEmptyShould(mayBeEmpty);
    }

    /** Kafka's own system clock is for its server, which cannot be started without. */
    ArchRule kafkasClockIsForTheBroker() {
        return classes()
                .that()
                .resideInAPackage(root + "..")
                .and()
                .resideOutsideOfPackage(in("broker"))
                .should(notAccess(
                        "Kafka's system clock",
                        target -> target.getOwner().getName().equals("org.apache.kafka.common.utils.Time")
                                && target.getName().equals("SYSTEM")))
                .allowEmptyShould(mayBeEmpty);
    }

    /** A module has at most one clock class. */
    ArchRule oneClockClassPerModule() {
        return classes()
                .that()
                .resideInAPackage(root + "..")
                .should(new ArchCondition<>("have one class named " + CLOCK_CLASS + " per module") {
                    private final TreeMap<String, Set<String>> clocksByModule = new TreeMap<>();

                    @Override
                    public void check(JavaClass javaClass, ConditionEvents events) {
                        if (javaClass.getSimpleName().equals(CLOCK_CLASS)) {
                            clocksByModule
                                    .computeIfAbsent(moduleOf(javaClass), module -> new TreeSet<>())
                                    .add(javaClass.getName());
                        }
                    }

                    @Override
                    public void finish(ConditionEvents events) {
                        clocksByModule.forEach((module, clocks) -> {
                            if (clocks.size() > 1) {
                                events.add(SimpleConditionEvent.violated(
                                        clocks, "module " + module + " has more than one clock class: " + clocks));
                            }
                        });
                    }
                })
                .allowEmptyShould(mayBeEmpty);
    }

    /** Only an exposition package knows the Prometheus client. */
    ArchRule prometheusStaysInExposition() {
        return noClasses()
                .that()
                .resideInAPackage(root + "..")
                .and()
                .resideOutsideOfPackage("..exposition..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.prometheus..")
                .allowEmptyShould(mayBeEmpty);
    }

    /** Packages do not depend on each other in a circle. */
    ArchRule packagesAreFreeOfCycles() {
        return slices().matching(root + ".(**)").should().beFreeOfCycles().allowEmptyShould(mayBeEmpty);
    }

    /** A name says what a thing is. */
    ArchRule namesSaySomething() {
        return classes()
                .that()
                .resideInAPackage(root + "..")
                .should(new ArchCondition<>("have a name and a package that say what they are") {
                    @Override
                    public void check(JavaClass javaClass, ConditionEvents events) {
                        if (EMPTY_NAME.matcher(javaClass.getSimpleName()).matches()) {
                            events.add(SimpleConditionEvent.violated(
                                    javaClass, javaClass.getName() + " has a name that says nothing"));
                        }
                        for (String part : javaClass.getPackageName().split("\\.", -1)) {
                            if (EMPTY_PACKAGE_NAMES.contains(part)) {
                                events.add(SimpleConditionEvent.violated(
                                        javaClass, javaClass.getName() + " lies in a package named " + part));
                            }
                        }
                    }
                })
                .allowEmptyShould(mayBeEmpty);
    }

    private String in(String packageBelowRoot) {
        return root + "." + packageBelowRoot + "..";
    }

    private String moduleOf(JavaClass javaClass) {
        String below = javaClass.getPackageName().substring(root.length());
        return below.isEmpty() ? "" : below.substring(1).split("\\.", 2)[0];
    }

    private static JavaClass outermost(JavaClass javaClass) {
        JavaClass outer = javaClass;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    private static DescribedPredicate<JavaClass> isClockClass() {
        return DescribedPredicate.describe(
                "are named " + CLOCK_CLASS,
                javaClass -> outermost(javaClass).getSimpleName().equals(CLOCK_CLASS));
    }

    private static DescribedPredicate<JavaClass> impure() {
        return resideInAnyPackage(
                        "java.io..",
                        "java.net..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.sql..",
                        "java.util.concurrent..",
                        "java.util.logging..",
                        "java.lang.management..",
                        "org.slf4j..",
                        "org.jboss..",
                        "jakarta..",
                        "io.quarkus..",
                        "io.smallrye..",
                        "io.vertx..",
                        "io.netty..",
                        "io.prometheus..",
                        "org.eclipse.microprofile..",
                        "org.apache.kafka..")
                .and(DescribedPredicate.describe(
                        "are not mere values", javaClass -> !MERE_VALUES.contains(javaClass.getName())))
                .or(DescribedPredicate.describe(
                        "are threads, processes or clocks",
                        javaClass -> Set.of(
                                        "java.lang.Thread",
                                        "java.lang.ThreadLocal",
                                        "java.lang.Process",
                                        "java.lang.ProcessBuilder",
                                        "java.lang.Runtime",
                                        "java.util.Timer",
                                        "java.time.Clock",
                                        "java.time.InstantSource")
                                .contains(javaClass.getName())))
                .or(isClockClass())
                .as("are I/O, threads, clocks, logging, config, CDI or Kafka");
    }

    private static boolean isSystemClock(AccessTarget target) {
        String owner = target.getOwner().getName();
        String name = target.getName();
        return switch (owner) {
            case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
            case "java.time.Clock", "java.time.InstantSource" -> SYSTEM_CLOCK_FACTORIES.contains(name);
            case "java.util.Calendar" -> name.equals("getInstance");
            case "java.util.Date", "java.util.GregorianCalendar" -> isConstructorWithoutArguments(target);
            default -> owner.startsWith("java.time.") && name.equals("now") && !takesClock(target);
        };
    }

    private static boolean isLookUp(AccessTarget target) {
        return switch (target.getOwner().getName()) {
            case "java.lang.System" ->
                Set.of("getenv", "getProperty", "getProperties").contains(target.getName());
            case "java.lang.Integer" -> target.getName().equals("getInteger");
            case "java.lang.Long" -> target.getName().equals("getLong");
            case "java.lang.Boolean" -> target.getName().equals("getBoolean");
            default -> false;
        };
    }

    private static boolean isAmbient(AccessTarget target) {
        return switch (target.getOwner().getName()) {
            case "java.lang.System" -> !Set.of("arraycopy", "identityHashCode").contains(target.getName());
            case "java.lang.Math" -> target.getName().equals("random");
            case "java.util.UUID" -> target.getName().equals("randomUUID");
            case "java.util.Random", "java.util.SplittableRandom", "java.security.SecureRandom" ->
                isConstructorWithoutArguments(target);
            case "java.util.random.RandomGenerator" ->
                target.getName().equals("getDefault") || target.getName().equals("of");
            default -> isLookUp(target);
        };
    }

    private static boolean isConstructorWithoutArguments(AccessTarget target) {
        return target.getName().equals("<init>")
                && target instanceof CodeUnitAccessTarget codeUnit
                && codeUnit.getRawParameterTypes().isEmpty();
    }

    private static boolean takesClock(AccessTarget target) {
        return target instanceof CodeUnitAccessTarget codeUnit
                && codeUnit.getRawParameterTypes().stream()
                        .anyMatch(type -> type.getName().equals("java.time.Clock"));
    }

    private static ArchCondition<JavaClass> notAccess(String what, Predicate<AccessTarget> forbidden) {
        return new ArchCondition<>("not access " + what) {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                for (JavaAccess<?> access : javaClass.getAccessesFromSelf()) {
                    if (forbidden.test(access.getTarget())) {
                        events.add(SimpleConditionEvent.violated(javaClass, access.getDescription()));
                    }
                }
            }
        };
    }
}
