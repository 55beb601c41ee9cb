package dev.plumbline.pipeline.layering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every rule seen red on the fixtures, on exactly the classes that break it. */
final class LayeringRulesTest {

    private static final String ROOT = LayeringRulesTest.class.getPackageName() + ".fixture";
    private static final LayeringRules RULES = new LayeringRules(ROOT, false);
    private static final JavaClasses FIXTURES = ImportDepth.NAMES_ONLY.read(importer -> importer.importPackages(ROOT));
    private static final List<String> NAMES = FIXTURES.stream()
            .filter(type -> !type.getName().contains("$"))
            .map(type -> type.getName().substring(ROOT.length() + 1))
            .toList();
    private static final Pattern MENTION = Pattern.compile(Pattern.quote(ROOT) + "\\.([\\w.$]+)");

    @Test
    void contractMayNotLogNorKnowKafka() {
        assertThat(breakers(RULES.contractDependsOnNothing()))
                .containsExactlyInAnyOrder("contract.LoggingRecord", "contract.KafkaRecord");
    }

    @Test
    void anAppMayNotKnowAnotherNorALibraryAnAppNorAnyoneALibraryThatIsNotForHim() {
        assertThat(breakers(RULES.modulesDoNotKnowEachOther()))
                .containsExactlyInAnyOrder(
                        "aggregator.AggregatorApp",
                        "aggregator.SamplingAggregator",
                        "telemetry.DrivingSampler",
                        "detector.WindowingDetector",
                        "producer.ProbingProducer",
                        "probe.CommandProbe");
    }

    @Test
    void smallRequestsMayNotGoByAClientOfOnesOwn() {
        assertThat(breakers(RULES.smallRequestsGoByOneClient()))
                .containsExactlyInAnyOrder("cli.ChattyCommand", "probe.CommandProbe");
    }

    @Test
    void theAggregatorMayKnowWindowing() {
        assertThat(RULES.modulesDoNotKnowEachOther()
                        .evaluate(FIXTURES)
                        .getFailureReport()
                        .getDetails())
                .noneMatch(finding -> finding.contains("AggregatorApp") && finding.contains("PureWindow"))
                .anyMatch(finding -> finding.contains("ProducerApp"));
    }

    @Test
    void scheduleMayNotUseThreads() {
        assertThat(breakers(RULES.pure("producer.schedule"))).containsExactly("producer.schedule.SleepingSchedule");
    }

    @Test
    void scheduleMayNotMakeItsOwnChance() {
        assertThat(breakers(RULES.pureInItsCalls("producer.schedule")))
                .containsExactly("producer.schedule.UnseededSchedule");
    }

    @Test
    void windowMathsMayNotTouchFiles() {
        assertThat(breakers(RULES.pure("windowing"))).contains("windowing.FileWindow");
    }

    @Test
    void windowMathsMayNotPrint() {
        assertThat(breakers(RULES.pureInItsCalls("windowing"))).containsExactly("windowing.PrintingWindow");
    }

    @Test
    void judgementMayNotBeInjectedNorLogNorHoldAClockNorKnowKafka() {
        assertThat(breakers(RULES.pure("judgement")))
                .containsExactlyInAnyOrder(
                        "judgement.InjectedJudgement",
                        "judgement.LoggingJudgement",
                        "judgement.ClockJudgement",
                        "judgement.KafkaStatistics");
    }

    @Test
    void aLibraryIsNeitherStartedNorInjected() {
        assertThat(breakers(RULES.librariesAreNotStarted()))
                .containsExactlyInAnyOrder("reports.StartedReport", "judgement.InjectedJudgement");
    }

    @Test
    void judgementMayNotLookAnythingUp() {
        assertThat(breakers(RULES.pureInItsCalls("judgement"))).containsExactly("judgement.LookingUpJudgement");
    }

    @Test
    void topologyMayNotKnowInjectionConfigPrometheusOrTheClock() {
        assertThat(breakers(RULES.topologyIsAFunctionOfSettings()))
                .containsExactlyInAnyOrder(
                        "aggregator.topology.InjectedTopology",
                        "aggregator.topology.ConfiguredTopology",
                        "aggregator.topology.CountingTopology",
                        "aggregator.topology.TimedTopology");
    }

    @Test
    void topologyMayNotReadTheEnvironment() {
        assertThat(breakers(RULES.topologyLooksNothingUp())).containsExactly("aggregator.topology.EnvironmentTopology");
    }

    @Test
    void systemClockMayNotBeReadInAnyOtherClass() {
        assertThat(breakers(RULES.systemClockIsReadInOnePlace()))
                .containsExactlyInAnyOrder(
                        "target.CallingClock",
                        "target.ReferringClock",
                        "target.LambdaClock",
                        "target.CalendarClock",
                        "target.FactoryClock",
                        "target.DateClock");
    }

    @Test
    void aModuleWithoutAClockMayNotReadOneUnderAnyName() {
        assertThat(breakers(RULES.hasNoClock("telemetry"))).containsExactly("telemetry.SystemTime");
    }

    @Test
    void aModuleMayNotHaveTwoClocks() {
        assertThat(breakers(RULES.oneClockClassPerModule()))
                .containsExactlyInAnyOrder("producer.time.SystemTime", "producer.pacing.SystemTime");
    }

    @Test
    void kafkasClockMayNotLeaveTheBroker() {
        assertThat(breakers(RULES.kafkasClockIsForTheBroker())).containsExactly("target.KafkaClock");
    }

    @Test
    void prometheusMayNotLeaveExposition() {
        assertThat(breakers(RULES.prometheusStaysInExposition()))
                .containsExactly("aggregator.topology.CountingTopology");
    }

    @Test
    void packagesMayNotFormACircle() {
        assertThat(breakers(RULES.packagesAreFreeOfCycles())).contains("cli.there.There", "cli.back.Back");
    }

    @Test
    void namesMayNotSayNothing() {
        assertThat(breakers(RULES.namesSaySomething()))
                .containsExactlyInAnyOrder("cli.PlanImpl", "cli.ProcessManager", "cli.util.Text");
    }

    @Test
    void aPackageThatNobodyHasFailsUnlessItMay() {
        assertThatThrownBy(() -> RULES.pure("producer.nowhere").check(FIXTURES))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("failed to check any classes");

        new LayeringRules(ROOT, true).pure("producer.nowhere").check(FIXTURES);
    }

    /** The classes, named below the fixture root, that the rule's findings accuse. */
    private static Set<String> breakers(ArchRule rule) {
        Set<String> found = new TreeSet<>();
        for (String finding : rule.evaluate(FIXTURES).getFailureReport().getDetails()) {
            finding.lines().forEach(line -> {
                List<String> named = MENTION.matcher(line)
                        .results()
                        .map(mention -> classOf(mention.group(1)))
                        .toList();
                // A line accuses the class that it names first, and names what that class must not know after it.
                found.addAll(line.startsWith("module ") ? named : named.subList(0, Math.min(1, named.size())));
            });
        }
        return found;
    }

    private static String classOf(String mention) {
        return NAMES.stream()
                .filter(name ->
                        mention.equals(name) || mention.startsWith(name + ".") || mention.startsWith(name + "$"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no fixture is named " + mention));
    }
}
