package dev.plumbline.producer;

import dev.plumbline.contract.event.Outcome;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One request before any load, whose answer is looked at: one that does not finish, says nothing, or does not say what is expected,
 * is the same for ten thousand requests, and cheaper. No word of the answer is told.
 */
final class Smoke {

    private final Optional<Pattern> expected;
    private final Overheard workload;
    private volatile Optional<EndedRequest> ended = Optional.empty();

    /** @param workload whose first request is sent */
    Smoke(ProducerConfig.Smoke wanted, Workload workload) {
        this.expected = wanted.expect().map(Pattern::compile);
        this.workload = new Overheard(workload);
    }

    /** Whether one is wanted. */
    static boolean isWanted(ProducerConfig.Smoke wanted) {
        return wanted.enabled() || wanted.expect().isPresent();
    }

    /** @throws IllegalArgumentException if what is expected is no regular expression */
    static void check(ProducerConfig.Smoke wanted) {
        wanted.expect().ifPresent(expected -> {
            try {
                Pattern.compile(expected);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException("expect is no regular expression: " + e.getDescription()
                        + " at position " + (e.getIndex() + 1) + "; for example (?i)paris|france");
            }
        });
    }

    /** What asks it, and hears what is answered. */
    Workload workload() {
        return workload;
    }

    /** Its last try is over. */
    void ended(EndedRequest request) {
        ended = Optional.of(request);
    }

    /** What is wrong with the answer, in one line; empty when nothing is. */
    Optional<String> complaint() {
        if (ended.isEmpty()) {
            return Optional.of("smoke: the request before the load was not sent: a limit or the end came before it");
        }
        EndedRequest request = ended.get();
        return switch (request.outcome()) {
            case Outcome.Completed completed -> complaintOf(completed, request);
            case Outcome.Failed failed ->
                Optional.of("smoke: the request before the load failed, " + failed.kind()
                        + failed.detail().map(detail -> ": " + detail).orElse("")
                        + "; no load was offered: look at the server's log");
            case Outcome.Dropped dropped ->
                Optional.of("smoke: the request before the load was not sent, " + dropped.reason());
            case Outcome.Cancelled unused ->
                Optional.of("smoke: the request before the load was cancelled before its answer was there");
        };
    }

    private Optional<String> complaintOf(Outcome.Completed completed, EndedRequest request) {
        if (request.response().contentChunks() == 0) {
            return Optional.of("smoke: the answer to the request before the load is empty (it finished with "
                    + completed.finishReason() + "); no load was offered: ./plumb check shows what the server says");
        }
        String text = workload.answer().orElse("");
        return expected.filter(pattern -> !pattern.matcher(text).find())
                .map(pattern -> "smoke: the answer to the request before the load (" + text.length()
                        + " characters, finished with " + completed.finishReason()
                        + ") holds nothing that matches the expected " + pattern.pattern()
                        + "; no load was offered: is it the right model, and is the answer long enough?");
    }

    /** A workload whose answers are kept: each of its sessions has one turn more, in which nothing is asked. */
    private static final class Overheard implements Workload {

        private final Workload asked;
        private volatile Optional<String> answer = Optional.empty();

        Overheard(Workload asked) {
            this.asked = asked;
        }

        Optional<String> answer() {
            return answer;
        }

        @Override
        public Session session(long ordinal) {
            Session first = asked.session(ordinal);
            return new Session() {
                private boolean isAsked;
                private boolean isOver;

                @Override
                public RequestClass requestClass() {
                    return first.requestClass();
                }

                @Override
                public Optional<String> tenant() {
                    return first.tenant();
                }

                @Override
                public Optional<Turn> next(Optional<String> lastAnswer) {
                    if (!isAsked) {
                        isAsked = true;
                        return first.next(Optional.empty());
                    }
                    isOver = true;
                    answer = lastAnswer;
                    return Optional.empty();
                }

                @Override
                public boolean isOver() {
                    return isOver;
                }
            };
        }

        @Override
        public boolean readsAnswers() {
            return true;
        }

        @Override
        public Workload salted(long salt) {
            return new Overheard(asked.salted(salt));
        }
    }
}
