package dev.plumbline.probe;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.http.BoundedBody;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Locale;
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
        RequestParameters parameters = RequestParameters.of(
                known.chosen().orElseThrow().model(), address.wanted().streamed(), TOKENS, 0);
        EndpointType type = known.endpointType().orElseThrow();
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
                case Answer.Streamed streamed -> judge(streamed.read(), sentNanos);
                case Answer.Refusal refusal ->
                    context.httpFailures()
                            .refused(TargetClient.answered(
                                    protocol.method() + " " + address.url().path(protocol.endpointType()),
                                    response.statusCode(),
                                    response.headers(),
                                    refusal.body()));
            };
        } catch (ExecutionException e) {
            return NetworkFailures.of(TargetClient.cause(e), address.url(), within);
        }
    }

    private BodySubscriber<Answer> reader(Protocol protocol, HttpResponse.ResponseInfo info) {
        boolean page = info.headers()
                .firstValue("content-type")
                .filter(type -> type.toLowerCase(Locale.ROOT).contains("html"))
                .isPresent();
        return info.statusCode() == 200 && !page
                ? BodySubscribers.mapping(new ShortAnswer(protocol, info, nanos), Answer.Streamed::new)
                : BodySubscribers.mapping(new BoundedBody(TargetClient.MAX_BODY_BYTES), Answer.Refusal::new);
    }

    private StepOutcome judge(ShortAnswer.Read read, long sentNanos) {
        if (read.error().isPresent()) {
            return new Failed(
                    FailureKind.STREAM_ERROR,
                    "an error inside a 200 after " + read.chunks() + " chunks (\""
                            + Words.oneLine(
                                    address.credentials().redact(read.error().get()))
                            + "\"): look at the server's log");
        }
        if (read.malformed().isPresent()) {
            String why = read.malformed().get().replaceFirst(": \\w+Exception$", "");
            return new Failed(
                    FailureKind.MALFORMED,
                    "the answer cannot be understood (" + Words.oneLine(why) + "): try another --endpoint-type");
        }
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
        String tokens = read.outputTokens().isPresent()
                ? read.outputTokens().getAsLong() + " tokens"
                : read.chunks() + " chunks, no token counts";
        double firstNanos = read.firstContentNanos().getAsLong() - sentNanos;
        return new Passed(tokens + (streamed ? ", first after " : ", in one piece after ") + Words.elapsed(firstNanos)
                + ", finish reason " + Words.oneLine(read.finishReason().get()));
    }
}
