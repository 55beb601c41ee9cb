package dev.plumbline.telemetry.scrape;

import dev.plumbline.contract.wire.Bytes;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells the lines of a body while they come, and keeps none. A line that is too long ends it. One thread at a time. */
final class LineBody implements HttpResponse.BodySubscriber<BoundedBody.Result> {

    private static final int MAX_LINE_BYTES = 64 << 10;

    private final Consumer<String> lines;
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private final CompletableFuture<BoundedBody.Result> result = new CompletableFuture<>();
    private int length;
    private Flow.@Nullable Subscription subscription;

    LineBody(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public CompletionStage<BoundedBody.Result> getBody() {
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
            while (buffer.hasRemaining() && !result.isDone()) {
                byte next = buffer.get();
                if (next == '\n') {
                    tell();
                } else if (length == MAX_LINE_BYTES) {
                    result.complete(new BoundedBody.Result.TooLong());
                    Flow.Subscription open = subscription;
                    if (open != null) {
                        open.cancel();
                    }
                } else {
                    line[length++] = next;
                }
            }
        }
    }

    private void tell() {
        String text = new String(line, 0, length, StandardCharsets.UTF_8).strip();
        length = 0;
        if (!text.isEmpty()) {
            lines.accept(text);
        }
    }

    @Override
    public void onError(Throwable failure) {
        result.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        if (!result.isDone()) {
            tell();
        }
        result.complete(new BoundedBody.Result.Whole(Bytes.of(new byte[0])));
    }
}
