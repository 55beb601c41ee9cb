package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.http.TlsTrust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A server that is started in the same script as the probe. */
class WaitingTest {

    private static final ProbeTimeouts TIMEOUTS = Probing.timeouts(Duration.ofSeconds(20));

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aServerThatDoesNotListenYetIsWaitedFor() throws Exception {
        List<String> told = new ArrayList<>();
        try (ServerSocket server = new ServerSocket()) {
            int port = freePort();
            ProbeListener startsIt = new ProbeListener() {
                @Override
                public void ended(StepResult result) {
                    // The report tells it.
                }

                @Override
                public void waiting(Step step, String what) {
                    told.add(step + " " + what);
                    if (told.size() == 3) {
                        try {
                            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                }
            };
            TargetAddress address =
                    TargetAddress.of("http://127.0.0.1:" + port).with(TIMEOUTS.waiting(Duration.ofMinutes(1)));
            try (ProbeContext context =
                    ProbeContext.open(address, System::nanoTime, startsIt, TlsTrust.of(Optional.empty(), false))) {
                StepEnd end = new ConnectStep(context)
                        .run(Findings.NONE.withAddresses(List.of(InetAddress.getLoopbackAddress())));

                assertThat(end.outcome()).isInstanceOf(Passed.class);
            }
            assertThat(told).hasSize(3).allMatch(line -> line.contains("nothing listens on") && line.contains("60 s"));
        }
    }

    @Test
    void oneThatNeverListensIsToldWithHowToWaitLonger() throws Exception {
        Failed failed = (Failed) Probing.outcome(
                Probing.check(TargetAddress.of("http://127.0.0.1:" + freePort())
                        .with(TIMEOUTS.waiting(Duration.ofMillis(20)))),
                Step.CONNECT);

        assertThat(failed.kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
        assertThat(failed.line()).contains("start the server, or correct the port", "--wait 5m");
    }
}
