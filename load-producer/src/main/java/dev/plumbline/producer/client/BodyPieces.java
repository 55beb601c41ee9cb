package dev.plumbline.producer.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpClientConnection;
import io.vertx.core.impl.ContextInternal;
import org.jspecify.annotations.Nullable;

/**
 * Takes the pieces of a body off the way to the HTTP client, which would copy each one and queue it, and hands them to who reads
 * the answer. The client sees the head and the end, as of an answer without a body; a piece that is not as HTTP says it sees, too.
 *
 * <p>It stands behind {@link InterimResponses}. On the connection's event loop only.
 */
final class BodyPieces extends ChannelInboundHandlerAdapter {

    private @Nullable ContextInternal context;
    private @Nullable Handler<ByteBuf> reader;

    private BodyPieces() {}

    /** Those of a connection whose interim responses are skipped. */
    static BodyPieces of(HttpConnection connection) {
        ChannelPipeline pipeline = ((HttpClientConnection) connection).channel().pipeline();
        BodyPieces known = pipeline.get(BodyPieces.class);
        if (known != null) {
            return known;
        }
        BodyPieces first = new BodyPieces();
        ChannelHandlerContext before = pipeline.context(InterimResponses.class);
        if (before != null) {
            pipeline.addAfter(before.name(), "body-pieces", first);
        }
        return first;
    }

    /**
     * The answer has begun whose pieces go to {@code by}, until its end. To be called where the client tells of its head.
     *
     * @param by takes bytes that are valid during the call only
     */
    void readBy(Handler<ByteBuf> by) {
        context = ContextInternal.current();
        reader = by;
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object message) throws Exception {
        ContextInternal inside = context;
        Handler<ByteBuf> by = reader;
        if (inside == null
                || by == null
                || !(message instanceof HttpContent piece)
                || piece.decoderResult().isFailure()) {
            super.channelRead(channel, message);
            return;
        }
        ByteBuf bytes = piece.content();
        boolean isLast = piece instanceof LastHttpContent;
        if (isLast) {
            reader = null;
        }
        if (bytes.isReadable()) {
            inside.emit(bytes, by);
        }
        if (isLast) {
            bytes.skipBytes(bytes.readableBytes());
            super.channelRead(channel, message);
        } else {
            ReferenceCountUtil.release(piece);
        }
    }
}
