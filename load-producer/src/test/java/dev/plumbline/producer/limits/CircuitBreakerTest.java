package dev.plumbline.producer.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private static final long PAUSE_NANOS = 1_000;

    private final CircuitBreaker breaker = new CircuitBreaker(new BreakerSettings(0.5, 4, PAUSE_NANOS));

    @Test
    void opensWhenHalfOfTheLastRequestsFailed() {
        breaker.failed(1);
        breaker.succeeded();
        breaker.succeeded();
        assertThat(breaker.allows(3)).isTrue();
        breaker.failed(4);

        assertThat(breaker.allows(5)).isFalse();
        assertThat(breaker.openSinceNanos()).hasValue(4);
        assertThat(breaker.timesOpened()).isEqualTo(1);
    }

    @Test
    void doesNotJudgeFewerRequestsThanItLooksAt() {
        breaker.failed(1);
        breaker.failed(2);
        breaker.failed(3);

        assertThat(breaker.allows(4)).isTrue();
    }

    @Test
    void forgetsOldFailures() {
        breaker.failed(1);
        for (int i = 0; i < 4; i++) {
            breaker.succeeded();
        }
        breaker.failed(9);

        assertThat(breaker.openSinceNanos()).isEmpty();
    }

    @Test
    void letsOneRequestTryAfterThePause() {
        open();

        assertThat(breaker.allows(PAUSE_NANOS)).isFalse();
        assertThat(breaker.allows(4 + PAUSE_NANOS)).isTrue();
        assertThat(breaker.allows(5 + PAUSE_NANOS)).isFalse();
    }

    @Test
    void closesWhenTheTryGoesWell() {
        open();
        assertThat(breaker.allows(4 + PAUSE_NANOS)).isTrue();
        breaker.succeeded();

        assertThat(breaker.allows(5 + PAUSE_NANOS)).isTrue();
        assertThat(breaker.openSinceNanos()).isEmpty();
    }

    @Test
    void waitsAnewWhenTheTryFailsAndStaysOpenSinceTheFirstTime() {
        open();
        assertThat(breaker.allows(4 + PAUSE_NANOS)).isTrue();
        breaker.failed(10 + PAUSE_NANOS);

        assertThat(breaker.allows(11 + PAUSE_NANOS)).isFalse();
        assertThat(breaker.allows(10 + 2 * PAUSE_NANOS)).isTrue();
        assertThat(breaker.openSinceNanos()).hasValue(4);
        assertThat(breaker.timesOpened()).isEqualTo(1);
    }

    @Test
    void aCancelledTryMakesRoomForAnother() {
        open();
        assertThat(breaker.allows(4 + PAUSE_NANOS)).isTrue();
        breaker.cancelled();

        assertThat(breaker.allows(5 + PAUSE_NANOS)).isTrue();
    }

    @Test
    void neverOpensAboveARatioOfOne() {
        CircuitBreaker never = new CircuitBreaker(new BreakerSettings(1.1, 4, PAUSE_NANOS));
        for (int i = 0; i < 100; i++) {
            never.failed(i);
        }

        assertThat(never.allows(100)).isTrue();
    }

    private void open() {
        for (int i = 1; i <= 4; i++) {
            breaker.failed(i);
        }
        assertThat(breaker.openSinceNanos()).hasValue(4);
    }
}
