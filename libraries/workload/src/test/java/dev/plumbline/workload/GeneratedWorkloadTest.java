package dev.plumbline.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.protocol.Ask;
import dev.plumbline.workload.Session.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedWorkloadTest {

    private static OpenedWorkload opened(String fields) {
        return WorkloadFile.parse("test", "classes:\n  a: {isl: 12, osl: 5, " + fields + "}\n")
                .open(42, Datasets.NONE);
    }

    private static Workload of(String fields) {
        return opened(fields).workload();
    }

    private static int words(String text) {
        return text.split("\\s+").length;
    }

    private static List<String> roles(Turn turn) {
        return turn.ask().messages().stream().map(each -> each.role().name()).toList();
    }

    private static String last(Turn turn) {
        return turn.ask().messages().getLast().text();
    }

    private static String firstText(Session session) {
        return session.next(Optional.empty()).orElseThrow().ask().text();
    }

    @Test
    void theSameOrdinalIsTheSameSession() {
        Workload workload =
                of("turns: \"uniform(1,4)\", tools: {calls: \"uniform(0,2)\", result: 9}, tenants: {count: 5}");
        for (long ordinal = 0; ordinal < 30; ordinal++) {
            assertThat(Walk.of(workload.session(ordinal))).isEqualTo(Walk.of(workload.session(ordinal)));
            assertThat(workload.session(ordinal).tenant())
                    .isEqualTo(workload.session(ordinal).tenant());
        }
    }

    @Test
    void theHistoryHoldsTheAnswersThatCame() {
        List<Turn> turns = Walk.of(of("turns: 3, think: 2s").session(0));
        assertThat(turns).hasSize(3);
        assertThat(turns).extracting(Turn::thinkNanos).containsExactly(0L, 2_000_000_000L, 2_000_000_000L);
        assertThat(roles(turns.get(2))).containsExactly("USER", "ASSISTANT", "USER", "ASSISTANT", "USER");
        assertThat(turns.get(2).ask().messages().subList(0, 3))
                .isEqualTo(turns.get(1).ask().messages());
        assertThat(turns.get(2).ask().messages()).extracting(Ask.Message::text).contains("answer 1", "answer 2");
        assertThat(turns).allSatisfy(turn -> assertThat(words(last(turn))).isEqualTo(12));
    }

    @Test
    void generatedAnswersAreAsLongAsWasAskedForWhateverCame() {
        Workload workload = of("turns: 2, history: generated");
        assertThat(workload.readsAnswers()).isFalse();
        List<Ask.Message> second = Walk.of(workload.session(0)).get(1).ask().messages();
        assertThat(second).hasSize(3);
        assertThat(words(second.get(1).text())).isEqualTo(5);
        assertThat(second.get(1).text()).isNotEqualTo("answer 1");
    }

    @Test
    void anAnswerThatNobodyKeptIsStoodInFor() {
        Session session = of("turns: 2").session(0);
        session.next(Optional.empty());
        List<Ask.Message> second =
                session.next(Optional.of("  ")).orElseThrow().ask().messages();
        assertThat(words(second.get(1).text())).isEqualTo(5);
    }

    @Test
    void inDeltaModeOnlyTheNewMessageIsSent() {
        Workload workload = of("turns: 3, history: delta, prefix: {words: 50}");
        List<Turn> turns = Walk.of(workload.session(0));
        assertThat(turns).extracting(turn -> turn.ask().messages().size()).containsExactly(1, 1, 1);
        assertThat(turns).extracting(turn -> words(last(turn))).containsExactly(62, 12, 12);
        assertThat(workload.readsAnswers()).isFalse();
        assertThat(opened("turns: 3, history: delta, prefix: {words: 50}")
                        .largest()
                        .promptWords())
                .isEqualTo(62);
    }

    @Test
    void aToolsResultIsAMessageOfTheUserAfterItsTime() {
        List<Turn> turns = Walk.of(of("turns: 2, think: 3s, tools: {calls: 2, time: 200ms, result: 30}")
                .session(0));
        assertThat(turns)
                .extracting(Turn::thinkNanos)
                .containsExactly(0L, 200_000_000L, 200_000_000L, 3_000_000_000L, 200_000_000L, 200_000_000L);
        for (int turn : List.of(1, 2, 4, 5)) {
            assertThat(last(turns.get(turn))).startsWith("Result of the tool:\n");
            assertThat(words(last(turns.get(turn)))).isEqualTo(34);
        }
        assertThat(roles(turns.get(5))).doesNotContain("SYSTEM").endsWith("ASSISTANT", "USER");
    }

    @Test
    void aSubAgentHasAConversationOfItsOwnAndItsAnswerIsTheNextMessage() {
        List<Turn> turns = Walk.of(of("subAgents: {count: 2, turns: 2, isl: 20, osl: 7, time: 100ms, result: 9}")
                .session(0));
        assertThat(turns).hasSize(7);
        assertThat(turns).extracting(turn -> turn.ask().messages().size()).containsExactly(1, 1, 3, 3, 1, 3, 5);
        assertThat(turns).extracting(turn -> turn.ask().maxTokens()).containsExactly(5, 7, 7, 5, 7, 7, 5);
        assertThat(words(last(turns.get(1)))).isEqualTo(20);
        assertThat(last(turns.get(3))).isEqualTo("Result of the agent:\nanswer 3");
        assertThat(last(turns.get(6))).isEqualTo("Result of the agent:\nanswer 6");
        assertThat(turns.get(4).ask().text()).isNotEqualTo(turns.get(1).ask().text());
        assertThat(turns.get(6).ask().messages().subList(0, 3))
                .isEqualTo(turns.get(3).ask().messages());
    }

    @Test
    void rolesAlternateAsEveryApiWantsIt() {
        Workload workload = of("turns: \"uniform(1,3)\", prefix: {words: 9, role: system},"
                + " tools: {calls: \"uniform(0,2)\", result: 5}, subAgents: {count: \"uniform(0,2)\", turns: 2}");
        for (long ordinal = 0; ordinal < 50; ordinal++) {
            for (Turn turn : Walk.of(workload.session(ordinal))) {
                List<String> roles = new ArrayList<>(roles(turn));
                roles.remove("SYSTEM");
                for (int i = 0; i < roles.size(); i++) {
                    assertThat(roles.get(i)).isEqualTo(i % 2 == 0 ? "USER" : "ASSISTANT");
                }
                assertThat(roles).last().isEqualTo("USER");
            }
        }
    }

    @Test
    void prefixesAreSharedAsOftenAsZipfSays() {
        Workload workload = of("prefix: {pool: 5, words: 40, zipf: 1.2}");
        Map<String, Long> counts = new TreeMap<>();
        for (long ordinal = 0; ordinal < 5_000; ordinal++) {
            String text = firstText(workload.session(ordinal));
            assertThat(words(text)).isEqualTo(52);
            counts.merge(text.substring(0, text.indexOf("\n\n")), 1L, Long::sum);
        }
        assertThat(counts).hasSize(5);
        GoodnessOfFit.assertShares(
                "prefixes",
                counts.values().stream()
                        .sorted((a, b) -> Long.compare(b, a))
                        .mapToLong(Long::longValue)
                        .toArray(),
                new double[] {1, 0.435275, 0.267581, 0.189465, 0.144956});
    }

    @Test
    void anotherStartHasOtherPrefixesOfTheSameLengths() {
        Workload workload = of("prefix: {pool: 3, words: \"uniform(20,60)\"}");
        Workload salted = workload.salted(7);
        for (long ordinal = 0; ordinal < 50; ordinal++) {
            String one = firstText(workload.session(ordinal));
            String other = firstText(salted.session(ordinal));
            assertThat(words(other)).isEqualTo(words(one));
            assertThat(first(other, 8)).isNotEqualTo(first(one, 8));
        }
    }

    private static String first(String text, int words) {
        return String.join(" ", List.of(text.split("\\s+")).subList(0, words));
    }

    /** Prefix or not, whatever turn it is: a cache that works in blocks finds nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"turns: 3", "turns: 3, prefix: {words: 30}", "subAgents: {count: 2, turns: 2}"})
    void cacheBustingGivesEachRequestABeginningOfItsOwn(String fields) {
        Set<String> beginnings = new HashSet<>();
        Workload workload = of(fields + ", cacheBust: true");
        int requests = 0;
        for (long ordinal = 0; ordinal < 300; ordinal++) {
            for (Turn turn : Walk.of(workload.session(ordinal))) {
                beginnings.add(first(turn.ask().text(), 8));
                requests++;
            }
        }
        assertThat(beginnings).hasSize(requests);
    }

    @Test
    void withoutAPrefixNoTwoSessionsBeginAlike() {
        Workload workload = of("subAgents: {count: 2, turns: 1}");
        Set<String> beginnings = new HashSet<>();
        for (Workload start : List.of(workload, workload.salted(1), workload.salted(2))) {
            for (long ordinal = 0; ordinal < 1_000; ordinal++) {
                List<Turn> turns = Walk.of(start.session(ordinal));
                // The session itself and its two agents.
                for (int turn : List.of(0, 1, 3)) {
                    assertThat(beginnings.add(first(turns.get(turn).ask().text(), 8)))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void tenantsHaveTheirShares() {
        Workload workload = of("tenants: {count: 5, hot: 60%}");
        Map<String, Long> counts = new HashMap<>();
        LongStream.range(0, 10_000)
                .forEach(ordinal ->
                        counts.merge(workload.session(ordinal).tenant().orElseThrow(), 1L, Long::sum));
        GoodnessOfFit.assertShares(
                "tenants",
                workload.tenants().stream().mapToLong(counts::get).toArray(),
                new double[] {.6, .1, .1, .1, .1});
    }

    /** What is booked before a request is sent holds whatever is asked. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "turns: 1",
                "turns: \"uniform(1,4)\"",
                "turns: 3, history: generated, cacheBust: true, prefix: {pool: 3, words: \"uniform(5,30)\"}",
                "turns: 3, history: delta, tools: {calls: 2, result: \"uniform(1,30)\"}, cacheBust: true",
                "turns: 2, tools: {calls: \"uniform(0,3)\", result: \"uniform(1,30)\"}, subAgents: {count: \"uniform(0,2)\", turns: \"uniform(1,3)\", osl: 9}",
                "history: delta, subAgents: {count: 2, turns: 3, osl: 9, isl: 40}, cacheBust: true",
            })
    void noRequestTakesMoreThanTheLargest(String fields) {
        Workload workload = of(fields);
        Largest largest = opened(fields).largest();
        long longest = 0;
        for (long ordinal = 0; ordinal < 500; ordinal++) {
            Session session = workload.session(ordinal);
            Optional<Turn> next = session.next(Optional.empty());
            while (next.isPresent()) {
                Ask ask = next.get().ask();
                longest = Math.max(longest, words(ask.text()));
                assertThat(ask.maxTokens()).isLessThanOrEqualTo(largest.answerTokens());
                // As long as it may be, a word a token.
                next = session.next(Optional.of("word ".repeat(ask.maxTokens())));
            }
        }
        assertThat(longest).isLessThanOrEqualTo(largest.promptWords()).isGreaterThan(largest.promptWords() / 3);
    }
}
