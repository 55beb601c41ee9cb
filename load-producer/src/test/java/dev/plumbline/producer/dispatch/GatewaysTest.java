package dev.plumbline.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.TargetUrl;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Paths, queries, headers, TLS with an own authority, and proxies, on real sockets. */
@Timeout(60)
class GatewaysTest {

    private static final char[] PASSWORD = "only for this test".toCharArray();

    @TempDir
    static Path folder;

    private static Drive drive;
    private static SSLContext serverTls;

    @BeforeAll
    static void start() throws Exception {
        drive = new Drive();
        serverTls = selfSigned();
    }

    @AfterAll
    static void stop() {
        drive.close();
    }

    /** A key pair that is its own authority, for the address 127.0.0.1 only, by the JDK's own tool. */
    private static SSLContext selfSigned() throws Exception {
        Path store = folder.resolve("server.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "s",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString());
        keytool("-exportcert", "-rfc", "-alias", "s", "-keystore", store.toString(), "-file", ca().toString());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(String... arguments) throws Exception {
        java.util.List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(java.util.List.of(arguments));
        command.addAll(java.util.List.of("-storepass", new String(PASSWORD)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    private static Path ca() {
        return folder.resolve("ca.pem");
    }

    @Test
    void aFullPathAQueryAndHeadersArriveAsTheyWereGiven() throws Exception {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            TargetUrl url = TargetUrl.below(
                    "http://127.0.0.1:" + server.port() + "/ignored",
                    EndpointType.CHAT,
                    Optional.of("/openai/deployments/x/chat/completions?api-version=2"),
                    Map.of("region", "north sea"));
            RequestEvent event = run(
                    Endpoint.at(url, Map.of("api-key", "k1", "X-Team", "blue", "Accept", "text/event-stream, */*")));
            assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
            assertThat(server.requests().getFirst().head())
                    .startsWith("POST /openai/deployments/x/chat/completions?api-version=2&region=north%20sea HTTP/1.1")
                    .contains("api-key: k1")
                    .contains("X-Team: blue")
                    .contains("Accept: text/event-stream, */*")
                    .doesNotContain("Authorization");
        }
    }

    @Test
    void tlsIsCheckedAgainstTheGivenAuthorityAndTheHostName() throws Exception {
        try (ScriptedServer server = overTls()) {
            TargetUrl byAddress = new TargetUrl(true, "127.0.0.1", server.port(), "/v1/chat/completions");
            assertThat(run(new Endpoint(byAddress, Map.of(), Optional.empty(), Optional.of(ca().toString())))
                            .outcome())
                    .isEqualTo(new Outcome.Completed("stop"));
            assertKind(run(Endpoint.at(byAddress, Map.of())), FailureKind.TLS);
            TargetUrl byName = new TargetUrl(true, "localhost", server.port(), "/v1/chat/completions");
            assertKind(
                    run(new Endpoint(byName, Map.of(), Optional.empty(), Optional.of(ca().toString()))),
                    FailureKind.TLS);
        }
    }

    @Test
    void aProxyIsAskedForTheWholeUrlAndForATunnelWhenThereIsTls() throws Exception {
        try (ScriptedServer proxy = new ScriptedServer(ScriptedServer::wholeAnswer)) {
            TargetUrl url = new TargetUrl(false, "target.invalid", 8000, "/v1/chat/completions");
            RequestEvent event = run(new Endpoint(
                    url, Map.of(), Optional.of(new Endpoint.Proxy("127.0.0.1", proxy.port())), Optional.empty()));
            assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
            assertThat(proxy.requests().getFirst().head())
                    .startsWith("POST http://target.invalid:8000/v1/chat/completions HTTP/1.1");
        }
        try (ScriptedServer server = overTls();
                Tunnel tunnel = new Tunnel()) {
            TargetUrl url = new TargetUrl(true, "127.0.0.1", server.port(), "/v1/chat/completions");
            RequestEvent event = run(new Endpoint(
                    url,
                    Map.of("Authorization", "Bearer s3cret"),
                    Optional.of(new Endpoint.Proxy("127.0.0.1", tunnel.port())),
                    Optional.of(ca().toString())));
            assertThat(event.outcome()).isEqualTo(new Outcome.Completed("stop"));
            assertThat(tunnel.heads).singleElement().asString().startsWith("CONNECT 127.0.0.1:" + server.port());
            assertThat(tunnel.heads.peek()).doesNotContain("s3cret");
        }
    }

    private static ScriptedServer overTls() {
        return ScriptedServer.start(serverTls)
                .on("POST /v1/chat/completions", (out, request) -> ScriptedServer.wholeAnswer(out));
    }

    private static RequestEvent run(Endpoint endpoint) throws Exception {
        return drive.one(endpoint, Drive.chat(), Drive.timeouts(10_000, 10_000, 20_000));
    }

    private static void assertKind(RequestEvent event, FailureKind kind) {
        assertThat(event.outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed ->
                                assertThat(failed.kind()).as(failed.toString()).isEqualTo(kind));
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no head");
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "gateway");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** A proxy that makes tunnels. */
    private static final class Tunnel implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        private final ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();

        Tunnel() throws IOException {
            daemon(this::serve);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void serve() {
            try (Socket near = listener.accept()) {
                String head = head(near.getInputStream());
                heads.add(head);
                int port = Integer.parseInt(head.substring(head.indexOf(':') + 1, head.indexOf(" HTTP")));
                try (Socket far = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    ScriptedServer.text(near.getOutputStream(), "HTTP/1.1 200 Connection established\r\n\r\n");
                    Thread back = daemon(() -> pump(far, near));
                    pump(near, far);
                    back.join(Duration.ofSeconds(60));
                }
            } catch (IOException | InterruptedException e) {
                heads.add("broke: " + e);
            }
        }

        private static void pump(Socket from, Socket to) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                in.transferTo(out);
                to.shutdownOutput();
            } catch (IOException e) {
                // Either side may hang up first.
                return;
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
