package dev.plumbline.producer.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.Asked;
import dev.plumbline.contract.event.Asked.Role;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.protocol.StreamItem;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TwinsTest {

    private final Optional<Twins> twins = Optional.of(new Twins());

    private RequestRecording half(Role role) {
        Asked asked = new Asked(
                OptionalLong.of(7),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Asked.Pair("r-7", role, Optional.empty())),
                Optional.empty());
        RequestRecording recording = new RequestRecording(
                new Series(
                        new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"),
                        role.name().toLowerCase(Locale.ROOT)),
                new Attempt(role == Role.BASE ? "r-7" : "r-7c", 1, Optional.empty(), Optional.of(asked)),
                new ManualClock(0),
                true,
                0,
                0,
                new RequestRecording.Texts(TokenChoice.LOCAL, Optional.of("prompt"), false),
                twins,
                1);
        recording.sent(10);
        recording.headers(20, 200, true, OptionalLong.empty());
        recording.bytes(30);
        return recording;
    }

    /** Whose first token comes after so long, and its last 100 later. */
    private EndedRequest completed(Role role, long ttftNanos) {
        RequestRecording recording = half(role);
        recording.item(10 + ttftNanos, chunk());
        recording.item(110 + ttftNanos, chunk());
        recording.item(
                110 + ttftNanos,
                new StreamItem.Chunk(false, false, "", Optional.of("stop"), Optional.empty(), Optional.empty()));
        return recording.endedByServer(120 + ttftNanos);
    }

    private static StreamItem chunk() {
        return new StreamItem.Chunk(true, true, "x", Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static RequestEvent told(EndedRequest request) {
        return request.numbered(new Origin("p", 1, 1));
    }

    private static Optional<Asked.Twin> twin(RequestEvent event) {
        return event.attempt().asked().flatMap(Asked::pair).orElseThrow().twin();
    }

    @Test
    void whoIsToldLastHasTheOthersLatencies() {
        EndedRequest candidate = completed(Role.CANDIDATE, 40);
        EndedRequest base = completed(Role.BASE, 60);
        assertThat(twin(told(candidate))).isEmpty();
        assertThat(twin(told(base)))
                .contains(new Asked.Twin(OptionalLong.of(40), OptionalLong.of(100), OptionalLong.of(140)));
    }

    @Test
    void theSameAgainIsToldAlike() {
        EndedRequest candidate = completed(Role.CANDIDATE, 40);
        EndedRequest base = completed(Role.BASE, 60);
        assertThat(told(candidate)).isEqualTo(told(candidate));
        assertThat(told(base)).isEqualTo(told(base));
        assertThat(twin(told(candidate))).isEmpty();
    }

    @Test
    void whoDidNotCompleteIsNoTwinAndHasNone() {
        EndedRequest failed = half(Role.BASE).failed(50, FailureKind.TRUNCATED, "cut");
        assertThat(twin(told(failed))).isEmpty();
        assertThat(twin(told(completed(Role.CANDIDATE, 40)))).isEmpty();
        assertThat(twin(told(half(Role.BASE).failed(50, FailureKind.TRUNCATED, "cut"))))
                .as("a failure after the other completed")
                .isEmpty();
    }

    /** Between the end and the telling a tokenizer counts, and a time per token is by its count. */
    @Test
    void aTwinsTimePerTokenIsByTheCountThatIsToldOfIt() {
        EndedRequest candidate = completed(Role.CANDIDATE, 40)
                .counted(TokenSource.LOCAL_TOKENIZER, OptionalLong.of(3), OptionalLong.of(5));
        EndedRequest base =
                completed(Role.BASE, 60).counted(TokenSource.LOCAL_TOKENIZER, OptionalLong.of(3), OptionalLong.of(11));
        assertThat(told(candidate).tpotNanos()).hasValue(25);
        RequestEvent last = told(base);
        assertThat(last.tpotNanos()).hasValue(10);
        assertThat(twin(last).orElseThrow().tpotNanos()).hasValue(25);
    }
}
