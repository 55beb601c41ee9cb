package dev.plumbline.producer.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.producer.limits.SpendGuard.Limit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SpendGuardTest {

    @Test
    void refusesTheRequestBeyondTheCount() {
        Guarded guard = guard(limits(3, Long.MAX_VALUE), 10, 10);

        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isFalse();
        assertThat(guard.reached()).hasValue(Limit.MAX_REQUESTS);
        assertThat(guard.spent().requests()).isEqualTo(3);
    }

    @Test
    void booksWhatIsInFlightAtItsWorstCase() {
        // Worst case of a request: 2 x 10 prompt tokens and 30 of the answer.
        Guarded guard = guard(limits(Long.MAX_VALUE, 120), 10, 30);

        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isFalse();
        assertThat(guard.reached()).hasValue(Limit.MAX_TOKENS_TOTAL);
    }

    @Test
    void whatCameCheaperThanBookedLeavesRoom() {
        Guarded guard = guard(limits(Long.MAX_VALUE, 120), 10, 30);
        for (int i = 0; i < 5; i++) {
            assertThat(guard.book()).isTrue();
            guard.ended(OptionalLong.of(9), OptionalLong.of(6), 0);
        }

        assertThat(guard.book()).isFalse();
        assertThat(guard.spent().promptTokens() + guard.spent().outputTokens()).isEqualTo(75);
    }

    @Test
    void learnsFromTheServerHowLongPromptsReallyAre() {
        Guarded guard = guard(limits(Long.MAX_VALUE, 200), 10, 30);
        assertThat(guard.book()).isTrue();
        guard.ended(OptionalLong.of(100), OptionalLong.of(30), 0);

        assertThat(guard.book()).isFalse();
    }

    @Test
    void costIsHeldAtThePricesOfBothKindsOfTokens() {
        SpendLimits limits =
                new SpendLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.of(1.0), 0.01, 0.02);
        Guarded guard = guard(limits, 10, 10);
        // Worst case: 20 x 0.01 + 10 x 0.02 = 0.40.
        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isFalse();
        assertThat(guard.reached()).hasValue(Limit.MAX_COST);
        guard.ended(OptionalLong.of(10), OptionalLong.of(10), 0);
        guard.ended(OptionalLong.of(10), OptionalLong.of(5), 0);
        assertThat(guard.spent().cost()).isBetween(0.4999, 0.5001);
    }

    @Test
    void staysClosedOnceALimitWasReached() {
        Guarded guard = guard(limits(Long.MAX_VALUE, 60), 10, 30);
        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isFalse();
        guard.ended(OptionalLong.of(1), OptionalLong.of(1), 0);

        assertThat(guard.book()).isFalse();
    }

    @Test
    void whatNobodyCountedIsNotFree() {
        Guarded guard = guard(limits(Long.MAX_VALUE, 10_000), 10, 30);
        int sent = 0;
        while (sent < 1_000 && guard.book()) {
            guard.ended(OptionalLong.empty(), OptionalLong.empty(), 0);
            sent++;
        }
        assertThat(sent).isEqualTo(200);
        assertThat(guard.spent().uncounted()).isEqualTo(200);
    }

    @Test
    void anAnswerLongerThanAskedForCountsAsSeen() {
        Guarded guard = guard(limits(Long.MAX_VALUE, 10_000), 10, 30);
        assertThat(guard.book()).isTrue();
        guard.ended(OptionalLong.of(9), OptionalLong.empty(), 45);

        assertThat(guard.spent().outputTokens()).isEqualTo(45);
        assertThat(guard.spent().promptTokens()).isEqualTo(9);
    }

    @Test
    void whatCameToNothingIsFree() {
        Guarded guard = guard(limits(Long.MAX_VALUE, 60), 10, 30);
        for (int i = 0; i < 100; i++) {
            assertThat(guard.book()).isTrue();
            guard.cameToNothing();
        }
        assertThat(guard.spent().promptTokens()).isZero();
    }

    @Test
    void withoutLimitsNothingIsRefused() {
        Guarded guard = guard(SpendLimits.none(), 1, 1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(guard.book()).isTrue();
        }
        assertThat(guard.reached()).isEmpty();
    }

    @Test
    void eachKindIsBookedAtItsOwnWorstCase() {
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 10_000));
        SpendGuard.Worst document = new SpendGuard.Worst("rag", 2_000, 900);
        SpendGuard.Worst chat = new SpendGuard.Worst("chat", 10, 30);

        assertThat(guard.book(document)).isTrue();
        for (int i = 0; i < 100; i++) {
            assertThat(guard.book(chat)).as("chat " + i).isTrue();
        }
        assertThat(guard.book(document)).isFalse();
    }

    @Test
    void whatTheServerReportsOfOneKindSaysNothingOfAnother() {
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 1_000));
        SpendGuard.Worst document = new SpendGuard.Worst("rag", 10, 10);
        SpendGuard.Worst chat = new SpendGuard.Worst("chat", 10, 10);
        assertThat(guard.book(document)).isTrue();
        guard.ended(document, OptionalLong.of(800), OptionalLong.of(10), 0);

        assertThat(guard.book(chat)).isTrue();
        assertThat(guard.book(document)).isFalse();
    }

    @Test
    void whatIsSentTogetherIsBookedTogetherOrNotAtAll() {
        SpendGuard guard = new SpendGuard(limits(3, Long.MAX_VALUE));
        SpendGuard.Worst half = new SpendGuard.Worst("chat", 1, 1);

        assertThat(guard.book(List.of(half, half))).isTrue();
        assertThat(guard.book(List.of(half, half))).isFalse();
        assertThat(guard.spent().requests()).isEqualTo(2);
        assertThat(guard.reached()).hasValue(Limit.MAX_REQUESTS);
    }

    @Test
    void theWorstCaseOfAPromptIsKnownFromItsText() {
        assertThat(SpendGuard.Worst.of("chat", "one two  three", 5)).isEqualTo(new SpendGuard.Worst("chat", 3, 5));
        assertThat(SpendGuard.Worst.of("chat", "", 5).promptWords()).isZero();
        assertThat(SpendGuard.Worst.of("chat", "x".repeat(33), 5).promptWords())
                .as("a word that is none")
                .isEqualTo(3);
        assertThat(SpendGuard.Worst.of("chat", "\u65e5\u672c\u8a9e", 5).promptWords())
                .as("a script without blanks")
                .isEqualTo(3);
    }

    private static Guarded guard(SpendLimits limits, long promptWords, long outputTokens) {
        return new Guarded(new SpendGuard(limits), new SpendGuard.Worst("chat", promptWords, outputTokens));
    }

    /** A guard of equal requests. */
    private record Guarded(SpendGuard guard, SpendGuard.Worst request) {
        boolean book() {
            return guard.book(request);
        }

        void ended(OptionalLong prompt, OptionalLong output, long leastOutput) {
            guard.ended(request, prompt, output, leastOutput);
        }

        void cameToNothing() {
            guard.cameToNothing(request);
        }

        Optional<Limit> reached() {
            return guard.reached();
        }

        SpendGuard.Spent spent() {
            return guard.spent();
        }
    }

    private static SpendLimits limits(long requests, long tokens) {
        return new SpendLimits(OptionalLong.of(requests), OptionalLong.of(tokens), OptionalDouble.empty(), 0, 0);
    }
}
