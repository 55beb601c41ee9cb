package dev.plumbline.producer.client;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.OwnLimit;
import io.netty.channel.ChannelException;
import java.net.BindException;
import java.util.Locale;
import java.util.Optional;

/** Tells what this machine had too little of from what a target, or the way to it, refused. */
final class OwnLimits {

    /** Causes have causes; a chain that goes in a circle is not followed for ever. */
    private static final int DEEPEST = 8;

    private OwnLimits() {}

    /**
     * Goes the way once while there is still enough of everything: classes are read from files, too, and one that is first
     * needed when no file can be opened is not found.
     */
    static void prepare() {
        var unused = of(new ChannelException("Failed to open a socket."), false).map(Outcome.Cancelled::by);
    }

    /**
     * What of this machine a connection failed by.
     *
     * @param hasConnected whether there was a connection to the same target before. An address that does not work from here
     *     fails in the same words as one for which all ports are in use, and at a start with many slots the latter comes
     *     before the first connection stands; then it is asked of {@link AddressProbe}
     * @return empty when it was not this machine
     */
    static Optional<OwnLimit> of(Throwable cause, boolean hasConnected) {
        boolean unopened = false;
        Throwable at = cause;
        for (int depth = 0; at != null && depth < DEEPEST; depth++) {
            Optional<OwnLimit> said = of(at, String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT));
            if (said.isPresent()) {
                return said;
            }
            // Nothing here binds to an address of its own choice: the kernel had no port to give.
            if (at instanceof BindException && (hasConnected || AddressProbe.worksFromHere(cause))) {
                return Optional.of(OwnLimit.PORTS);
            }
            // Asked for before any target is: whatever the reason is called in the language of this machine, it is
            // here.
            unopened |= at instanceof ChannelException && isUnopened(String.valueOf(at.getMessage()));
            at = at.getCause();
        }
        return unopened ? Optional.of(OwnLimit.OTHER) : Optional.empty();
    }

    private static Optional<OwnLimit> of(Throwable at, String message) {
        if (at instanceof OutOfMemoryError
                || message.contains("cannot allocate memory")
                || message.contains("no buffer space available")) {
            return Optional.of(OwnLimit.MEMORY);
        }
        if (message.contains("too many open files")) {
            return Optional.of(OwnLimit.OPEN_FILES);
        }
        return Optional.empty();
    }

    private static boolean isUnopened(String message) {
        return message.startsWith("Failed to open a socket");
    }
}
