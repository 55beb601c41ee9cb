package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Slo;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.producer.workload.Prompts;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RequestSourceTest {

    @Test
    void whatIsAskedIsToldWithEveryTry() {
        Asked asked = Asked.under(new Slo(
                OptionalLong.of(5),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty()));
        RequestSource source = new RequestSource(
                "p-1",
                Drive.SERIES,
                new Prompts(1, 4, 0),
                Drive.chat(),
                RequestSource.Counting.BY_SERVER,
                Optional.of(asked),
                RetryPolicy.NEVER,
                new ManualClock(0));

        RequestRecording first = source.recording(7, 1, 2);
        RequestRecording second = source.retry(first, 3, 4);

        assertThat(first.attempt().asked()).contains(asked);
        assertThat(second.attempt().asked()).contains(asked);
        assertThat(second.attempt().retryOf()).contains("p-1-7");
    }
}
