package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.producer.schedule.FireTimes;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.scripted.ScriptedServer;
import dev.plumbline.target.CapacitySettings;
import dev.plumbline.target.EmitRecord;
import dev.plumbline.target.OutputSettings;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import dev.plumbline.target.TimingSettings;
import dev.plumbline.target.lockstep.LockstepSettings;
import dev.plumbline.target.lockstep.StepCost;
import dev.plumbline.workload.Datasets;
import dev.plumbline.workload.GoodnessOfFit;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.Prompts;
import dev.plumbline.workload.Workload;
import dev.plumbline.workload.WorkloadFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated workloads as they arrive: the loops of a producer drive the simulated target in this JVM, and its emit log is held
 * against what was stated. Seeds are fixed, so each test of chance comes out the same at each run; with another seed it would be wrong
 * once in a million.
 */
class GeneratedLoadTest {

    private static final long MILLI = 1_000_000;
    private static final int BLOCK_TOKENS = 16;
    private static final int TOKEN_CHARACTERS = 4;

    /** It answers at once, and each answer is as long as it may be: its length is the limit that was asked for. */
    private static final SimulatedTargetSettings AT_ONCE = SimulatedTargetSettings.DEFAULT
            .withTiming(new TimingSettings(0, 0, 0, 0))
            .withOutput(new OutputSettings(100_000, 0, 64, false))
            .withCapacity(new CapacitySettings(1_000, 1_024, 503, 1_000_000, 1 << 22));

    private final Drive drive = new Drive();

    @AfterEach
    void close() {
        drive.close();
    }

    private static Workload workload(String text) {
        return WorkloadFile.parse("test.yaml", text).open(42, Datasets.NONE).workload();
    }

    /** Sessions one after the other in so many slots, until so many requests have ended. */
    private List<RequestEvent> closed(SimulatedTarget target, Workload workload, int slots, long requests)
            throws Exception {
        return run(target, workload, new LoadPlan.Closed(slots, 0), requests);
    }

    private List<RequestEvent> run(SimulatedTarget target, Workload workload, LoadPlan plan, long requests)
            throws Exception {
        drive.workload = workload;
        Protocol protocol = Drive.protocol(EndpointType.CHAT, true);
        List<RequestEvent> events = drive.run(
                Drive.at(target.port(), EndpointType.CHAT),
                workload.readsAnswers() ? protocol.keepingText() : protocol,
                Drive.timeouts(20_000, 20_000, 60_000),
                plan,
                requests,
                RetryPolicy.NEVER);
        assertThat(events).hasSize((int) requests);
        assertThat(events).allSatisfy(event -> assertThat(event.outcome()).isInstanceOf(Outcome.Completed.class));
        return events;
    }

    private static Map<String, EmitRecord> byId(SimulatedTarget target) {
        return target.emitRecords().stream().collect(Collectors.toMap(EmitRecord::requestId, Function.identity()));
    }

    /** The classes can be told apart by the lengths of their answers alone. */
    @Test
    void theLogShowsTheSharesOfTheClassesAndTheLengthsOfEach() throws Exception {
        Workload workload = workload("""
                classes:
                  chat: {weight: 3, isl: "lognormal(60,0.6)", osl: "uniform(1,40)"}
                  rag: {weight: 1, isl: 200~40, osl: "uniform(51,90)"}
                  batch: {weight: 0.5, isl: "p50=60,p90=200,p95=300,p99=600,max=900", osl: "uniform(101,140)"}
                """);
        int requests = 1_800;
        try (SimulatedTarget target = SimulatedTarget.start(AT_ONCE)) {
            closed(target, workload, 16, requests);
            List<EmitRecord> log = target.emitRecords();
            assertThat(log).hasSize(requests);
            List<List<EmitRecord>> classes = IntStream.of(0, 50, 100)
                    .mapToObj(from -> log.stream()
                            .filter(each -> each.outputTokens() > from && each.outputTokens() <= from + 40)
                            .toList())
                    .toList();
            assertThat(classes.stream().mapToInt(List::size).sum()).isEqualTo(requests);
            GoodnessOfFit.assertShares(
                    "classes", classes.stream().mapToLong(List::size).toArray(), new double[] {3, 1, .5});
            for (int i = 0; i < 3; i++) {
                double from = 50.0 * i;
                GoodnessOfFit.assertOf(
                        "answers of class " + i,
                        classes.get(i).stream()
                                .mapToDouble(EmitRecord::outputTokens)
                                .toArray(),
                        tokens -> (tokens - from) / 40);
            }
            assertPrompts("lognormal", classes.get(0), at -> GoodnessOfFit.normal(Math.log(at / 60) / 0.6));
            assertPrompts("normal", classes.get(1), at -> GoodnessOfFit.normal((at - 200) / 40));
            assertPrompts("quantiles", classes.get(2), GeneratedLoadTest::ofQuantiles);
        }
    }

    private static double ofQuantiles(double at) {
        double[] values = {1, 60, 200, 300, 600, 900};
        double[] shares = {0, .5, .9, .95, .99, 1};
        for (int i = 1; i < values.length; i++) {
            if (at <= values[i]) {
                return shares[i - 1] + (at - values[i - 1]) / (values[i] - values[i - 1]) * (shares[i] - shares[i - 1]);
            }
        }
        return 1;
    }

    /**
     * The target counts characters, four to a token: of a prompt with n words they are normal around n times the mean length of a word
     * and a space.
     *
     * @param atMost the chance of so many words or less, continuous
     */
    private static void assertPrompts(String what, List<EmitRecord> log, DoubleUnaryOperator atMost) {
        int most = 1_200;
        double[] lengths = Stream.of(new Prompts(7, Length.of(20_000)).prompt(0).split(" "))
                .mapToDouble(word -> word.length() + 1.0)
                .toArray();
        double mean = Arrays.stream(lengths).average().orElseThrow();
        double variance = Arrays.stream(lengths)
                .map(length -> (length - mean) * (length - mean))
                .average()
                .orElseThrow();
        double[] chances = IntStream.rangeClosed(1, most)
                .mapToDouble(
                        words -> atMost.applyAsDouble(words + .5) - (words == 1 ? 0 : atMost.applyAsDouble(words - .5)))
                .toArray();
        GoodnessOfFit.assertOf(
                what + " prompts",
                log.stream().mapToDouble(EmitRecord::promptTokens).toArray(),
                tokens -> {
                    double sum = 0;
                    for (int words = 1; words <= most; words++) {
                        double characters = TOKEN_CHARACTERS * tokens + .5 - (words * mean - 1);
                        sum += chances[words - 1] * GoodnessOfFit.normal(characters / Math.sqrt(words * variance));
                    }
                    return sum;
                });
    }

    private static SimulatedTargetSettings inSteps() {
        LockstepSettings steps = LockstepSettings.DEFAULT;
        return SimulatedTargetSettings.DEFAULT
                .withTiming(new TimingSettings(0, 0, 0, 0))
                .withOutput(new OutputSettings(8, 0, 8, false))
                .withCapacity(new CapacitySettings(1_000, 1_024, 503, 32_768, 1 << 22))
                .withLockstep(
                        new LockstepSettings(new StepCost(100_000, 0, 100), 64, 16_384, steps.kv(), steps.memory()));
    }

    private static int cached(EmitRecord written) {
        return written.steps().orElseThrow().cachedTokens();
    }

    /** Each prefix is computed once; how many there are among so many requests follows from the pool and Zipf's exponent. */
    @ParameterizedTest
    @CsvSource({"60, 1.1, false", "60, 0, false", "60, 1.1, true"})
    void theLogShowsAsManyHitsAsThePoolAndZipfSay(int pool, double zipf, boolean cacheBust) throws Exception {
        int requests = 300;
        Workload workload = workload("classes:\n  rag: {isl: \"uniform(9,30)\", osl: 2, cacheBust: " + cacheBust
                + ", prefix: {pool: " + pool + ", words: \"uniform(60,140)\", zipf: " + zipf + "}}\n");
        try (SimulatedTarget target = SimulatedTarget.start(inSteps())) {
            closed(target, workload, 1, requests);
            List<EmitRecord> log = target.emitRecords();
            assertThat(log).hasSize(requests);
            long computed = log.stream().filter(each -> cached(each) == 0).count();
            if (cacheBust) {
                assertThat(computed).as("no request finds anything").isEqualTo(requests);
                return;
            }
            double sum = IntStream.rangeClosed(1, pool)
                    .mapToDouble(k -> Math.pow(k, -zipf))
                    .sum();
            double[] unseen = IntStream.rangeClosed(1, pool)
                    .mapToDouble(k -> Math.pow(1 - Math.pow(k, -zipf) / sum, requests))
                    .toArray();
            double expected = pool - Arrays.stream(unseen).sum();
            // Whether one was seen goes against whether another one was: the variance is at most the sum of theirs.
            double deviation = Math.sqrt(
                    Arrays.stream(unseen).map(each -> each * (1 - each)).sum());
            assertThat((double) computed)
                    .as("prefixes that were computed")
                    .isCloseTo(expected, within(5 * deviation + .5));
            for (EmitRecord hit : log.stream().filter(each -> cached(each) > 0).toList()) {
                assertThat(cached(hit))
                        .as("a whole prefix of 60 words or more, and nothing of the question but what ends its block")
                        .isGreaterThanOrEqualTo(60 * 4 / TOKEN_CHARACTERS - BLOCK_TOKENS)
                        .isLessThan(hit.promptTokens() - 4);
            }
        }
    }

    /** With its history a turn finds the prompt before it in the cache; without, its prompt is as short as the first. */
    @ParameterizedTest
    @CsvSource({"full", "generated", "delta"})
    void theLogShowsWhatIsSentOfTheHistory(String history) throws Exception {
        Workload workload = workload("classes:\n  chat: {isl: 40, osl: 8, turns: 4, history: " + history + "}\n");
        try (SimulatedTarget target = SimulatedTarget.start(inSteps())) {
            closed(target, workload, 4, 80);
            Map<String, EmitRecord> log = byId(target);
            int seen = 0;
            for (String session : sessions(log.keySet())) {
                for (int turn = 2; turn <= 4 && log.containsKey(session + "t" + turn); turn++) {
                    EmitRecord before = log.get(turn == 2 ? session : session + "t" + (turn - 1));
                    EmitRecord now = log.get(session + "t" + turn);
                    if (history.equals("delta")) {
                        assertThat(cached(now)).isZero();
                        assertThat(now.promptTokens()).isBetween(40, 90);
                    } else {
                        assertThat(now.promptTokens())
                                .isBetween(before.promptTokens() + 40, before.promptTokens() + 110);
                        assertThat(cached(now))
                                .isBetween(
                                        before.promptTokens() - BLOCK_TOKENS - 1, before.promptTokens() + BLOCK_TOKENS);
                    }
                    seen++;
                }
            }
            assertThat(seen).isGreaterThanOrEqualTo(50);
        }
    }

    private static Set<String> sessions(Set<String> ids) {
        return ids.stream().map(id -> id.replaceFirst("t\\d+$", "")).collect(Collectors.toSet());
    }

    /** Due is what was drawn behind the end of the answer before, and nothing is received before that is over. */
    @Test
    void theLogShowsTheThinkTimesBetweenTurns() throws Exception {
        Workload workload = workload("classes:\n"
                + "  chat: {isl: 9, osl: 3, turns: 5, think: \"lognormal(60ms,0.5)\", history: generated}\n");
        int slots = 40;
        try (SimulatedTarget target = SimulatedTarget.start(AT_ONCE)) {
            List<RequestEvent> events = closed(target, workload, slots, 1_000);
            Map<String, EmitRecord> log = byId(target);
            Map<String, RequestEvent> told = events.stream()
                    .collect(Collectors.toMap(event -> event.attempt().requestId(), Function.identity()));
            List<Double> thought = new ArrayList<>();
            for (RequestEvent event : events) {
                Asked.Turn turn = event.attempt().asked().flatMap(Asked::turn).orElseThrow();
                if (turn.number() == 1) {
                    continue;
                }
                String beforeId = turn.number() == 2 ? turn.session() : turn.session() + "t" + (turn.number() - 1);
                long thinkNanos =
                        event.stamps().dueNanos() - told.get(beforeId).stamps().endNanos();
                thought.add(thinkNanos / 1e6);
                EmitRecord written = log.get(event.attempt().requestId());
                assertThat(written.stamps().receivedNanos()
                                - log.get(beforeId).stamps().lastContentNanos().orElseThrow())
                        .as("%s comes when it was thought about, by the target's own clock", written.requestId())
                        .isGreaterThanOrEqualTo(thinkNanos);
            }
            assertThat(thought).hasSizeGreaterThan(700);
            GoodnessOfFit.assertOf(
                    "think times",
                    thought.stream().mapToDouble(Double::doubleValue).toArray(),
                    millis -> GoodnessOfFit.normal(Math.log(millis / 60) / 0.5));
            assertThat(mostSessionsAtOnce(log))
                    .as("a slot holds a session while it thinks")
                    .isLessThanOrEqualTo(slots);
        }
    }

    /** From the first byte of a session to its last, by the log. */
    private static int mostSessionsAtOnce(Map<String, EmitRecord> log) {
        Map<String, long[]> spans = new HashMap<>();
        log.forEach((id, written) -> {
            long[] span = {
                written.stamps().receivedNanos(),
                written.stamps().lastContentNanos().orElseThrow()
            };
            spans.merge(id.replaceFirst("t\\d+$", ""), span, (a, b) ->
                    new long[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
        });
        TreeMap<Long, Integer> changes = new TreeMap<>();
        spans.values().forEach(span -> {
            changes.merge(span[0], 1, Integer::sum);
            changes.merge(span[1], -1, Integer::sum);
        });
        int now = 0;
        int most = 0;
        for (int change : changes.values()) {
            now += change;
            most = Math.max(most, now);
        }
        return most;
    }

    /** The rate is that of sessions; their further turns come when they come. */
    @Test
    void anOpenLoopStartsSessionsAndTheLogShowsAllTheirTurns() throws Exception {
        Workload workload =
                workload("classes:\n" + "  chat: {isl: 9, osl: 3, turns: 3, think: 20ms, history: delta}\n");
        try (SimulatedTarget target = SimulatedTarget.start(AT_ONCE)) {
            List<RequestEvent> events = run(target, workload, new LoadPlan.Open(FireTimes.constant(100), 1_000), 240);
            List<RequestEvent> first = events.stream()
                    .filter(event -> turn(event) == 1)
                    .sorted(Comparator.comparingLong(event -> event.stamps().dueNanos()))
                    .toList();
            for (int i = 1; i < first.size(); i++) {
                assertThat(first.get(i).stamps().dueNanos()
                                - first.get(i - 1).stamps().dueNanos())
                        .isCloseTo(10 * MILLI, within(1L));
            }
            assertThat(first).hasSizeBetween(70, 200);
            Map<String, Long> turns = byId(target).keySet().stream()
                    .collect(Collectors.groupingBy(id -> id.replaceFirst("t\\d+$", ""), Collectors.counting()));
            assertThat(turns).hasSize(first.size());
            assertThat(turns.values()).allSatisfy(count -> assertThat(count).isBetween(1L, 3L));
            assertThat(turns.values().stream().filter(count -> count == 3)).isNotEmpty();
        }
    }

    private static long turn(RequestEvent event) {
        return event.attempt().asked().flatMap(Asked::turn).orElseThrow().number();
    }

    /** The log has no names; what a server is sent has. */
    @Test
    void eachTenantsNameIsSentAsOftenAsItsWeightSays() throws Exception {
        Workload workload = workload("tenants: {count: 4, hot: 55%}\n"
                + "classes:\n  chat: {isl: 9, osl: 3}\n  rag: {isl: 9, osl: 3, tenants: {weights: {acme: 1}}}\n");
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            drive.workload = workload;
            drive.run(
                    Drive.at(server.port(), EndpointType.CHAT),
                    Drive.chat(),
                    Drive.timeouts(20_000, 20_000, 60_000),
                    new LoadPlan.Closed(8, 0),
                    1_500,
                    RetryPolicy.NEVER);
            Map<String, Long> counts = new HashMap<>();
            ObjectMapper json = new ObjectMapper();
            for (ScriptedServer.Request request : server.requests()) {
                counts.merge(json.readTree(request.body()).path("user").asText(), 1L, Long::sum);
            }
            GoodnessOfFit.assertShares(
                    "tenants",
                    workload.tenants().stream()
                            .mapToLong(name -> counts.getOrDefault(name, 0L))
                            .toArray(),
                    new double[] {.55 / 2, .15 / 2, .15 / 2, .15 / 2, 1 / 2.0});
        }
    }

    static List<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../scenarios/workloads"))) {
            return files.sorted().toList();
        }
    }

    /** A few dozen requests of each workload that is shipped. */
    @ParameterizedTest
    @MethodSource("shipped")
    void everyShippedWorkloadCanBeDriven(Path file) throws Exception {
        Workload workload = WorkloadFile.parse(file.toString(), Files.readString(file))
                .open(42, Datasets.NONE)
                .workload();
        try (SimulatedTarget target = SimulatedTarget.start(AT_ONCE)) {
            List<RequestEvent> events = closed(target, workload, 24, 48);
            Map<String, EmitRecord> log = byId(target);
            Set<Object> tenants = new HashSet<>();
            for (RequestEvent event : events) {
                EmitRecord written = log.get(event.attempt().requestId());
                assertThat(event.response().tokens().output().orElseThrow().count())
                        .isEqualTo(written.outputTokens());
                assertThat(event.response().tokens().prompt().orElseThrow().count())
                        .isEqualTo(written.promptTokens());
            }
            for (long ordinal = 0; ordinal < 24; ordinal++) {
                workload.session(ordinal).tenant().ifPresent(tenants::add);
            }
            assertThat(tenants.isEmpty()).isEqualTo(workload.tenants().isEmpty());
        }
    }

    /** Otherwise a warm-up of this process would be over after one turn of each session. */
    @Test
    void nobodyThinksInARehearsal() throws Exception {
        Workload workload = workload("classes:\n  chat: {isl: 9, osl: 3, turns: 40, think: 20s, history: delta}\n");
        try (SimulatedTarget target = SimulatedTarget.start(AT_ONCE)) {
            drive.workload = workload;
            drive.rehearse(
                            Drive.at(target.port(), EndpointType.CHAT),
                            Drive.chat(),
                            Drive.timeouts(20_000, 20_000, 60_000),
                            new LoadPlan.Closed(2, 0),
                            60)
                    .get(15, TimeUnit.SECONDS);
            assertThat(target.emitRecords()).hasSize(60);
        }
    }

    /** A count is reached while other sessions think for long: nothing is waited for. */
    @Test
    void aLoadIsOverWithItsLastRequestWhoeverStillThinks() throws Exception {
        Workload workload = workload("classes:\n"
                + "  quick: {isl: 9, osl: 3}\n  slow: {isl: 9, osl: 3, turns: 2, think: 1h, history: delta}\n");
        try (SimulatedTarget target = SimulatedTarget.start(AT_ONCE)) {
            assertThat(run(target, workload, new LoadPlan.Open(FireTimes.constant(500), 1_000), 60))
                    .hasSize(60);
        }
    }

    /** What is over the cap is dropped, a turn as well as a session. */
    @Test
    void furtherTurnsOfAnOpenLoopAreUnderItsCap() throws Exception {
        Workload workload = workload("classes:\n  chat: {isl: 9, osl: 3, turns: 2, think: 5ms, history: delta}\n");
        SimulatedTargetSettings slow = AT_ONCE.withTiming(new TimingSettings(20 * MILLI, 0, 0, 0));
        try (SimulatedTarget target = SimulatedTarget.start(slow)) {
            drive.workload = workload;
            List<RequestEvent> events = drive.run(
                    Drive.at(target.port(), EndpointType.CHAT),
                    Drive.chat(),
                    Drive.timeouts(20_000, 20_000, 60_000),
                    new LoadPlan.Open(FireTimes.constant(200), 2),
                    200,
                    RetryPolicy.NEVER);
            assertThat(events.stream().filter(event -> turn(event) == 2).map(RequestEvent::outcome))
                    .contains(new Outcome.Dropped(Outcome.DropReason.IN_FLIGHT_CAP));
            assertThat(mostAtOnce(target.emitRecords())).isLessThanOrEqualTo(2);
        }
    }

    private static int mostAtOnce(List<EmitRecord> log) {
        return log.stream()
                .mapToInt(one -> (int) log.stream()
                        .filter(other ->
                                other.stamps().receivedNanos() <= one.stamps().receivedNanos()
                                        && other.stamps().lastContentNanos().orElseThrow()
                                                > one.stamps().receivedNanos())
                        .count())
                .max()
                .orElseThrow();
    }
}
