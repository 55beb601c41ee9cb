package dev.plumbline.probe;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.http.TlsTrust;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** Name, connection and TLS of a server, each by itself: what an HTTP client reports in one lump. */
final class Transport {

    private static final byte[] PLAIN_REQUEST = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PLAIN_ANSWER = "HTTP/".getBytes(StandardCharsets.US_ASCII);

    /** Connections that a round trip is read from. */
    private static final int ROUND_TRIPS = 3;

    private final BaseUrl url;
    private final Duration within;

    Transport(BaseUrl url, Duration within) {
        this.url = url;
        this.within = within;
    }

    /** The addresses of a name, or a failure. */
    sealed interface Resolution {
        record Found(List<InetAddress> addresses) implements Resolution {}

        record NotFound(Failed failure) implements Resolution {}
    }

    Resolution resolve(String host) throws InterruptedException {
        CompletableFuture<List<InetAddress>> lookup = new CompletableFuture<>();
        // The resolver knows no timeout: a thread of its own is left behind where it hangs.
        Thread.ofPlatform().daemon().name("name-lookup").start(() -> {
            try {
                lookup.complete(Arrays.asList(InetAddress.getAllByName(host)));
            } catch (UnknownHostException e) {
                lookup.completeExceptionally(e);
            }
        });
        try {
            return new Resolution.Found(lookup.get(within.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            return new Resolution.NotFound(NetworkFailures.nameNotFound(TargetClient.cause(e), host));
        } catch (TimeoutException e) {
            return new Resolution.NotFound(new Failed(
                    FailureKind.NAME_NOT_FOUND,
                    "the name '" + host + "' is not found within " + Words.duration(within)
                            + ": check the name servers of this machine, or use the address"));
        }
    }

    static Passed resolved(List<InetAddress> addresses) {
        return new Passed(
                addresses.stream().limit(4).map(InetAddress::getHostAddress).collect(Collectors.joining(", ")));
    }

    /**
     * Connects to the first address, as every client here does; the other ones only serve to say more when nobody
     * listens there.
     *
     * @param where the host for people
     */
    StepOutcome connect(List<InetAddress> addresses, String where, int port) {
        InetAddress first = addresses.getFirst();
        try {
            connectTo(first, port);
            return new Passed(shown(first) + ":" + port);
        } catch (IOException e) {
            for (InetAddress other : addresses.subList(1, Math.min(addresses.size(), 4))) {
                if (accepts(other, port)) {
                    return new Failed(
                            FailureKind.CONNECTION_REFUSED,
                            "nothing listens on " + shown(first) + ":" + port + ", but on " + shown(other)
                                    + " of the same name: use that address in --url");
                }
            }
            return e instanceof java.net.SocketTimeoutException
                    ? NetworkFailures.connectTimeout(where + ":" + port, within)
                    : NetworkFailures.notConnected(e, where + ":" + port);
        }
    }

    /**
     * The least of a few connections to an address, in nanoseconds: about the round trip of the way there. The least, because whatever
     * else happens only makes one longer; empty where none comes about.
     */
    OptionalLong roundTripNanos(InetAddress address, int port, LongSupplier nanos) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUND_TRIPS; i++) {
            long begin = nanos.getAsLong();
            if (accepts(address, port)) {
                least = Math.min(least, nanos.getAsLong() - begin);
            }
        }
        return least == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(least);
    }

    /** Shakes hands and looks at the certificate as an HTTP client would. */
    StepOutcome shakeHands(SSLContext tls, InetAddress address) {
        try (Socket plain = open(address, url.port());
                SSLSocket socket =
                        (SSLSocket) tls.getSocketFactory().createSocket(plain, url.host(), url.port(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            SSLSession session = socket.getSession();
            return new Passed(session.getProtocol());
        } catch (IOException e) {
            return NetworkFailures.of(e, url, within);
        }
    }

    /** Whether TLS is spoken, whoever it is; nothing is sent over it. */
    boolean speaksTls(InetAddress address) {
        try (Socket plain = open(address, url.port());
                SSLSocket socket = (SSLSocket)
                        TlsTrust.anybody().getSocketFactory().createSocket(plain, url.host(), url.port(), true)) {
            socket.startHandshake();
            return true;
        } catch (IOException e) {
            // An alert is TLS, too: a server that demands a certificate of the client sends one.
            return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("fatal alert");
        }
    }

    /** Whether plain HTTP is spoken; nothing but an empty request is sent. */
    boolean speaksHttp(InetAddress address, Duration patience) {
        try (Socket socket = open(address, url.port())) {
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            socket.getOutputStream().write(PLAIN_REQUEST);
            return Arrays.equals(socket.getInputStream().readNBytes(PLAIN_ANSWER.length), PLAIN_ANSWER);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether this machine has the address. */
    static boolean isOwn(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    private boolean accepts(InetAddress address, int port) {
        try {
            connectTo(address, port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void connectTo(InetAddress address, int port) throws IOException {
        open(address, port).close();
    }

    private Socket open(InetAddress address, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(Math.toIntExact(within.toMillis()));
            socket.connect(new InetSocketAddress(address, port), Math.toIntExact(within.toMillis()));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static String shown(InetAddress address) {
        String text = address.getHostAddress();
        return text.indexOf(':') >= 0 ? "[" + text + "]" : text;
    }
}
