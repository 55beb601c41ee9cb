package dev.plumbline.producer.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProducerClockTest {

    @Test
    void wallTimeIsRoundedDownAndTheFirstStampOfAMillisecondLeadsBackToIt() {
        ManualClock clock = new ManualClock(1_000_000_000_123L);
        assertThat(clock.epochMillisAt(0)).isEqualTo(1_000_000_000_123L);
        assertThat(clock.epochMillisAt(999_999)).isEqualTo(1_000_000_000_123L);
        assertThat(clock.epochMillisAt(1_000_000)).isEqualTo(1_000_000_000_124L);
        assertThat(clock.anchorAt(0).nanosAt(1_000_000_000_124L)).isEqualTo(1_000_000);
    }

    @Test
    void systemTimeNeverGoesBack() {
        SystemTime time = new SystemTime();
        long before = time.nanos();
        for (int i = 0; i < 10_000; i++) {
            long now = time.nanos();
            assertThat(now).isGreaterThanOrEqualTo(before);
            before = now;
        }
    }

    @Test
    void theSystemsOwnClocksAgreeWhileNobodySetsThem() {
        assertThat(new SystemTime().wallOffsetMillis()).isBetween(-500L, 500L);
        assertThat(new ManualClock(1_000).wallOffsetMillis()).isZero();
    }
}
