package dev.plumbline.producer.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.Choices;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Origin;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.protocol.StreamItem;
import dev.plumbline.protocol.Usage;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestRecordingTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    @Test
    void stampsAndCountsOfAStreamedAnswer() {
        RequestRecording recording = recording(true);
        recording.sent(30);
        recording.headers(40, 200, true, OptionalLong.empty());
        recording.bytes(50);
        recording.item(50, chunk(false, false));
        recording.bytes(60);
        assertThat(recording.item(60, chunk(true, false))).isTrue();
        recording.item(75, chunk(true, true));
        recording.item(95, finish());
        recording.item(97, usage(12, 5));
        recording.item(98, new StreamItem.Done());
        RequestEvent event = numbered(recording.endedByServer(100));
        assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
        assertThat(event.dispatchLagNanos()).hasValue(10);
        assertThat(event.gateWaitNanos()).hasValue(10);
        assertThat(event.stamps().firstByteNanos()).hasValue(50);
        assertThat(event.ttftNanos()).hasValue(30);
        assertThat(event.ttfaNanos()).hasValue(45);
        assertThat(event.e2eNanos()).hasValue(65);
        assertThat(event.stamps().endNanos()).isEqualTo(100);
        assertThat(event.response().contentChunks()).isEqualTo(3);
        assertThat(event.response().chunkGaps().count()).isEqualTo(2);
        assertThat(event.response().chunkGaps().sumNanos()).isEqualTo(35);
        assertThat(event.response().tokens().output()).contains(new TokenCount(5, TokenSource.SERVER_USAGE));
        recording.told(3);
        assertThat(recording.outputTokenCorrection()).isEqualTo(2);
    }

    @Test
    void withoutUsageTokensAreChunksAndSayBySource() {
        RequestRecording recording = streaming();
        recording.item(60, chunk(true, true));
        recording.item(61, chunk(true, true));
        assertThat(recording.outputTokenCorrection()).isZero();
        assertThat(recording.endedByServer(70).response().tokens().output())
                .contains(new TokenCount(2, TokenSource.CHUNKS));
    }

    @Test
    void anOutputOfNothingBesideContentTakesNothingBackOfWhatStreamed() {
        RequestRecording recording = streaming();
        recording.item(60, chunk(true, true));
        recording.item(61, chunk(true, true));
        recording.item(62, usage(12, 0));
        assertThat(recording.outputTokenCorrection()).isZero();
        assertThat(recording.endedByServer(70).response().tokens().refused())
                .contains("0 output tokens beside 2 chunks with content");
    }

    @Test
    void aMessageAloneSaysWhyNoAnswerCameAndIsNothingBesideOne() {
        RequestRecording alone = streaming();
        alone.item(60, new StreamItem.Foreign("{\"id\":1}", false, false));
        alone.item(61, new StreamItem.Foreign("worker died", true, false));
        Outcome.Failed failed = (Outcome.Failed) alone.endedByServer(70).outcome();
        assertThat(failed.kind()).isEqualTo(FailureKind.STREAM_ERROR);
        assertThat(failed.detail()).contains("worker died");
        RequestRecording beside = streaming();
        beside.item(60, new StreamItem.Foreign("queued", true, false));
        beside.item(61, finish());
        assertThat(beside.endedByServer(70).outcome()).isEqualTo(new Outcome.Completed("stop"));
    }

    @Test
    void anAnswerInOnePieceHasNoFirstToken() {
        RequestRecording recording = recording(false);
        recording.sent(30);
        recording.headers(40, 200, false, OptionalLong.empty());
        recording.bytes(50);
        recording.item(
                55,
                new StreamItem.Chunk(
                        true,
                        true,
                        "",
                        Optional.of("stop"),
                        Optional.of(new Usage(
                                OptionalLong.of(1), OptionalLong.of(7), OptionalLong.empty(), OptionalLong.empty())),
                        Optional.empty()));
        RequestEvent event = numbered(recording.endedByServer(60));
        assertThat(event.outcome()).isInstanceOf(Outcome.Completed.class);
        assertThat(event.stamps().firstContentNanos()).isEmpty();
        assertThat(event.stamps().lastContentNanos()).hasValue(55);
        assertThat(event.ttftNanos()).isEmpty();
        assertThat(event.tpotNanos()).isEmpty();
        assertThat(event.e2eNanos()).hasValue(25);
    }

    @ParameterizedTest
    @CsvSource({
        "429, REJECTED",
        "503, REJECTED",
        "500, HTTP_5XX",
        "502, HTTP_5XX",
        "400, HTTP_4XX",
        "401, HTTP_4XX",
        "302, MALFORMED"
    })
    void aStatusDecides(int status, FailureKind kind) {
        RequestRecording recording = recording(true);
        recording.sent(30);
        recording.headers(40, status, false, OptionalLong.of(2_000));
        recording.item(50, new StreamItem.ServerError("busy"));
        Outcome.Failed failed = (Outcome.Failed) recording.endedByServer(60).outcome();
        assertThat(failed.kind()).isEqualTo(kind);
        assertThat(failed.httpStatus()).hasValue(status);
        assertThat(failed.retryAfterMillis()).hasValue(2_000);
        assertThat(recording.contentChunks()).isZero();
    }

    @Test
    void anErrorThenDoneIsAnErrorEvenAfterAFinishReason() {
        RequestRecording recording = streaming();
        recording.item(60, finish());
        recording.item(61, new StreamItem.ServerError("engine died"));
        recording.item(62, new StreamItem.Done());
        assertFailed(recording.endedByServer(70), FailureKind.STREAM_ERROR);
    }

    @Test
    void doneWithoutContentIsEmptyAndContentWithoutAFinishReasonIsTruncated() {
        RequestRecording empty = streaming();
        empty.item(60, new StreamItem.Done());
        assertFailed(empty.endedByServer(70), FailureKind.EMPTY);
        RequestRecording cut = streaming();
        cut.item(60, chunk(true, true));
        cut.item(60, new StreamItem.Done());
        assertFailed(cut.endedByServer(70), FailureKind.TRUNCATED);
    }

    @Test
    void aBrokenConnectionTruncatesUnlessTheFinishReasonWasSeen() {
        RequestRecording cut = streaming();
        cut.item(60, chunk(true, true));
        assertFailed(cut.broken(70, "reset"), FailureKind.TRUNCATED);
        RequestRecording beforeHeaders = recording(true);
        beforeHeaders.sent(30);
        assertFailed(beforeHeaders.broken(70, "reset"), FailureKind.TRUNCATED);
        RequestRecording whole = streaming();
        whole.item(60, finish());
        assertThat(whole.broken(70, "reset").outcome()).isEqualTo(new Outcome.Completed("stop"));
    }

    @Test
    void malformedDataFails() {
        RequestRecording recording = streaming();
        recording.item(60, finish());
        recording.item(61, new StreamItem.Malformed("not JSON"));
        assertFailed(recording.endedByServer(70), FailureKind.MALFORMED);
    }

    @Test
    void isClosedOnceOnly() {
        RequestRecording recording = recording(true);
        recording.cancelled(50);
        assertThatThrownBy(() -> recording.endedByServer(60)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theEndPlacesItOnTheWallClock() {
        assertThat(recording(true)
                        .dropped(5_999_999, Outcome.DropReason.IN_FLIGHT_CAP)
                        .endEpochMillis())
                .isEqualTo(1_005);
    }

    @Test
    void severalAnswersAreOneRequestThatIsCompleteWhenAllAreFinished() {
        RequestRecording recording = several(2);
        recording.item(60, of(0, false));
        recording.item(70, of(1, false));
        recording.item(100, of(0, true));
        recording.item(101, new StreamItem.Done());
        assertThat(recording.isDecided()).isFalse();
        recording.item(130, of(1, false));
        recording.item(160, of(1, true));
        recording.item(161, usage(12, 7));
        assertThat(recording.isDecided()).isTrue();
        RequestEvent event = numbered(recording.endedByServer(170));
        assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
        assertThat(event.ttftNanos()).as("the first content of any").hasValue(30);
        assertThat(event.e2eNanos()).as("the last of any").hasValue(130);
        assertThat(event.response().contentChunks()).isEqualTo(5);
        assertThat(event.response().chunkGaps().count())
                .as("gaps within an answer")
                .isEqualTo(3);
        assertThat(event.response().chunkGaps().sumNanos()).isEqualTo(40 + 60 + 30);
        assertThat(event.response().choices()).contains(new Choices(2, 40 + 90));
        assertThat(event.tpotNanos()).hasValue(130 / 5);
    }

    @Test
    void anAnswerThatIsMissingMakesItTruncatedAndOneThatNobodyAskedForCountsToo() {
        RequestRecording missing = several(3);
        missing.item(60, of(0, true));
        missing.item(70, of(1, true));
        assertFailed(missing.endedByServer(80), FailureKind.TRUNCATED);
        assertThat(numbered(several(3, 60, 70).endedByServer(80)).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed ->
                                assertThat(failed.detail()).contains("the stream ended with 2 of 3 answers finished"));
        RequestRecording more = streaming();
        more.item(60, of(0, true));
        more.item(70, of(1, false));
        assertFailed(more.endedByServer(80), FailureKind.TRUNCATED);
    }

    private static RequestRecording several(int choices, long... finishedAt) {
        RequestRecording recording = new RequestRecording(
                SERIES,
                Attempt.first("r-1"),
                new ManualClock(1_000),
                true,
                10,
                20,
                new RequestRecording.Texts(TokenChoice.AUTO, Optional.empty(), false),
                Optional.empty(),
                choices);
        recording.sent(30);
        recording.headers(40, 200, true, OptionalLong.empty());
        recording.bytes(50);
        for (int i = 0; i < finishedAt.length; i++) {
            recording.item(finishedAt[i], of(i, true));
        }
        return recording;
    }

    private static StreamItem of(int choice, boolean last) {
        return new StreamItem.Chunk(
                choice,
                true,
                true,
                "",
                last ? Optional.of("stop") : Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static void assertFailed(EndedRequest ended, FailureKind kind) {
        assertThat(ended.outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.kind()).isEqualTo(kind));
    }

    private static StreamItem finish() {
        return new StreamItem.Chunk(true, true, "", Optional.of("stop"), Optional.empty(), Optional.empty());
    }

    private static StreamItem chunk(boolean content, boolean answer) {
        return new StreamItem.Chunk(content, answer, "", Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static StreamItem usage(long prompt, long output) {
        return new StreamItem.Chunk(
                false,
                false,
                "",
                Optional.empty(),
                Optional.of(new Usage(
                        OptionalLong.of(prompt), OptionalLong.of(output), OptionalLong.empty(), OptionalLong.empty())),
                Optional.empty());
    }

    private static RequestRecording streaming() {
        RequestRecording recording = recording(true);
        recording.sent(30);
        recording.headers(40, 200, true, OptionalLong.empty());
        recording.bytes(50);
        return recording;
    }

    private static RequestRecording recording(boolean streaming) {
        return new RequestRecording(
                SERIES,
                Attempt.first("r-1"),
                new ManualClock(1_000),
                streaming,
                10,
                20,
                new RequestRecording.Texts(TokenChoice.AUTO, Optional.empty(), false));
    }

    private static RequestEvent numbered(EndedRequest ended) {
        return ended.numbered(new Origin("p", 1, 1));
    }
}
