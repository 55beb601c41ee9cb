package dev.plumbline.producer.client;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether an address can be spoken to from this machine at all. The kernel says "cannot assign requested address" both where it
 * has no address of ours that fits, and where it has no port left; ports of datagrams are others than those of connections, so a
 * datagram socket tells the two apart. Nothing is sent, and nothing is looked up: the address is the one that the failure names.
 */
final class AddressProbe {

    private static final int DEEPEST = 16;

    /** As {@link InetSocketAddress} prints it: a name or none, a slash, the address. */
    private static final Pattern NAMED = Pattern.compile(
            "/(?:(?<four>[0-9]{1,3}(?:\\.[0-9]{1,3}){3})|\\[(?<six>[0-9a-fA-F]*:[0-9a-fA-F:.]*)\\]):(?<port>[0-9]{1,5})$");

    private AddressProbe() {}

    /** Whether the address that a failure to connect names works from here; false where it names none. Any thread. */
    static boolean worksFromHere(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < DEEPEST; depth++) {
            Optional<InetSocketAddress> address = addressIn(String.valueOf(at.getMessage()));
            if (address.isPresent()) {
                return works(address.get());
            }
            at = at.getCause();
        }
        return false;
    }

    private static Optional<InetSocketAddress> addressIn(String message) {
        Matcher named = NAMED.matcher(message);
        if (!named.find()) {
            return Optional.empty();
        }
        try {
            int port = Integer.parseInt(named.group("port"));
            String four = named.group("four");
            InetAddress address = InetAddress.getByName(four == null ? named.group("six") : four);
            return port > 0 && port < 65_536 ? Optional.of(new InetSocketAddress(address, port)) : Optional.empty();
        } catch (IOException e) {
            // Digits and dots that are no address.
            return Optional.empty();
        }
    }

    private static boolean works(InetSocketAddress address) {
        ProtocolFamily family = address.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
        try (DatagramChannel probe = DatagramChannel.open(family)) {
            probe.connect(address);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
