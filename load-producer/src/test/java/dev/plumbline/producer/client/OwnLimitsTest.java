package dev.plumbline.producer.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.OwnLimit;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Failures as the JDK and Netty put them. */
class OwnLimitsTest {

    private static ChannelException unopened(String why) {
        return new ChannelException("Failed to open a socket.", new SocketException(why));
    }

    @Test
    void namesWhatThisMachineHasTooLittleOf() {
        assertThat(OwnLimits.of(unopened("Too many open files"), false)).contains(OwnLimit.OPEN_FILES);
        assertThat(OwnLimits.of(unopened("Too many open files in system"), false))
                .contains(OwnLimit.OPEN_FILES);
        assertThat(OwnLimits.of(unopened("Cannot allocate memory"), false)).contains(OwnLimit.MEMORY);
        assertThat(OwnLimits.of(new IOException("No buffer space available"), true))
                .contains(OwnLimit.MEMORY);
        assertThat(OwnLimits.of(new IOException(new OutOfMemoryError("Direct buffer memory")), true))
                .contains(OwnLimit.MEMORY);
        assertThat(OwnLimits.of(new BindException("Cannot assign requested address: /10.0.0.1:80"), true))
                .contains(OwnLimit.PORTS);
    }

    @Test
    void aSocketThatCannotBeOpenedIsOursInWhateverLanguageTheMachineSaysWhy() {
        assertThat(OwnLimits.of(unopened("Zu viele offene Dateien"), false)).contains(OwnLimit.OTHER);
    }

    /** As it was captured where twelve ports were all there were, at the first connections of a run. */
    @Test
    void portsMayBeUsedUpBeforeTheFirstConnectionStands() {
        SocketException captured = new SocketException("Cannot assign requested address: /127.0.0.1:40003");
        captured.initCause(new BindException("Cannot assign requested address"));
        assertThat(OwnLimits.of(captured, false)).contains(OwnLimit.PORTS);
    }

    @Test
    void anAddressThatDoesNotWorkFromHereIsNoWantOfPorts() {
        // A link-local address without its link.
        assertThat(OwnLimits.of(new BindException("Cannot assign requested address: /[fe80:0:0:0:0:0:0:1]:80"), false))
                .isEmpty();
        assertThat(OwnLimits.of(new BindException("Cannot assign requested address"), false))
                .isEmpty();
        assertThat(OwnLimits.of(new BindException("Cannot assign requested address: /999.1.1.1:80"), false))
                .isEmpty();
    }

    @Test
    void whatTheTargetOrTheWayToItRefusesIsNotOurs() {
        for (Throwable other : List.of(
                new ConnectException("Connection refused"),
                new SocketException("Connection reset"),
                new IOException("Broken pipe"),
                new ChannelException())) {
            assertThat(OwnLimits.of(other, true)).as("%s", other).isEmpty();
        }
    }
}
