package dev.plumbline.producer.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpClientConnection;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one connection that may carry more than one request: how many answers it carried, how long the server
 * keeps it, and whether anything was heard since the last request. It stands in the connection's pipeline between TLS and
 * HTTP, because nothing above tells half a head from silence. On the connection's event loop only.
 */
final class KeptConnection extends ChannelDuplexHandler {

    private static final Pattern TIMEOUT = Pattern.compile("(?i)(?:^|[\\s,;])timeout\\s*=\\s*(\\d{1,9})(?!\\d)");
    private static final Pattern MAX = Pattern.compile("(?i)(?:^|[\\s,;])max\\s*=\\s*(\\d{1,9})(?!\\d)");

    /** How much sooner than the server we end it: its clock began to run before ours, when it wrote. */
    private static final long MARGIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ConnectionReuse reuse;
    private final LongSupplier arrivedNanos;
    private long takenNanos;
    private long answers;
    private long mostAnswers = Long.MAX_VALUE;
    private long idleLimitNanos;
    private long idleSinceNanos;
    private boolean taken;
    private boolean heard;
    private boolean promised;
    private boolean unfit;
    private boolean hasEnded;

    private KeptConnection(ConnectionReuse reuse, LongSupplier arrivedNanos) {
        this.reuse = reuse;
        this.arrivedNanos = arrivedNanos;
        this.idleLimitNanos = TimeUnit.SECONDS.toNanos(reuse.idleSeconds());
    }

    /**
     * What is known of a connection; begins to watch it when nothing is.
     *
     * @param arrivedNanos when the bytes came that are being handed on
     */
    static KeptConnection of(HttpConnection connection, ConnectionReuse reuse, LongSupplier arrivedNanos) {
        Channel channel = ((HttpClientConnection) connection).channel();
        ChannelPipeline pipeline = channel.pipeline();
        KeptConnection known = pipeline.get(KeptConnection.class);
        if (known != null) {
            return known;
        }
        KeptConnection first = new KeptConnection(reuse, arrivedNanos);
        ChannelHandlerContext codec = pipeline.context(HttpClientCodec.class);
        if (codec == null) {
            // It ended in this moment and was taken apart.
            first.unfit = true;
        } else {
            pipeline.addBefore(codec.name(), "kept-connection", first);
        }
        return first;
    }

    /** Takes it for a request; false when it must not carry one more. */
    boolean take(long nowNanos) {
        boolean fit = !unfit
                && !hasEnded
                && (answers == 0 || (answers < mostAnswers && nowNanos - idleSinceNanos < idleLimitNanos));
        taken = true;
        takenNanos = nowNanos;
        heard = false;
        return fit;
    }

    /** Whether it carried an answer before, and has said nothing since it was taken. */
    boolean isReusedAndUnheard() {
        return answers > 0 && !heard;
    }

    /** An answer began: what it says of the connection is noted. */
    void answering(HttpClientResponse response) {
        String connection = response.getHeader("Connection");
        promised =
                response.version() == HttpVersion.HTTP_1_1 ? !has(connection, "close") : has(connection, "keep-alive");
        unfit |= !promised;
        String keepAlive = response.getHeader("Keep-Alive");
        if (keepAlive != null) {
            OptionalLong timeoutSeconds = number(TIMEOUT, keepAlive);
            if (timeoutSeconds.isPresent()) {
                long nanos = TimeUnit.SECONDS.toNanos(timeoutSeconds.getAsLong());
                idleLimitNanos = Math.min(idleLimitNanos, nanos - Math.min(MARGIN_NANOS, nanos / 2));
            }
            // Some servers count it down, some repeat the total: read as whichever is less.
            OptionalLong max = number(MAX, keepAlive);
            if (max.isPresent()) {
                mostAnswers = Math.min(mostAnswers, answers + max.getAsLong());
            }
        }
    }

    /** The answer ended in an orderly way. */
    void answered(long atNanos) {
        taken = false;
        answers++;
        idleSinceNanos = atNanos;
        if (answers > 1) {
            reuse.promiseKept();
        }
    }

    private static boolean has(@Nullable String header, String token) {
        return header != null
                && Arrays.stream(header.split(","))
                        .anyMatch(part -> part.strip().toLowerCase(Locale.ROOT).equals(token));
    }

    private static OptionalLong number(Pattern pattern, String header) {
        Matcher matcher = pattern.matcher(header);
        return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (answers > 0 && (!taken || arrivedNanos.getAsLong() < takenNanos)) {
            // Nobody asked: whatever it is, it would be read as the answer to the next request.
            ReferenceCountUtil.release(message);
            hasEnded = true;
            var unused = context.close();
            return;
        }
        heard = true;
        super.channelRead(context, message);
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
        hasEnded = true;
        super.close(context, promise);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        endedByServer();
        super.exceptionCaught(context, cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        endedByServer();
        super.channelInactive(context);
    }

    private void endedByServer() {
        if (!hasEnded && answers == 1 && promised && !(taken && heard)) {
            reuse.promiseBroken();
        }
        hasEnded = true;
    }
}
