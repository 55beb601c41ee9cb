package dev.plumbline.producer.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.producer.limits.SpendGuard.Limit;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SpendGuardTest {

    @Test
    void refusesTheRequestBeyondTheCount() {
        SpendGuard guard = new SpendGuard(limits(3, Long.MAX_VALUE), 10, 10);

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
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 120), 10, 30);

        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isFalse();
        assertThat(guard.reached()).hasValue(Limit.MAX_TOKENS_TOTAL);
    }

    @Test
    void whatCameCheaperThanBookedLeavesRoom() {
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 120), 10, 30);
        for (int i = 0; i < 5; i++) {
            assertThat(guard.book()).isTrue();
            guard.ended(OptionalLong.of(9), OptionalLong.of(6), 0);
        }

        assertThat(guard.book()).isFalse();
        assertThat(guard.spent().promptTokens() + guard.spent().outputTokens()).isEqualTo(75);
    }

    @Test
    void learnsFromTheServerHowLongPromptsReallyAre() {
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 200), 10, 30);
        assertThat(guard.book()).isTrue();
        guard.ended(OptionalLong.of(100), OptionalLong.of(30), 0);

        assertThat(guard.book()).isFalse();
    }

    @Test
    void costIsHeldAtThePricesOfBothKindsOfTokens() {
        SpendLimits limits =
                new SpendLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.of(1.0), 0.01, 0.02);
        SpendGuard guard = new SpendGuard(limits, 10, 10);
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
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 60), 10, 30);
        assertThat(guard.book()).isTrue();
        assertThat(guard.book()).isFalse();
        guard.ended(OptionalLong.of(1), OptionalLong.of(1), 0);

        assertThat(guard.book()).isFalse();
    }

    @Test
    void whatNobodyCountedIsNotFree() {
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 10_000), 10, 30);
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
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 10_000), 10, 30);
        assertThat(guard.book()).isTrue();
        guard.ended(OptionalLong.of(9), OptionalLong.empty(), 45);

        assertThat(guard.spent().outputTokens()).isEqualTo(45);
        assertThat(guard.spent().promptTokens()).isEqualTo(9);
    }

    @Test
    void whatCameToNothingIsFree() {
        SpendGuard guard = new SpendGuard(limits(Long.MAX_VALUE, 60), 10, 30);
        for (int i = 0; i < 100; i++) {
            assertThat(guard.book()).isTrue();
            guard.cameToNothing();
        }
        assertThat(guard.spent().promptTokens()).isZero();
    }

    @Test
    void withoutLimitsNothingIsRefused() {
        SpendGuard guard = new SpendGuard(SpendLimits.none(), 1, 1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(guard.book()).isTrue();
        }
        assertThat(guard.reached()).isEmpty();
    }

    private static SpendLimits limits(long requests, long tokens) {
        return new SpendLimits(OptionalLong.of(requests), OptionalLong.of(tokens), OptionalDouble.empty(), 0, 0);
    }
}
