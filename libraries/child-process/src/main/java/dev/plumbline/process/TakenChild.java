package dev.plumbline.process;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A {@link StandbyChild}, seen by the process that took it. Any thread. */
public final class TakenChild implements AutoCloseable {

    private final SocketChannel connection;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private volatile boolean ended;

    private TakenChild(SocketChannel connection) {
        this.connection = connection;
    }

    /**
     * Takes the child that waits at a socket.
     *
     * @param settings at most 1 MiB as Java properties
     * @return empty when none waits there
     */
    public static Optional<TakenChild> take(Path socket, Map<String, String> settings) {
        try {
            SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            try {
                send(connection, settings);
            } catch (IOException e) {
                connection.close();
                throw e;
            }
            TakenChild taken = new TakenChild(connection);
            Thread.ofVirtual().name("taken-child").start(taken::listen);
            return Optional.of(taken);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void send(SocketChannel connection, Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings);
        StringWriter text = new StringWriter();
        properties.store(text, null);
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(connection));
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    private void listen() {
        try {
            DataInputStream in = new DataInputStream(Channels.newInputStream(connection));
            String refusal = in.readUTF();
            if (!refusal.isEmpty()) {
                throw new IOException(refusal);
            }
            port.complete(in.readInt());
            while (in.read() >= 0) {
                // Nothing more is said: the end is what is waited for.
            }
        } catch (IOException e) {
            port.completeExceptionally(e);
        } finally {
            ended = true;
        }
    }

    /**
     * Waits until the child serves.
     *
     * @return its port
     * @throws IOException if it refuses, in its own words, or ends, or takes longer
     */
    public int awaitPort(Duration within) throws IOException, InterruptedException {
        try {
            return port.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException(cause == null ? "unknown" : String.valueOf(cause.getMessage()), e);
        } catch (TimeoutException e) {
            throw new IOException("it does not serve after " + within.toSeconds() + " s", e);
        }
    }

    /** Whether the child is there. */
    public boolean isAlive() {
        return !ended;
    }

    /** Lets the child go: it ends in order, and when this returns it cannot say any more that it serves. */
    @Override
    public void close() throws IOException {
        // Closing alone leaves the connection open until the thread that listens has run once more. Shutting down does
        // not,
        // and it lets the child read the settings that it has not read yet.
        try {
            connection.shutdownInput();
            connection.shutdownOutput();
        } catch (ClosedChannelException e) {
            // It was let go before.
        } finally {
            connection.close();
        }
    }
}
