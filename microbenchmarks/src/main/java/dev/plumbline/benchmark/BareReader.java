package dev.plumbline.benchmark;

import dev.plumbline.contract.series.LoadPoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * As little as a reader of streamed answers can do: one event loop, HTTP framing, a search for the first content, two stamps. What it
 * misses by is what the machine and Netty cost.
 *
 * <p>{@code BareReader HOST PORT MODEL LOAD WARMUP_SECONDS SECONDS FILE}; a line {@code id,sent,firstContent,chunks} a request. Requests
 * of the warm-up are not written.
 */
final class BareReader {

    private static final byte[] CONTENT = "\"content\":\"".getBytes(StandardCharsets.US_ASCII);

    private final String host;
    private final int port;
    private final byte[] body;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final Deque<Channel> idle = new ArrayDeque<>();
    private final List<Sighting> seen = new ArrayList<>();
    private final long measuredFromNanos;
    private final long endNanos;
    private long number;

    private BareReader(String host, int port, String model, EventLoop loop, long warmupNanos, long spanNanos) {
        this.host = host;
        this.port = port;
        this.loop = loop;
        this.body = ("{\"model\":\"" + model + "\",\"stream\":true,\"max_tokens\":4096,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"say something\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        this.bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpClientCodec());
                    }
                });
        this.measuredFromNanos = System.nanoTime() + warmupNanos;
        this.endNanos = measuredFromNanos + spanNanos;
    }

    public static void main(String[] args) throws Exception {
        EventLoopGroup group = new NioEventLoopGroup(1);
        BareReader reader = new BareReader(
                args[0],
                Integer.parseInt(args[1]),
                args[2],
                group.next(),
                TimeUnit.SECONDS.toNanos(Long.parseLong(args[4])),
                TimeUnit.SECONDS.toNanos(Long.parseLong(args[5])));
        reader.loop.execute(() -> reader.start(LoadPoint.parse(args[3])));
        long grace = TimeUnit.SECONDS.toNanos(5);
        TimeUnit.NANOSECONDS.sleep(reader.endNanos - System.nanoTime() + grace);
        List<Sighting> seen = reader.loop.submit(() -> List.copyOf(reader.seen)).get(10, TimeUnit.SECONDS);
        write(Path.of(args[6]), seen);
        var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private void start(LoadPoint load) {
        switch (load) {
            case LoadPoint.ClosedLoop streams -> {
                for (int i = 0; i < streams.concurrency(); i++) {
                    send(true);
                }
            }
            case LoadPoint.OpenLoop rate -> pace(System.nanoTime(), 0, 1e9 / rate.requestsPerSecond());
            case LoadPoint.Trace trace -> throw unread(trace);
            case LoadPoint.ShapedRate shaped -> throw unread(shaped);
            case LoadPoint.ShapedSlots shaped -> throw unread(shaped);
            case LoadPoint.Other other -> throw unread(other);
        }
    }

    private static IllegalArgumentException unread(LoadPoint load) {
        return new IllegalArgumentException("a bare reader does not make the load " + load.key());
    }

    /** Everything that is due by now, then the rest when it is. */
    private void pace(long startNanos, long ordinal, double gapNanos) {
        long next = ordinal;
        long now = System.nanoTime();
        while (startNanos + (long) (next * gapNanos) <= now && now < endNanos) {
            send(false);
            next++;
        }
        if (now < endNanos) {
            long from = next;
            long ahead = Math.max(1, startNanos + (long) (next * gapNanos) - now);
            var unused = loop.schedule(() -> pace(startNanos, from, gapNanos), ahead, TimeUnit.NANOSECONDS);
        }
    }

    private void send(boolean again) {
        Channel channel = idle.poll();
        if (channel != null && channel.isActive()) {
            write(channel, again);
            return;
        }
        var unused = bootstrap.connect(host, port).addListener(connected -> {
            if (!connected.isSuccess()) {
                // A reader with fewer streams than were asked for measures something else.
                System.err.println("no connection to " + host + ":" + port + ": " + connected.cause());
                Runtime.getRuntime().halt(4);
            }
            write(((ChannelFuture) connected).channel(), again);
        });
    }

    private void write(Channel channel, boolean again) {
        String id = "bare-" + ProcessHandle.current().pid() + "-" + number++;
        channel.pipeline().addLast("answer", new Answer(id, again));
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/chat/completions", Unpooled.wrappedBuffer(body));
        request.headers()
                .set(HttpHeaderNames.HOST, host + ":" + port)
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set("X-Request-Id", id);
        var unused = channel.writeAndFlush(request);
    }

    /** One answer on its connection. */
    private final class Answer extends SimpleChannelInboundHandler<HttpObject> {

        private final String id;
        private final boolean again;
        private final long sentNanos = System.nanoTime();
        private long firstContentNanos;
        private long chunks;

        Answer(String id, boolean again) {
            this.id = id;
            this.again = again;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
            if (part instanceof HttpContent content) {
                long now = System.nanoTime();
                if (content.content().isReadable() && hasContent(content.content())) {
                    chunks++;
                    firstContentNanos = firstContentNanos == 0 ? now : firstContentNanos;
                }
            }
            if (part instanceof LastHttpContent) {
                end(context.channel());
            }
        }

        private void end(Channel channel) {
            if (firstContentNanos != 0 && sentNanos >= measuredFromNanos && sentNanos < endNanos) {
                seen.add(new Sighting(id, sentNanos, firstContentNanos, chunks));
            }
            channel.pipeline().remove("answer");
            idle.push(channel);
            if (again && System.nanoTime() < endNanos) {
                send(true);
            }
        }

        private boolean hasContent(ByteBuf bytes) {
            int end = bytes.writerIndex() - CONTENT.length;
            for (int i = bytes.readerIndex(); i < end; i++) {
                int matched = 0;
                while (matched < CONTENT.length && bytes.getByte(i + matched) == CONTENT[matched]) {
                    matched++;
                }
                if (matched == CONTENT.length) {
                    return bytes.getByte(i + matched) != '"';
                }
            }
            return false;
        }
    }

    private static void write(Path file, List<Sighting> seen) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Sighting each : seen) {
                out.write(each.id() + "," + each.sentNanos() + "," + each.firstContentNanos() + ","
                        + each.contentChunks());
                out.newLine();
            }
        }
    }
}
