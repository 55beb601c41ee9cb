package dev.plumbline.benchmark;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A target that writes streamed chats as fast as they are taken: {@value #CHUNKS} chunks an answer, each an HTTP chunk of its own as
 * vLLM words it, from bytes that were made once. It knows one model and nothing else.
 *
 * <p>{@code FloodTarget MODEL}; says where it listens.
 */
final class FloodTarget {

    /** A few hundred answers a second for a reader that takes 100,000 chunks a second. */
    static final int CHUNKS = 256;

    private static final int CHUNKS_PER_WRITE = 32;

    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final String model;
    private final ByteBuf head;
    private final ByteBuf chunks;
    private final ByteBuf tail;

    private FloodTarget(String model) {
        this.model = model;
        this.head = bytes(HEAD + event(choice("\"role\":\"assistant\",\"content\":\"\"", "null")));
        this.chunks = bytes(event(choice("\"content\":\" token\"", "null")).repeat(CHUNKS_PER_WRITE));
        this.tail = bytes(event(choice("\"content\":\"\"", "\"length\"")) + event("[DONE]") + "0\r\n\r\n");
    }

    public static void main(String[] args) throws InterruptedException {
        FloodTarget target = new FloodTarget(args[0]);
        EventLoopGroup group = new NioEventLoopGroup(1);
        Channel listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1_024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpRequestDecoder())
                                .addLast(new HttpObjectAggregator(1 << 20))
                                .addLast(target.new Answers());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        System.out.println("READY target http://127.0.0.1:" + ((InetSocketAddress) listening.localAddress()).getPort());
        listening.closeFuture().sync();
    }

    private String choice(String delta, String finishReason) {
        return "{\"id\":\"chatcmpl-8f2c0f6d5a8d4c5f9a6b1c2d3e4f5a6b\",\"object\":\"chat.completion.chunk\",\"created\":1764547200,"
                + "\"model\":\"" + model + "\",\"choices\":[{\"index\":0,\"delta\":{" + delta
                + "},\"logprobs\":null,\"finish_reason\":" + finishReason + "}]}";
    }

    private static String event(String data) {
        String text = "data: " + data + "\n\n";
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static ByteBuf bytes(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(ascii.length).writeBytes(ascii).asReadOnly());
    }

    /** The answers on one connection, one at a time. */
    private final class Answers extends SimpleChannelInboundHandler<FullHttpRequest> {

        private int left;

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            if (request.method().equals(HttpMethod.POST) && request.uri().equals("/v1/chat/completions")) {
                if (request.content().readableBytes() < 16) {
                    whole(context, "400 Bad Request", "{\"error\":{\"message\":\"messages is required\"}}");
                    return;
                }
                write(context, head);
                left = CHUNKS;
                flood(context);
            } else if (request.uri().equals("/v1/models")) {
                whole(
                        context,
                        "200 OK",
                        "{\"object\":\"list\",\"data\":[{\"id\":\"" + model + "\",\"object\":\"model\"}]}");
            } else {
                whole(context, "404 Not Found", "{\"detail\":\"Not Found\"}");
            }
        }

        private void whole(ChannelHandlerContext context, String status, String json) {
            String text = "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: "
                    + json.length() + "\r\n\r\n" + json;
            var unused = context.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (left > 0) {
                flood(context);
            }
        }

        private void write(ChannelHandlerContext context, ByteBuf bytes) {
            var unused = context.write(bytes.duplicate());
        }

        /** As much as the other side takes, then again when it has taken it. */
        private void flood(ChannelHandlerContext context) {
            while (left > 0 && context.channel().isWritable()) {
                left -= CHUNKS_PER_WRITE;
                write(context, chunks);
                if (left == 0) {
                    write(context, tail);
                }
            }
            context.flush();
        }
    }
}
