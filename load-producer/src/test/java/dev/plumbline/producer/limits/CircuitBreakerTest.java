package dev.plumbline.producer.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private static final long PAUSE_NANOS = 1_000;

    private final CircuitBreaker breaker = new CircuitBreaker(new BreakerSettings(0.5, 4, PAUSE_NANOS));

    @Test
    void opensWhenHalfOfTheLastRequestsFailed() {
        breaker.failed(breaker.admit(1).orElseThrow(), 1);
        breaker.succeeded(breaker.admit(3).orElseThrow());
        breaker.succeeded(breaker.admit(3).orElseThrow());
        assertThat(breaker.admit(3)).isPresent();
        breaker.failed(breaker.admit(4).orElseThrow(), 4);

        assertThat(breaker.admit(5)).isEmpty();
        assertThat(breaker.openSinceNanos()).hasValue(4);
        assertThat(breaker.timesOpened()).isEqualTo(1);
    }

    @Test
    void doesNotJudgeFewerRequestsThanItLooksAt() {
        breaker.failed(breaker.admit(1).orElseThrow(), 1);
        breaker.failed(breaker.admit(2).orElseThrow(), 2);
        breaker.failed(breaker.admit(3).orElseThrow(), 3);

        assertThat(breaker.admit(4)).isPresent();
    }

    @Test
    void forgetsOldFailures() {
        breaker.failed(breaker.admit(1).orElseThrow(), 1);
        for (int i = 0; i < 4; i++) {
            breaker.succeeded(breaker.admit(3).orElseThrow());
        }
        breaker.failed(breaker.admit(9).orElseThrow(), 9);

        assertThat(breaker.openSinceNanos()).isEmpty();
    }

    @Test
    void letsOneRequestTryAfterThePause() {
        open();

        assertThat(breaker.admit(PAUSE_NANOS)).isEmpty();
        assertThat(breaker.admit(4 + PAUSE_NANOS)).isPresent();
        assertThat(breaker.admit(5 + PAUSE_NANOS)).isEmpty();
    }

    @Test
    void closesWhenTheTryGoesWell() {
        open();
        breaker.succeeded(breaker.admit(4 + PAUSE_NANOS).orElseThrow());

        assertThat(breaker.admit(5 + PAUSE_NANOS)).isPresent();
        assertThat(breaker.openSinceNanos()).isEmpty();
    }

    @Test
    void waitsAnewWhenTheTryFailsAndStaysOpenSinceTheFirstTime() {
        open();
        breaker.failed(breaker.admit(4 + PAUSE_NANOS).orElseThrow(), 10 + PAUSE_NANOS);

        assertThat(breaker.admit(11 + PAUSE_NANOS)).isEmpty();
        assertThat(breaker.admit(10 + 2 * PAUSE_NANOS)).isPresent();
        assertThat(breaker.openSinceNanos()).hasValue(4);
        assertThat(breaker.timesOpened()).isEqualTo(1);
    }

    @Test
    void aCancelledTryMakesRoomForAnother() {
        open();
        breaker.cancelled(breaker.admit(4 + PAUSE_NANOS).orElseThrow());

        assertThat(breaker.admit(5 + PAUSE_NANOS)).isPresent();
    }

    @Test
    void neverOpensAboveARatioOfOne() {
        CircuitBreaker never = new CircuitBreaker(new BreakerSettings(1.1, 4, PAUSE_NANOS));
        for (int i = 0; i < 100; i++) {
            never.failed(never.admit(i).orElseThrow(), i);
        }

        assertThat(never.admit(100)).isPresent();
    }

    @Test
    void onlyItsTryDecides() {
        CircuitBreaker.Permit before = breaker.admit(1).orElseThrow();
        open();
        CircuitBreaker.Permit attempt = breaker.admit(4 + PAUSE_NANOS).orElseThrow();

        breaker.succeeded(before);
        assertThat(breaker.openSinceNanos()).as("a straggler closes nothing").hasValue(4);
        breaker.failed(before, 5 + PAUSE_NANOS);
        breaker.cancelled(before);
        assertThat(breaker.admit(6 + PAUSE_NANOS)).as("one try at a time").isEmpty();
        breaker.succeeded(attempt);
        assertThat(breaker.openSinceNanos()).isEmpty();
        for (int i = 0; i < 4; i++) {
            breaker.failed(before, 7 + PAUSE_NANOS);
        }
        assertThat(breaker.openSinceNanos())
                .as("what failed before it opened opens nothing anew")
                .isEmpty();
    }

    private void open() {
        for (int i = 1; i <= 4; i++) {
            breaker.failed(breaker.admit(i).orElseThrow(), i);
        }
        assertThat(breaker.openSinceNanos()).hasValue(4);
    }
}
