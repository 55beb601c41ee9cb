package dev.plumbline.telemetry.scrape;

import dev.plumbline.contract.telemetry.SamplerState.FailureReason;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks for pages, apart from the event loops that stamp requests. Blocks its caller for no longer than the timeout,
 * whatever the other side does; takes no more bytes than allowed; follows no redirects, because headers may hold a secret.
 *
 * <p>Safe for any thread.
 */
public final class PageClient implements AutoCloseable {

    /** Longest body, in bytes. A vLLM page has 50 kB, one with many models and LoRA adapters a few MB. */
    public static final int MAX_BODY_BYTES = 8 << 20;

    private @Nullable HttpClient http;
    private boolean closed;

    /** Made with the first question, by who asks it: it takes a quarter of a second that the load need not wait for. */
    private synchronized HttpClient http() {
        HttpClient client = http;
        if (client == null) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
            http = client;
        }
        if (closed) {
            client.shutdownNow();
        }
        return client;
    }

    /** {@code GET}s a page. */
    public Fetched get(PageAddress address, Duration timeout) throws InterruptedException {
        return fetch(address, request(address, timeout).GET().build(), timeout);
    }

    /** Sends JSON with a method and reads the answer, which may take until the timeout. */
    public Fetched send(PageAddress address, String method, String json, Duration timeout) throws InterruptedException {
        return fetch(
                address,
                request(address, timeout)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                timeout);
    }

    /**
     * Posts JSON and hears the lines of the answer while they come.
     *
     * @param lines hears each line of an answer with status 200, on another thread; must be quick
     * @return an empty page when the answer came to its end
     */
    public Fetched stream(PageAddress address, String json, Consumer<String> lines, Duration timeout)
            throws InterruptedException {
        HttpRequest request = request(address, timeout)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        return fetch(
                address,
                request,
                info -> info.statusCode() == 200 ? new LineBody(lines) : new BoundedBody(MAX_BODY_BYTES),
                timeout);
    }

    private static HttpRequest.Builder request(PageAddress address, Duration timeout) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.uri()).timeout(timeout);
        address.headers().forEach(request::header);
        return request;
    }

    private Fetched fetch(PageAddress address, HttpRequest request, Duration timeout) throws InterruptedException {
        return fetch(address, request, info -> new BoundedBody(MAX_BODY_BYTES), timeout);
    }

    private Fetched fetch(
            PageAddress address,
            HttpRequest request,
            HttpResponse.BodyHandler<BoundedBody.Result> body,
            Duration timeout)
            throws InterruptedException {
        CompletableFuture<HttpResponse<BoundedBody.Result>> answer = http().sendAsync(request, body);
        try {
            HttpResponse<BoundedBody.Result> response = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return switch (response.body()) {
                case BoundedBody.Result.TooLong unused ->
                    new Fetched.Failure(
                            FailureReason.TOO_LARGE, "more than " + MAX_BODY_BYTES + " bytes at " + address);
                case BoundedBody.Result.Whole whole -> judged(address, response.statusCode(), whole);
            };
        } catch (TimeoutException e) {
            answer.cancel(true);
            return new Fetched.Failure(
                    FailureReason.TIMEOUT, "no answer within " + timeout.toMillis() + " ms at " + address);
        } catch (ExecutionException e) {
            return failure(address, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        }
    }

    private static Fetched judged(PageAddress address, int status, BoundedBody.Result.Whole whole) {
        String body = new String(whole.bytes().toArray(), StandardCharsets.UTF_8);
        if (status == 200) {
            return new Fetched.Page(body);
        }
        String words = body.lines()
                .findFirst()
                .map(line -> ": " + bounded(address.redacted(line)))
                .orElse("");
        return new Fetched.Failure(FailureReason.HTTP_STATUS, "status " + status + " at " + address + words);
    }

    private static Fetched failure(PageAddress address, Throwable cause) {
        boolean late = cause instanceof java.net.http.HttpTimeoutException;
        boolean io = cause instanceof IOException;
        return new Fetched.Failure(
                late ? FailureReason.TIMEOUT : io ? FailureReason.CONNECT : FailureReason.UNREADABLE,
                cause.getClass().getSimpleName()
                        + Optional.ofNullable(cause.getMessage())
                                .map(text -> " (" + bounded(address.redacted(text)) + ")")
                                .orElse("")
                        + " at " + address);
    }

    private static String bounded(String text) {
        return text.length() <= 120 ? text : text.substring(0, 120);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (http != null) {
            http.shutdownNow();
        }
    }
}
