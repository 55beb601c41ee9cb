package dev.plumbline.process;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A child that is started before anybody knows what for: it waits at a Unix domain socket, takes its settings from the first
 * process that connects, and belongs to that process from then on. {@link TakenChild} is the other half. Who may connect is
 * decided by the permissions of the socket's folder.
 *
 * <p>The taker sends the settings once, an {@code int} length and so many bytes of Java properties in UTF-8, and keeps the
 * connection. The child answers with {@code writeUTF}: why it does not serve, or nothing, and then an {@code int} port.
 *
 * <p>One thread, except that any may {@link #close}.
 */
public final class StandbyChild implements AutoCloseable {

    /** System property that names the socket at which {@link #listenIfAsked} waits. */
    public static final String PATH_PROPERTY = "plumbline.standby";

    /** System property by which a child is asked to wait for another taker when one has gone: {@code true}. */
    public static final String AGAIN_PROPERTY = "plumbline.standby-again";

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int MOST_SETTINGS_BYTES = 1 << 20;
    private static final int MOST_REFUSAL_CHARS = 10_000;

    private final Path path;
    private final ServerSocketChannel server;
    private final Duration patience;
    private volatile Optional<SocketChannel> asked = Optional.empty();
    private volatile Optional<SocketChannel> taker = Optional.empty();

    private StandbyChild(Path path, ServerSocketChannel server, Duration patience) {
        this.path = path;
        this.server = server;
        this.patience = patience;
    }

    /**
     * Begins to wait at the path in {@value #PATH_PROPERTY}; who connects from now on is served in turn.
     *
     * @return empty when that property is not set
     * @throws IOException when there can be no socket at that path
     */
    public static Optional<StandbyChild> listenIfAsked() throws IOException {
        String path = System.getProperty(PATH_PROPERTY, "");
        return path.isEmpty() ? Optional.empty() : Optional.of(listen(Path.of(path)));
    }

    /** Whether {@value #AGAIN_PROPERTY} is set: takers come one after the other, and the process stays. */
    public static boolean isForSeveral() {
        return Boolean.getBoolean(AGAIN_PROPERTY);
    }

    static StandbyChild listen(Path path) throws IOException {
        return listen(path, PATIENCE);
    }

    /** Gives whoever connects so long to say everything. */
    static StandbyChild listen(Path path, Duration patience) throws IOException {
        // What lies there belonged to one that was killed.
        Files.deleteIfExists(path);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            return new StandbyChild(path, server, patience);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Waits until somebody connects and has said everything. Nobody can connect afterwards.
     *
     * @return the settings
     * @throws IOException when this was closed
     */
    public Map<String, String> awaitSettings() throws IOException {
        while (true) {
            SocketChannel connected = server.accept();
            asked = Optional.of(connected);
            Thread timer = Thread.ofVirtual().start(() -> closeLater(connected));
            try {
                Map<String, String> settings = read(connected);
                taker = Optional.of(connected);
                stopListening();
                return settings;
            } catch (IOException | IllegalArgumentException e) {
                // It went away, or is no taker at all: the next one may be.
                connected.close();
            } finally {
                timer.interrupt();
            }
        }
    }

    /** A taker says everything at once; whoever does not shall not keep the others waiting. */
    private void closeLater(SocketChannel connected) {
        try {
            Thread.sleep(patience);
            connected.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.err.println("A connection to the standby socket cannot be closed: " + e.getMessage());
        }
    }

    private static Map<String, String> read(SocketChannel connected) throws IOException {
        DataInputStream in = new DataInputStream(Channels.newInputStream(connected));
        int length = in.readInt();
        if (length < 0 || length > MOST_SETTINGS_BYTES) {
            throw new IOException(length + " bytes of settings");
        }
        byte[] text = new byte[length];
        // Fails when the taker went away in the middle: half of the settings are none.
        in.readFully(text);
        Properties properties = new Properties();
        properties.load(new StringReader(new String(text, StandardCharsets.UTF_8)));
        Map<String, String> settings = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        return Collections.unmodifiableMap(settings);
    }

    /**
     * Tells the taker that this child serves. That this returns does not say that it was heard: a taker that leaves now is
     * noticed by {@link #endWithTaker}.
     *
     * @throws IOException when the taker has left already
     */
    public void serve(int port) throws IOException {
        DataOutputStream out = answer();
        out.writeUTF("");
        out.writeInt(port);
        out.flush();
    }

    /** Tells the taker that this child will not serve, and why. */
    public void refuse(String why) throws IOException {
        DataOutputStream out = answer();
        out.writeUTF(why.substring(0, Math.min(why.length(), MOST_REFUSAL_CHARS)));
        out.flush();
    }

    private DataOutputStream answer() {
        return new DataOutputStream(Channels.newOutputStream(connection()));
    }

    /** Ends this process when its taker is gone, as {@link ChildProcess#endWithSupervisor} does for the supervisor. */
    public void endWithTaker(Runnable orderlyStop, Duration grace) {
        ChildProcess.endWith("taker", Channels.newInputStream(connection()), orderlyStop, grace);
    }

    /**
     * For a child that stays when its taker has gone: runs something then, on a thread of its own.
     *
     * @return done when that has run, however it went
     */
    public CompletableFuture<Void> whenTakerGone(Runnable orderlyStop) {
        InputStream connection = Channels.newInputStream(connection());
        CompletableFuture<Void> gone = new CompletableFuture<>();
        Thread.ofVirtual().name("taker-watch").start(() -> {
            try {
                ChildProcess.awaitEnd("taker", connection);
                orderlyStop.run();
            } finally {
                gone.complete(null);
            }
        });
        return gone;
    }

    private SocketChannel connection() {
        return taker.orElseThrow(() -> new IllegalStateException("nobody has taken this child"));
    }

    /** Ends the wait. A child that was taken stays its taker's. */
    @Override
    public void close() throws IOException {
        stopListening();
        if (taker.isEmpty() && asked.isPresent()) {
            asked.get().close();
        }
    }

    private void stopListening() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }
}
