package dev.plumbline.producer.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpClientConnection;

/**
 * Keeps interim responses from whoever waits for the answer: each 1xx (RFC 9110, 15.2), but not 101, which ends HTTP. It
 * stands behind the codec of a connection. On the connection's event loop only.
 */
final class InterimResponses extends ChannelInboundHandlerAdapter {

    private boolean skipping;

    private InterimResponses() {}

    /** Begins to skip them on a connection; does nothing where they are skipped or the connection has ended. */
    static void skipOn(HttpConnection connection) {
        ChannelPipeline pipeline = ((HttpClientConnection) connection).channel().pipeline();
        ChannelHandlerContext codec = pipeline.context(HttpClientCodec.class);
        if (codec != null && pipeline.get(InterimResponses.class) == null) {
            pipeline.addAfter(codec.name(), "interim-responses", new InterimResponses());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpResponse response) {
            skipping = response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && response.status().code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        }
        if (!skipping) {
            super.channelRead(context, message);
            return;
        }
        ReferenceCountUtil.release(message);
        skipping = !(message instanceof LastHttpContent);
    }
}
