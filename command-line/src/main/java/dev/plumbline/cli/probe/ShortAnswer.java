package dev.plumbline.cli.probe;

import dev.plumbline.protocol.OpenAiReader;
import dev.plumbline.protocol.SseDecoder;
import dev.plumbline.protocol.StreamItem;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Reads a streamed answer with the decoders of the measurement. Used by one thread at a time. */
final class ShortAnswer implements BodySubscriber<ShortAnswer.Read> {

    /** Longest answer that is read; a few tokens were asked for. */
    private static final long MAX_BYTES = 4L << 20;

    /**
     * What was read.
     *
     * @param chunks chunks with content
     * @param firstContentNanos of the given clock
     * @param problem an error of the server or something that cannot be understood
     * @param cut whether the connection broke
     */
    record Read(
            long chunks,
            OptionalLong firstContentNanos,
            Optional<String> finishReason,
            OptionalLong outputTokens,
            Optional<StreamItem> problem,
            boolean cut) {}

    private final LongSupplier clock;
    private final CompletableFuture<Read> result = new CompletableFuture<>();
    private final SseDecoder decoder = new SseDecoder(this::take);
    private @Nullable Subscription subscription;
    private long bytesTaken;
    private long chunks;
    private OptionalLong firstContentNanos = OptionalLong.empty();
    private Optional<String> finishReason = Optional.empty();
    private OptionalLong outputTokens = OptionalLong.empty();
    private Optional<StreamItem> problem = Optional.empty();

    ShortAnswer(LongSupplier clock) {
        this.clock = clock;
    }

    @Override
    public CompletionStage<Read> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            bytesTaken += bytes.length;
            if (!decoder.feed(bytes, 0, bytes.length) || bytesTaken > MAX_BYTES) {
                note(new StreamItem.Malformed("an endless event"));
                if (subscription != null) {
                    subscription.cancel();
                }
                end(true);
                return;
            }
        }
    }

    @Override
    public void onError(Throwable thrown) {
        end(true);
    }

    @Override
    public void onComplete() {
        decoder.endOfStream();
        end(false);
    }

    private void take(byte[] bytes, int offset, int length, boolean namedError) {
        StreamItem item = OpenAiReader.readEvent(bytes, offset, length, namedError);
        switch (item) {
            case StreamItem.Chunk chunk -> take(chunk);
            case StreamItem.ServerError ignored -> note(item);
            case StreamItem.Malformed ignored -> note(item);
            case StreamItem.Done ignored -> {}
        }
    }

    private void take(StreamItem.Chunk chunk) {
        if (chunk.content()) {
            chunks++;
            if (firstContentNanos.isEmpty()) {
                firstContentNanos = OptionalLong.of(clock.getAsLong());
            }
        }
        finishReason = chunk.finishReason().or(() -> finishReason);
        chunk.usage().ifPresent(usage -> outputTokens = usage.output().isPresent() ? usage.output() : outputTokens);
    }

    private void note(StreamItem item) {
        problem = problem.or(() -> Optional.of(item));
    }

    private void end(boolean cut) {
        result.complete(new Read(chunks, firstContentNanos, finishReason, outputTokens, problem, cut));
    }
}
