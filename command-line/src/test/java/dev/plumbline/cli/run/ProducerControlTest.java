package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.StackFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as a producer does. */
class ProducerControlTest {

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> credentials = new CopyOnWriteArrayList<>();
    private int status = 200;
    private String body = "{\"state\": \"RUNNING\", \"due\": 7, \"failed\": {}, \"unheard of\": 1}";
    private HttpServer server;
    private ProducerControl control;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            credentials.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        control = new ProducerControl("http://127.0.0.1:" + server.getAddress().getPort(), "s3cret");
    }

    @AfterEach
    void end() {
        control.close();
        server.stop(0);
    }

    @Test
    void theStatusIsRead() throws InterruptedException {
        ProducerControl.Status read = control.status();

        assertThat(read.state()).isEqualTo(ProducerControl.State.RUNNING);
        assertThat(read.due()).isEqualTo(7);
    }

    @Test
    void aProducerThatIsNotReadyIsWarming() throws InterruptedException {
        status = 503;
        body = "starting";

        assertThat(control.status()).isEqualTo(ProducerControl.Status.STARTING);
    }

    @Test
    void releaseAndEndArePosted() throws InterruptedException {
        control.release();
        control.end();

        assertThat(asked).containsExactly("POST /release", "POST /end");
        assertThat(credentials).containsExactly("Bearer s3cret", "Bearer s3cret");
    }

    @Test
    void aRefusalIsToldAndNotTakenForALoadThatBegan() {
        status = 401;
        body = "this needs the control token";

        assertThatExceptionOfType(StackFailure.class)
                .isThrownBy(() -> control.release())
                .withMessage("the producer refuses /release with 401: this needs the control token");
    }

    @Test
    void aStatusThatIsNoneIsAFailureOfTheInfrastructure() {
        body = "<html>";

        assertThatExceptionOfType(StackFailure.class)
                .isThrownBy(() -> control.status())
                .withMessageStartingWith("the producer's status cannot be read: ")
                .satisfies(failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.INFRASTRUCTURE));
    }

    @Test
    void aProducerThatIsGoneIsNamedWithItsAddress() {
        server.stop(0);

        assertThatExceptionOfType(StackFailure.class)
                .isThrownBy(() -> control.status())
                .withMessageStartingWith("the producer does not answer at http://127.0.0.1:");
    }
}
