package dev.plumbline.cli.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.probe.http.SideAnswer;
import dev.plumbline.probe.http.SideClient;
import dev.plumbline.probe.http.SideRequest;
import dev.plumbline.process.ControlAccess;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Asks the parts of a pipe on this machine, see {@link LocalPipe#url}. */
public final class PipeClient {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    /** More than any page of a part has. */
    private static final int MAX_PAGE_BYTES = 16 << 20;

    private final ObjectMapper json = new ObjectMapper();

    /**
     * Asks for a page.
     *
     * @return the body
     * @throws StackFailure if there is no answer, or none with status 200
     */
    public String get(String page) throws InterruptedException {
        SideAnswer answer = ask(SideRequest.get(URI.create(page), REQUEST_TIMEOUT));
        if (answer.status() != 200) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, page + " answers " + answer.status());
        }
        if (answer.cut()) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE, page + " answers with more than " + MAX_PAGE_BYTES + " bytes");
        }
        return answer.text();
    }

    /**
     * Asks for a page of JSON.
     *
     * @throws StackFailure if there is no answer, none with status 200, or it is not JSON
     */
    public JsonNode getJson(String page) throws InterruptedException {
        try {
            return json.readTree(get(page));
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, page + " is not JSON: " + e.getMessage());
        }
    }

    /**
     * Hands JSON to a page.
     *
     * @param token of the stack, see {@link LocalPipe#controlToken}
     * @return whatever it answers
     * @throws StackFailure if there is no answer
     */
    public SideAnswer postJson(String page, String body, String token) throws InterruptedException {
        return ask(new SideRequest(
                "POST",
                URI.create(page),
                Map.of("Content-Type", "application/json", "Authorization", ControlAccess.authorization(token)),
                Optional.of(body.getBytes(StandardCharsets.UTF_8)),
                REQUEST_TIMEOUT));
    }

    private static SideAnswer ask(SideRequest request) throws InterruptedException {
        // One for each question: there are few, and a start does not wait for it.
        try (SideClient client = SideClient.onThisMachine(REQUEST_TIMEOUT, MAX_PAGE_BYTES)) {
            return client.ask(request);
        } catch (IOException e) {
            throw new StackFailure(ExitCode.INFRASTRUCTURE, "no answer from " + request.uri() + ": " + e);
        }
    }
}
