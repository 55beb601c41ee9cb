package dev.plumbline.producer.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.producer.time.ManualClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a pass hands on, in which order, and with which stamps. */
class ReadPassTest {

    private static final long MILLI = 1_000_000;

    private final ManualClock clock = new ManualClock(1_000);
    private final ReadPass pass = new ReadPass(clock);
    private final List<String> seen = new ArrayList<>();

    /** Takes a millisecond over each read. */
    private final class Decoder extends ChannelInboundHandlerAdapter {

        private final String name;

        Decoder(String name) {
            this.name = name;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) {
            seen.add(name + " " + ((ByteBuf) read).readByte() + " at " + pass.arrivedNanos() / MILLI);
            ReferenceCountUtil.release(read);
            clock.advanceMillis(1);
            pass.handOn();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            seen.add(name + " complete");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            seen.add(name + " broken");
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            seen.add(name + " gone");
        }
    }

    private EmbeddedChannel channel(String name) {
        EmbeddedChannel channel = new EmbeddedChannel(pass.reads(), new Decoder(name));
        // Else it runs what is posted at the end of each read.
        channel.config().setAutoRead(false);
        return channel;
    }

    private void read(EmbeddedChannel channel, int... numbers) {
        for (int number : numbers) {
            channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(new byte[] {(byte) number}));
        }
        channel.pipeline().fireChannelReadComplete();
    }

    @Test
    void everythingIsStampedWhenItIsReadAndHandedOnInOrderWhenThePassIsOver() {
        EmbeddedChannel a = channel("a");
        EmbeddedChannel b = channel("b");
        read(a, 1, 2);
        clock.advanceMillis(5);
        read(b, 3);
        assertThat(seen).isEmpty();
        a.runPendingTasks();
        assertThat(seen).containsExactly("a 1 at 0", "a 2 at 0", "a complete", "b 3 at 5", "b complete");
        read(b, 4);
        b.runPendingTasks();
        a.runPendingTasks();
        assertThat(seen).endsWith("b complete", "b 4 at 8", "b complete").hasSize(7);
    }

    @Test
    void whereNothingIsHandedOnItIsNow() {
        clock.advanceMillis(7);
        assertThat(pass.arrivedNanos()).isEqualTo(7 * MILLI);
    }

    @Test
    void aConnectionBreaksOrEndsBehindWhatWasReadOfIt() {
        EmbeddedChannel a = channel("a");
        read(a, 1);
        a.pipeline().fireExceptionCaught(new IOException("Connection reset"));
        read(a, 2);
        var unused = a.close();
        a.runPendingTasks();
        assertThat(seen).containsExactly("a 1 at 0", "a complete", "a broken", "a 2 at 1", "a complete", "a gone");
    }

    @Test
    void nothingThatWasReadIsLostWithItsPlace() {
        EmbeddedChannel a = channel("a");
        read(a, 1);
        a.pipeline().removeFirst();
        assertThat(seen).containsExactly("a 1 at 0", "a complete");
    }

    @Test
    void aPassIsBoundedInReadsAndInBytes() {
        EmbeddedChannel a = channel("a");
        for (int i = 1; i < ReadPass.MOST_READS / 2; i++) {
            read(a, 1);
        }
        assertThat(seen).isEmpty();
        read(a, 1);
        assertThat(seen).hasSize(ReadPass.MOST_READS);
        seen.clear();
        a.pipeline().fireChannelRead(Unpooled.buffer(ReadPass.MOST_BYTES).writeByte(2));
        assertThat(seen).isEmpty();
        a.pipeline().fireChannelRead(Unpooled.buffer(1).writeByte(3));
        assertThat(seen).hasSize(2);
    }

    /** Netty tells what a read throws to the connection that it is of. */
    @Test
    void aReadThatCannotBeTakenStopsNoOther() {
        EmbeddedChannel a = channel("a");
        EmbeddedChannel b = channel("b");
        a.pipeline().fireChannelRead(Unpooled.EMPTY_BUFFER);
        read(b, 1);
        a.runPendingTasks();
        assertThat(seen).containsExactly("a broken", "b 1 at 0", "b complete");
    }
}
