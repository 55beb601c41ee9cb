package dev.plumbline.probe;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.http.BoundedBody;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import dev.plumbline.protocol.StreamItem;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;

/** One short answer, read as a measurement would: it must stream, hold something, and end with a finish reason. */
final class AnswerStep implements ProbeStep {

    /** Longest answer that is asked for. */
    private static final int TOKENS = 16;

    private static final String PROMPT = "Count from one to five.";

    private final ProbeContext context;
    private final TargetAddress address;
    private final Duration within;
    private final LongSupplier nanos;

    AnswerStep(ProbeContext context) {
        this.context = context;
        this.address = context.address();
        this.within = context.timeouts().answer();
        this.nanos = context.nanos();
    }

    private sealed interface Answer {
        record Streamed(ShortAnswer.Read read) implements Answer {}

        record Refusal(byte[] body) implements Answer {}
    }

    @Override
    public Step step() {
        return Step.ANSWER;
    }

    @Override
    public Needs needs() {
        return Needs.of("protocol and model", Step.PROTOCOL, Step.MODEL);
    }

    @Override
    public StepEnd run(Findings known) throws InterruptedException {
        EndpointType type = known.endpointType().orElseThrow();
        RequestParameters parameters = new RequestParameters(
                known.chosen().orElseThrow().model(),
                address.wanted().streamed(),
                TOKENS,
                address.wanted()
                        .generation()
                        .ofShortAnswer()
                        .at(type, address.url().host()));
        return StepEnd.of(
                ask(
                        type == EndpointType.GENERIC
                                ? Protocol.generic(address.wanted().generic().orElseThrow(), parameters)
                                : Protocol.of(type, parameters)),
                known);
    }

    private StepOutcome ask(Protocol protocol) throws InterruptedException {
        long sentNanos = nanos.getAsLong();
        try {
            HttpResponse<Answer> response = context.client()
                    .speak(protocol, PROMPT, within, info -> reader(protocol, info))
                    .get();
            return switch (response.body()) {
                case Answer.Streamed streamed ->
                    trouble(streamed.read(), asked(protocol)).orElseGet(() -> judge(streamed.read(), sentNanos));
                case Answer.Refusal refusal ->
                    context.httpFailures()
                            .refused(TargetClient.answered(
                                    asked(protocol), response.statusCode(), response.headers(), refusal.body()));
            };
        } catch (ExecutionException e) {
            return NetworkFailures.of(TargetClient.cause(e), address.url(), within);
        }
    }

    private String asked(Protocol protocol) {
        return protocol.method() + " "
                + (protocol.endpointType() == EndpointType.GENERIC
                        ? address.url()
                                .endpointType()
                                .map(address.url()::path)
                                .orElse(address.url().base())
                        : address.url().path(protocol.endpointType()));
    }

    private BodySubscriber<Answer> reader(Protocol protocol, HttpResponse.ResponseInfo info) {
        return info.statusCode() == 200
                ? BodySubscribers.mapping(new ShortAnswer(protocol, info, nanos), Answer.Streamed::new)
                : BodySubscribers.mapping(new BoundedBody(TargetClient.MAX_BODY_BYTES), Answer.Refusal::new);
    }

    /** What says by itself that something is wrong. */
    private Optional<StepOutcome> trouble(ShortAnswer.Read read, String asked) {
        return read.trouble().flatMap(item -> switch (item) {
            case StreamItem.ServerError error ->
                Optional.of(told(read, asked, error.message(), error.refusesAdmission()));
            case StreamItem.Malformed bad ->
                Optional.of(
                        bad.isPage()
                                ? new Failed(
                                        FailureKind.NOT_AN_LLM_ENDPOINT,
                                        asked + " answers with " + said(bad.reason()) + ": "
                                                + address.url().base()
                                                + " is a site or a log-in, give the URL of the API")
                                : new Failed(
                                        FailureKind.MALFORMED,
                                        "the answer cannot be understood (" + said(bad.reason())
                                                + "): try another --endpoint-type"));
            case StreamItem.Foreign other -> {
                if (read.chunks() > 0 && read.finishReason().isPresent()) {
                    yield Optional.empty();
                }
                yield Optional.of(
                        other.isMessage()
                                ? told(read, asked, other.words(), other.refusesAdmission())
                                : new Failed(
                                        FailureKind.EMPTY,
                                        "the answer has nothing of this API in it (" + said(other.words())
                                                + "): try another --endpoint-type"));
            }
            case StreamItem.Chunk unused -> Optional.empty();
            case StreamItem.Done unused -> Optional.empty();
            case StreamItem.Reframed unused -> Optional.empty();
        });
    }

    private Failed told(ShortAnswer.Read read, String asked, String words, boolean refusesAdmission) {
        return refusesAdmission && read.chunks() == 0
                ? new Failed(
                        FailureKind.BUSY,
                        asked + " answers 200 and refuses inside it (\"" + said(words)
                                + "\"): it takes nothing on now; wait, or look at its log")
                : new Failed(
                        FailureKind.STREAM_ERROR,
                        "an error inside a 200 after " + read.chunks() + " chunks (\"" + said(words)
                                + "\"): look at the server's log");
    }

    private String said(String words) {
        return Words.oneLine(address.credentials().redact(words));
    }

    private StepOutcome judge(ShortAnswer.Read read, long sentNanos) {
        if (read.cut() || read.finishReason().isEmpty()) {
            return new Failed(
                    FailureKind.TRUNCATED,
                    "the answer ends after " + read.chunks() + " chunks without a finish reason: the engine or a proxy"
                            + " cut it; look at their logs");
        }
        if (read.firstContentNanos().isEmpty()) {
            return new Failed(
                    FailureKind.EMPTY,
                    "the answer is empty (finish reason "
                            + Words.oneLine(read.finishReason().get())
                            + "): try another --model, or look at its chat template");
        }
        boolean streamed = address.wanted().streamed();
        if (streamed && !read.streamed()) {
            return new Failed(
                    FailureKind.NOT_STREAMED,
                    "the answer comes in one piece although a stream was asked for, so that no first token can be"
                            + " timed: switch streaming on in the server or the gateway in front of it, or measure whole answers with"
                            + " --no-streaming");
        }
        String tokens = read.usage().output().isPresent()
                ? read.usage().output().getAsLong() + " tokens"
                : read.chunks() + " chunks, "
                        + read.usage()
                                .refused()
                                .map(why -> "token counts that are not believed (" + why + ")")
                                .orElse("no token counts")
                        + ": a run would count chunks as tokens";
        double firstNanos = read.firstContentNanos().getAsLong() - sentNanos;
        return new Passed(tokens + (streamed ? ", first after " : ", in one piece after ") + Words.elapsed(firstNanos)
                + ", finish reason " + Words.oneLine(read.finishReason().get())
                + read.remark().map(remark -> "; " + Words.oneLine(remark)).orElse(""));
    }
}
