package dev.plumbline.producer.client;

import dev.plumbline.producer.time.ProducerClock;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpClientConnection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop reads in one pass over its sockets: each read is stamped and set aside, and all are handed on, oldest
 * first, once the pass is over. Engines write a token of every sequence in one step, so that a pass is full just when stamps
 * matter; if each read were taken apart at once, TLS, HTTP and JSON of all before it would be in the stamp of the last.
 *
 * <p>It is the first in the pipeline of each connection that it watches. Everything that comes from the socket passes it in
 * order: a connection breaks only after what was read of it before has been handed on.
 *
 * <p>One event loop. Holds at most {@value #MOST_READS} reads and about {@value #MOST_BYTES} bytes; what is over that is handed
 * on in the middle of a pass.
 */
final class ReadPass {

    /** More than a pass over a thousand streams has, each of them one read and its end. */
    static final int MOST_READS = 4_096;

    static final int MOST_BYTES = 4 << 20;

    /** Stands for the end of the reads of one connection in this pass. */
    private static final Object COMPLETE = new Object();

    private final ProducerClock clock;
    private final Runnable afterPass = this::afterPass;
    private @Nullable ChannelHandlerContext[] readOn = new ChannelHandlerContext[64];
    private @Nullable Object[] reads = new Object[64];
    private long[] arrivedNanos = new long[64];
    private byte[] copied = new byte[4_096];
    private int first;
    private int end;
    private long bytes;
    private long newestNanos;
    private boolean isPosted;
    private boolean isHandingOn;

    ReadPass(ProducerClock clock) {
        this.clock = clock;
    }

    /** Begins to watch a connection; does nothing where it is watched or the connection has ended. */
    void watch(HttpConnection connection) {
        ChannelPipeline pipeline = ((HttpClientConnection) connection).channel().pipeline();
        if (pipeline.channel().isActive() && pipeline.get(Reads.class) == null) {
            pipeline.addFirst("read-pass", reads());
        }
    }

    /** What stands in a pipeline. */
    Reads reads() {
        return new Reads();
    }

    /** When the bytes came that are being handed on; now, where none are. */
    long arrivedNanos() {
        return isHandingOn ? arrivedNanos[first] : clock.nanos();
    }

    /** A copy of bytes, from 0 on; until it is asked again. */
    byte[] bytesOf(ByteBuf piece) {
        int length = piece.readableBytes();
        if (length > copied.length) {
            copied = new byte[Math.max(2 * copied.length, length)];
        }
        piece.getBytes(piece.readerIndex(), copied, 0, length);
        return copied;
    }

    /**
     * Hands on what was read, before somebody acts on what is known so far. From inside of what it hands on it does nothing:
     * the rest follows in its order.
     */
    void handOn() {
        if (isHandingOn) {
            return;
        }
        isHandingOn = true;
        try {
            for (; first < end; first++) {
                handOn(readOn[first], reads[first]);
            }
        } finally {
            isHandingOn = false;
            clear();
        }
    }

    private static void handOn(@Nullable ChannelHandlerContext context, @Nullable Object read) {
        if (context == null || read == null) {
            return;
        }
        if (read == COMPLETE) {
            context.fireChannelReadComplete();
        } else {
            // Netty tells what this throws to the connection that it is of.
            context.fireChannelRead(read);
        }
    }

    private void clear() {
        Arrays.fill(readOn, 0, end, null);
        Arrays.fill(reads, 0, end, null);
        first = 0;
        end = 0;
        bytes = 0;
    }

    private void afterPass() {
        isPosted = false;
        handOn();
    }

    private void add(ChannelHandlerContext context, Object read) {
        if (end == reads.length) {
            int longer = 2 * end;
            readOn = Arrays.copyOf(readOn, longer);
            reads = Arrays.copyOf(reads, longer);
            arrivedNanos = Arrays.copyOf(arrivedNanos, longer);
        }
        readOn[end] = context;
        reads[end] = read;
        arrivedNanos[end] = newestNanos;
        end++;
        if (end >= MOST_READS || bytes > MOST_BYTES) {
            handOn();
        } else if (!isPosted) {
            // Netty runs what is posted in a pass when the pass is over.
            context.executor().execute(afterPass);
            isPosted = true;
        }
    }

    /** One connection's place in it. */
    final class Reads extends ChannelInboundHandlerAdapter {

        private Reads() {}

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) {
            newestNanos = clock.nanos();
            if (read instanceof ByteBuf buffer) {
                bytes += buffer.capacity();
            }
            add(context, read);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            add(context, COMPLETE);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            handOn();
            super.userEventTriggered(context, event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
            handOn();
            super.exceptionCaught(context, cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) throws Exception {
            handOn();
            super.channelInactive(context);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            handOn();
        }
    }
}
