package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.StepOutcome.Failed;
import java.net.URI;
import java.util.Optional;

/** Words for HTTP answers that are not what was wanted. */
final class HttpFailures {

    private final TargetAddress address;

    HttpFailures(TargetAddress address) {
        this.address = address;
    }

    /** What stands between us and the server, whatever was asked; empty for answers that a step must judge itself. */
    Optional<Failed> obstacle(Answered answer) {
        int status = answer.status();
        if (answer.isUnauthorizedInside()) {
            return Optional.of(new Failed(
                    FailureKind.UNAUTHORIZED,
                    answer.asked() + " answers 200 with a refusal inside" + said(answer)
                            + (address.credentials().isEmpty()
                                    ? ": it wants a key; give --api-key-env NAME or --api-key-file FILE"
                                    : ": the key is not accepted; check --api-key-env or --api-key-file, and the header"
                                            + " that the server wants")));
        }
        if (status >= 300 && status < 400) {
            return Optional.of(redirected(answer));
        }
        return switch (status) {
            case 401 ->
                Optional.of(
                        new Failed(
                                FailureKind.UNAUTHORIZED,
                                address.credentials().isEmpty()
                                        ? answer.asked()
                                                + " answers 401: it wants a key; give --api-key-env NAME or --api-key-file FILE"
                                        : answer.asked() + " answers 401: the key is not accepted" + said(answer)
                                                + "; check --api-key-env or --api-key-file, and the header that the server wants"));
            case 403 ->
                Optional.of(new Failed(
                        FailureKind.FORBIDDEN,
                        answer.asked() + " answers 403" + said(answer)
                                + ": the key may not do this, or a gateway refuses this client; ask its owner"));
            case 407 ->
                Optional.of(new Failed(
                        FailureKind.PROXY,
                        "the proxy wants a password (407): use one that does not, or go without --proxy"));
            case 429 ->
                Optional.of(new Failed(
                        FailureKind.BUSY,
                        answer.asked() + " answers 429" + said(answer)
                                + ": a rate limit is reached; wait, or raise the limit before you measure"));
            case 503, 529 ->
                Optional.of(new Failed(
                        FailureKind.BUSY,
                        answer.asked() + " answers " + status + said(answer)
                                + ": it takes nothing on now; wait, or look at its log"));
            default ->
                status >= 500 && status != 501
                        ? Optional.of(new Failed(
                                FailureKind.SERVER_ERROR,
                                answer.asked() + " answers " + status + said(answer) + ": look at the server's log"))
                        : Optional.empty();
        };
    }

    /** Something that is no LLM endpoint. */
    Failed noLlmServer(Answered answer) {
        String base = address.url().base();
        if (answer.status() == 404 || answer.status() == 405) {
            return new Failed(
                    FailureKind.NOT_FOUND,
                    "no LLM API below " + base + " (" + answer.asked() + " answers " + answer.status()
                            + "): check the path in --url"
                            + (address.url().prefix().isEmpty() ? "" : ", or leave it out"));
        }
        if (answer.isPage()) {
            return new Failed(
                    FailureKind.NOT_AN_LLM_ENDPOINT,
                    answer.asked() + " answers with a web page: " + base
                            + " is a site or a log-in, give the URL of the API");
        }
        return new Failed(
                FailureKind.NOT_AN_LLM_ENDPOINT,
                answer.asked() + " answers " + answer.status() + " with something that no LLM server says: is " + base
                        + " the right URL?");
    }

    /** The refusal of a request that should have been answered. */
    Failed refused(Answered answer) {
        return obstacle(answer)
                .orElseGet(() -> answer.isPage()
                        ? noLlmServer(answer)
                        : new Failed(
                                FailureKind.REQUEST_REFUSED,
                                answer.asked() + " answers " + answer.status() + said(answer)
                                        + ": the server does not take this request; try another --endpoint-type or"
                                        + " --model"));
    }

    private Failed redirected(Answered answer) {
        String path = answer.asked().substring(answer.asked().indexOf(' ') + 1);
        String to = answer.location().map(Words::oneLine).orElse("an unnamed place");
        String advice = "give the final address in --url";
        boolean elsewhere = true;
        try {
            URI asked = URI.create(address.url().base() + path);
            URI target = asked.resolve(answer.location().orElse(""));
            elsewhere = !String.valueOf(target.getHost()).equalsIgnoreCase(asked.getHost());
            if (target.toString().endsWith(path)) {
                to = Words.oneLine(
                        target.toString().substring(0, target.toString().length() - path.length()));
                advice = "give that in --url, if you trust it";
            }
        } catch (IllegalArgumentException e) {
            advice = "that is no address; look at the server's settings";
        }
        return new Failed(
                FailureKind.REDIRECTED,
                answer.asked() + " is redirected to " + (elsewhere ? "another host, " : "") + to
                        + ", which is not followed: " + advice);
    }

    /** The server's words in brackets, without what must not be repeated; nothing where there are none. */
    String said(Answered answer) {
        return answer.words()
                .map(text -> " (\"" + Words.oneLine(address.credentials().redact(text)) + "\")")
                .orElse("");
    }
}
