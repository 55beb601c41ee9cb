package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Unanswered;
import dev.plumbline.protocol.EndpointType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a server everything at once that needs no earlier answer. */
final class Surveying {

    private final ProbeContext context;
    private final TargetClient client;
    private final SoughtApis apis;

    Surveying(ProbeContext context) {
        this.context = context;
        this.client = context.client();
        this.apis = new SoughtApis(context.address());
    }

    /** Asks, and asks again while the engine says that it loads its model. */
    Survey survey() throws InterruptedException {
        ProbeTimeouts timeouts = context.timeouts();
        long giveUpNanos = context.nanos().getAsLong() + timeouts.loading().toNanos();
        Survey survey = surveyOnce();
        while (survey.isLoading() && context.nanos().getAsLong() < giveUpNanos) {
            context.listener()
                    .waiting(
                            Step.HTTP,
                            "the engine loads its model, waiting up to " + Words.duration(timeouts.loading()));
            Thread.sleep(timeouts.loadingPause());
            survey = surveyOnce();
        }
        return survey;
    }

    private Survey surveyOnce() throws InterruptedException {
        ProbeTimeouts timeouts = context.timeouts();
        BaseUrl url = context.url();
        Map<String, CompletableFuture<Reply>> needed = new LinkedHashMap<>();
        needed.put(Survey.MODELS, client.api("GET", url.modelsPath(), Optional.empty(), timeouts.reply()));
        for (EndpointType type : apis.first()) {
            needed.put(apis.posted(type), client.api("POST", url.path(type), SoughtApis.noRequest(), timeouts.reply()));
        }
        Map<String, CompletableFuture<Reply>> extras = new LinkedHashMap<>();
        List.of(Survey.METRICS, Survey.HEALTH).forEach(one -> extras.put(one, get(one)));
        Map<String, Reply> replies = new LinkedHashMap<>();
        needed.forEach((asked, reply) -> replies.put(asked, reply.join()));
        EngineFacts.toldBy(new Survey(replies)).forEach(one -> extras.put(one, get(one)));
        long giveUpNanos = context.nanos().getAsLong() + timeouts.extras().toNanos();
        for (Map.Entry<String, CompletableFuture<Reply>> extra : extras.entrySet()) {
            long leftNanos = Math.max(0, giveUpNanos - context.nanos().getAsLong());
            try {
                replies.put(extra.getKey(), extra.getValue().get(leftNanos, TimeUnit.NANOSECONDS));
            } catch (TimeoutException | ExecutionException e) {
                replies.put(extra.getKey(), new Unanswered(extra.getKey(), e));
            }
        }
        return new Survey(replies);
    }

    private CompletableFuture<Reply> get(String asked) {
        return client.get(asked.substring("GET ".length()), context.timeouts().reply());
    }
}
