package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.Reply.Unanswered;
import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.probe.http.TlsTrust;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** Lets an engine forget the prefixes that it has cached, so that no prompt of an earlier load is in its cache. */
public final class PrefixCacheReset {

    private final TargetAddress address;
    private final SSLContext tls;

    /** @throws IllegalArgumentException with one line for the user, when the CA file cannot be used */
    public PrefixCacheReset(TargetAddress address) {
        this.address = address;
        this.tls = TlsTrust.of(address.route().caFile(), address.url().tls());
    }

    /** Why an engine cannot be told; the sentence has no subject. Empty where it can. */
    public static Optional<String> refusal(Engine.Kind engine) {
        return path(engine).isPresent()
                ? Optional.empty()
                : Optional.of("is for vLLM (POST /reset_prefix_cache) and SGLang (POST /flush_cache), and this is "
                        + engine.label() + ": leave it out, or restart the server before the run");
    }

    private static Optional<String> path(Engine.Kind engine) {
        return switch (engine) {
            case VLLM -> Optional.of("/reset_prefix_cache");
            case SGLANG -> Optional.of("/flush_cache");
            case LLAMA_CPP, OLLAMA, TGI, OPENAI_COMPATIBLE, UNKNOWN -> Optional.empty();
        };
    }

    /**
     * Tells it. An engine that works on requests may refuse, or say yes and do nothing.
     *
     * @throws IllegalArgumentException for an engine that cannot be told, see {@link #refusal}
     */
    public StepOutcome reset(Engine.Kind engine) {
        String path = path(engine)
                .orElseThrow(() -> new IllegalArgumentException(engine.label() + " cannot be told to forget"));
        Duration within = address.timeouts().reply();
        try (TargetClient client = new TargetClient(address, tls)) {
            return switch (client.api("POST", path, Optional.empty(), within).join()) {
                case Answered answer -> judged(engine, answer);
                case Unanswered none -> NetworkFailures.of(none.cause(), address.url(), within);
            };
        }
    }

    private StepOutcome judged(Engine.Kind engine, Answered answer) {
        if (answer.status() / 100 == 2) {
            return new Passed("told to forget its prefixes (" + answer.asked() + " answers " + answer.status() + ")");
        }
        if (answer.status() == 404 || answer.status() == 405) {
            return new Failed(
                    FailureKind.NOT_FOUND,
                    answer.asked() + " answers " + answer.status()
                            + (engine == Engine.Kind.VLLM
                                    ? ": vLLM has it in development mode only; start it with VLLM_SERVER_DEV_MODE=1, or"
                                            + " leave --reset-kv-cache out"
                                    : ": a gateway in front does not let it through; leave --reset-kv-cache out"));
        }
        HttpFailures failures = new HttpFailures(address);
        return failures.obstacle(answer)
                .orElseGet(() -> new Failed(
                        FailureKind.REQUEST_REFUSED,
                        answer.asked() + " answers " + answer.status() + failures.said(answer)
                                + ": it may be at work for somebody else; wait until it is idle"));
    }
}
