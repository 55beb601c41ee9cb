package dev.plumbline.probe;

import dev.plumbline.probe.Reply.Answered;
import dev.plumbline.probe.Reply.Unanswered;
import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** It speaks HTTP, does not redirect, and lets us in. Asks for everything that the later steps judge. */
final class HttpStep implements ProbeStep {

    private final ProbeContext context;
    private final SoughtApis apis;
    private final HttpFailures httpFailures;

    HttpStep(ProbeContext context) {
        this.context = context;
        this.apis = new SoughtApis(context.address());
        this.httpFailures = context.httpFailures();
    }

    @Override
    public Step step() {
        return Step.HTTP;
    }

    @Override
    public Needs needs() {
        return Needs.of("a connection", Step.TLS);
    }

    @Override
    public StepEnd run(Findings known) throws InterruptedException {
        Survey survey = new Surveying(context).survey();
        StepOutcome outcome = judge(survey, known.addresses().getFirst());
        return StepEnd.of(outcome, known.withSurvey(survey, outcome instanceof Passed));
    }

    private StepOutcome judge(Survey survey, InetAddress first) {
        BaseUrl url = context.url();
        List<Answered> posted = apis.answers(survey);
        List<Answered> answers = new ArrayList<>(posted);
        survey.answered(Survey.MODELS).ifPresent(answers::add);
        if (answers.isEmpty()) {
            return noHttp(survey, first);
        }
        if (survey.isLoading()) {
            return new Failed(
                    FailureKind.LOADING,
                    url.base() + " still loads its model after "
                            + Words.duration(context.timeouts().loading())
                            + ": wait until it is ready, or look at its log");
        }
        // Some servers look at the key after the request, some before: a 401 anywhere is one.
        Optional<Failed> unauthorized = answers.stream()
                .filter(answer -> answer.status() == 401 || answer.isUnauthorizedInside())
                .flatMap(answer -> httpFailures.obstacle(answer).stream())
                .findFirst();
        if (unauthorized.isPresent()) {
            return unauthorized.get();
        }
        boolean open = posted.stream()
                .anyMatch(answer -> SoughtApis.exists(answer)
                        && (answer.status() == 500
                                || httpFailures.obstacle(answer).isEmpty()));
        Optional<Failed> closed = answers.stream()
                .flatMap(answer -> httpFailures.obstacle(answer).stream())
                .findFirst();
        if (!open && closed.isPresent()) {
            return closed.get();
        }
        return new Passed("HTTP/1.1"
                + answers.stream()
                        .flatMap(answer -> answer.server().stream())
                        .findFirst()
                        .map(name -> ", " + Words.oneLine(name))
                        .orElse(""));
    }

    private StepOutcome noHttp(Survey survey, InetAddress first) {
        BaseUrl url = context.url();
        Reply reply = survey.replies()
                .getOrDefault(
                        Survey.MODELS, survey.replies().values().iterator().next());
        Throwable cause = ((Unanswered) reply).cause();
        Failed failure = NetworkFailures.of(cause, url, context.timeouts().reply());
        // A server of TLS hangs up on plain HTTP at once: one that is silent is asked no more.
        boolean mayBeTls = !url.tls() && !context.isProxied() && failure.kind() != FailureKind.TIMEOUT;
        if (mayBeTls && context.transport().speaksTls(first)) {
            return new Failed(
                    FailureKind.SPEAKS_TLS,
                    url.host() + ":" + url.port() + " speaks TLS: use "
                            + url.withTls(true).base());
        }
        return failure;
    }
}
