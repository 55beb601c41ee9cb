package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.TargetAddress.Route;
import dev.plumbline.probe.http.TlsTrust;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with certificates of a CA of our own, made by the JDK's keytool. */
class TlsTest {

    private static final char[] PASSWORD = "changeit".toCharArray();

    /**
     * Gives a handshake up after a second.
     *
     * @param plainAnswer how long plain HTTP is waited for after it
     */
    private static ProbeTimeouts shortHandshake(Duration plainAnswer) {
        return new ProbeTimeouts(
                Duration.ofSeconds(1),
                Duration.ofSeconds(20),
                plainAnswer,
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofMillis(1));
    }

    @TempDir
    private static Path folder;

    private static Path ca;

    @BeforeAll
    static void makeCertificates() throws Exception {
        awaitSuccess(keytool(
                "ca",
                List.of(
                        "-genkeypair",
                        "-alias",
                        "ca",
                        "-dname",
                        "CN=Test CA",
                        "-ext",
                        "bc:c",
                        "-keyalg",
                        "EC",
                        "-validity",
                        "9")));
        ca = writePem();
        // Each takes a JVM: side by side, and a store of its own for each, because keytool locks none.
        Map<String, Process> signing = new LinkedHashMap<>();
        signing.put("good", sign("good", "ip:127.0.0.1,dns:localhost", "-validity", "9"));
        signing.put("other", sign("other", "dns:other.example", "-validity", "9"));
        signing.put("old", sign("old", "ip:127.0.0.1", "-startdate", "-9d", "-validity", "5"));
        for (Process process : signing.values()) {
            awaitSuccess(process);
        }
    }

    private static Path writePem() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream bytes = Files.newInputStream(store("ca"))) {
            store.load(bytes, PASSWORD);
        }
        String encoded = Base64.getMimeEncoder()
                .encodeToString(store.getCertificate("ca").getEncoded());
        return Files.writeString(
                folder.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n");
    }

    private static Process sign(String alias, String names, String... validity) throws IOException {
        Files.copy(store("ca"), store(alias));
        List<String> arguments = new ArrayList<>(List.of(
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-signer",
                "ca",
                "-keyalg",
                "EC",
                "-ext",
                "san=" + names));
        arguments.addAll(List.of(validity));
        return keytool(alias, arguments);
    }

    private static Process keytool(String storeName, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC"));
        command.addAll(arguments);
        command.addAll(List.of("-keystore", store(storeName).toString(), "-storepass", new String(PASSWORD)));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void awaitSuccess(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    private static Path store(String name) {
        return folder.resolve(name + ".p12");
    }

    /** A server's side with one of the certificates. */
    private static SSLContext with(String alias) throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream bytes = Files.newInputStream(store(alias))) {
            all.load(bytes, PASSWORD);
        }
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(alias, all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(one, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static TargetAddress trusting(String url) {
        return TargetAddress.of(url).with(Probing.PATIENT).with(new Route(Optional.of(ca), Optional.empty()));
    }

    private static Failed failure(ProbeReport report, Step step) {
        assertThat(Probing.outcome(report, step)).isInstanceOf(Failed.class);
        Failed failed = report.failure().orElseThrow();
        assertThat(failed.line()).doesNotContain("Exception", "\n", "PKIX");
        return failed;
    }

    @Test
    void aTrustedServerIsMeasured() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(with("good"))) {
            server.json("GET /v1/models", Engines.resource("vllm-v1-models.json"))
                    .streaming("/v1/chat/completions", Engines.resource("vllm-chat.sse"));

            ProbeReport report = Probing.check(trusting(server.url()));

            assertThat(report.failure()).isEmpty();
            assertThat(Probing.line(report, Step.TLS)).startsWith("passed: TLSv1.");
        }
    }

    @Test
    void aCertificateThatNobodyKnows() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(with("good"))) {
            Failed failed = failure(Probing.check(server.url()), Step.TLS);

            assertThat(failed.kind()).isEqualTo(FailureKind.TLS_UNTRUSTED);
            assertThat(failed.line()).contains("--ca-file");
        }
    }

    @Test
    void aCertificateForAnotherHost() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(with("other"))) {
            assertThat(failure(Probing.check(trusting(server.url())), Step.TLS).kind())
                    .isEqualTo(FailureKind.TLS_WRONG_NAME);
        }
    }

    @Test
    void aCertificateThatHasExpired() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(with("old"))) {
            assertThat(failure(Probing.check(trusting(server.url())), Step.TLS).kind())
                    .isEqualTo(FailureKind.TLS_EXPIRED);
        }
    }

    @Test
    void plainHttpWhereTlsWasAskedFor() throws Exception {
        try (ScriptedServer server = Engines.vllm()) {
            // This one is silent until it has seen the end of a line.
            TargetAddress address =
                    trusting("https://127.0.0.1:" + server.port()).with(shortHandshake(Duration.ofSeconds(20)));

            Failed failed = failure(Probing.check(address), Step.TLS);

            assertThat(failed.kind()).isEqualTo(FailureKind.SPEAKS_PLAIN_HTTP);
            assertThat(failed.line()).contains("use http://127.0.0.1:" + server.port());
        }
    }

    @Test
    void tlsWherePlainHttpWasAskedFor() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(with("good"))) {
            Failed failed = failure(Probing.check("127.0.0.1:" + server.port()), Step.HTTP);

            assertThat(failed.kind()).isEqualTo(FailureKind.SPEAKS_TLS);
            assertThat(failed.line()).contains("use https://127.0.0.1:" + server.port());
        }
    }

    @Test
    void aServerThatIsSilentInTheHandshake() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Failed failed = failure(
                    Probing.check(trusting("https://127.0.0.1:" + server.getLocalPort())
                            .with(shortHandshake(Duration.ofMillis(300)))),
                    Step.TLS);

            assertThat(failed.kind()).isEqualTo(FailureKind.TIMEOUT);
        }
    }

    @Test
    void aFileOfCertificatesThatCannotBeUsed() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        Path missing = folder.resolve("missing.pem");

        for (Path file : List.of(empty, missing, store("ca"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TlsTrust.of(Optional.of(file), true))
                    .withMessageContaining("--ca-file " + file);
        }
    }
}
