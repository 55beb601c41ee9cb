package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Slo;
import dev.plumbline.producer.client.Target;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.protocol.EndpointType;
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
                Drive.words(4),
                Routing.to(new Lane(
                        Drive.SERIES,
                        new Target(Drive.at(9, EndpointType.CHAT), Drive.chat(), Drive.timeouts(1, 1, 1)))),
                RequestSource.Counting.BY_SERVER,
                Optional.of(asked),
                RetryPolicy.NEVER,
                new ManualClock(0));

        Prepared request = source.first(7).requests().getFirst();
        RequestRecording first = source.recording(request, 1, 2);
        RequestRecording second = source.retry(request, first.attempt(), 3, 4);
        RequestRecording third = source.retry(request, second.attempt(), 5, 6);

        assertThat(first.attempt().asked()).contains(asked);
        assertThat(second.attempt().asked()).contains(asked);
        assertThat(second.attempt().retryOf()).contains("p-1-7");
        assertThat(third.attempt().retryOf()).contains("p-1-7.2");
        assertThat(third.attempt().requestId()).isEqualTo("p-1-7.3");
    }
}
