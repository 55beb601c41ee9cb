package dev.plumbline.probe;

import dev.plumbline.protocol.AnswerLimits;
import dev.plumbline.protocol.AnswerReader;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.ServerTimings;
import dev.plumbline.protocol.StreamItem;
import dev.plumbline.protocol.Usage;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.function.LongSupplier;

/** Reads an answer with the decoders of the measurement. Used by one thread at a time. */
final class ShortAnswer implements BodySubscriber<ShortAnswer.Read> {

    /** A few tokens were asked for. */
    static final AnswerLimits LIMITS = new AnswerLimits(1 << 20, 1 << 20, 4L << 20);

    /**
     * What was read.
     *
     * @param streamed whether it came as a stream
     * @param chunks chunks with content
     * @param firstContentNanos of the given clock
     * @param usage token counts of the server that can be true
     * @param trouble what says that something is wrong: an error, what cannot be understood, or an object of somebody else
     * @param remark on the label of the body, where it is not right
     * @param cut whether the connection broke
     */
    record Read(
            boolean streamed,
            long chunks,
            OptionalLong firstContentNanos,
            Optional<String> finishReason,
            Usage usage,
            Optional<StreamItem> trouble,
            Optional<String> remark,
            boolean cut) {}

    private final LongSupplier clock;
    private final AnswerReader reader;
    private final CompletableFuture<Read> result = new CompletableFuture<>();
    private long chunks;
    private OptionalLong firstContentNanos = OptionalLong.empty();
    private Optional<String> finishReason = Optional.empty();
    private Usage usage = Usage.NOTHING;
    private Optional<StreamItem> error = Optional.empty();
    private Optional<StreamItem> malformed = Optional.empty();
    private Optional<StreamItem> foreign = Optional.empty();
    private Optional<String> remark = Optional.empty();

    ShortAnswer(Protocol protocol, ResponseInfo info, LongSupplier clock) {
        this.clock = clock;
        this.reader = protocol.withLimits(LIMITS)
                .answer(info.statusCode(), info.headers().firstValue("content-type"), this::take);
    }

    @Override
    public CompletionStage<Read> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            reader.feed(bytes, 0, bytes.length);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        end(true);
    }

    @Override
    public void onComplete() {
        end(false);
    }

    private void take(StreamItem item) {
        switch (item) {
            case StreamItem.Chunk chunk -> {
                if (chunk.content()) {
                    chunks++;
                    if (firstContentNanos.isEmpty()) {
                        firstContentNanos = OptionalLong.of(clock.getAsLong());
                    }
                }
                finishReason = chunk.finishReason().or(() -> finishReason);
                // Ollama's native API counts in its timings only.
                chunk.usage()
                        .or(() -> chunk.timings().map(ServerTimings::tokens))
                        .ifPresent(told -> usage = told.fallingBackTo(usage));
            }
            case StreamItem.ServerError told -> error = error.or(() -> Optional.of(told));
            case StreamItem.Malformed found -> {
                malformed = malformed.or(() -> Optional.of(found));
                // Nothing more is taken; an endless answer must not be waited for.
                end(true);
            }
            case StreamItem.Foreign other -> foreign = foreign.or(() -> Optional.of(other));
            case StreamItem.Reframed found -> remark = Optional.of(found.remark());
            case StreamItem.Done ignored -> {}
        }
    }

    private void end(boolean cut) {
        reader.end(!cut);
        result.complete(new Read(
                reader.isStream(),
                chunks,
                firstContentNanos,
                finishReason,
                usage.beside(chunks),
                error.or(() -> malformed).or(() -> foreign),
                remark,
                cut));
    }
}
