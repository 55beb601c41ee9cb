package dev.plumbline.telemetry.scrape;

import dev.plumbline.contract.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects a body as long as it is short enough, and hangs up when it is not. Called by one thread at a time. */
final class BoundedBody implements HttpResponse.BodySubscriber<BoundedBody.Result> {

    sealed interface Result {
        record Whole(Bytes bytes) implements Result {}

        record TooLong() implements Result {}
    }

    private final int maxBytes;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 << 10);
    private final CompletableFuture<Result> result = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;

    BoundedBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public CompletionStage<Result> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (result.isDone()) {
                return;
            }
            if (bytes.size() + (long) buffer.remaining() > maxBytes) {
                result.complete(new Result.TooLong());
                Flow.Subscription open = subscription;
                if (open != null) {
                    open.cancel();
                }
                return;
            }
            byte[] part = new byte[buffer.remaining()];
            buffer.get(part);
            bytes.writeBytes(part);
        }
    }

    @Override
    public void onError(Throwable failure) {
        result.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        result.complete(new Result.Whole(Bytes.of(bytes.toByteArray())));
    }
}
