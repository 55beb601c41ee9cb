package dev.plumbline.producer.recorder;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.contract.event.Response;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.Surroundings;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.time.ProducerClock;
import dev.plumbline.protocol.ServerTimings;
import dev.plumbline.protocol.StreamItem;
import dev.plumbline.protocol.Usage;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What has been seen of one request so far. Fed with stamps that were taken before anything was decoded; closed once, into
 * an immutable {@link EndedRequest}.
 *
 * <p>One thread at a time. Stamps must come in the order in which things happened.
 */
public final class RequestRecording {

    /** Longest text of answers that is kept for a tokenizer; what is longer is not counted by one. */
    private static final int MAX_COUNTED_CHARACTERS = 1 << 20;

    /** A stamp of what did not happen; in here only, where one is set with each chunk. No clock shows it. */
    private static final long NEVER = Long.MIN_VALUE;

    private static final Surroundings NOT_SAMPLED = Surroundings.unknown("not sampled");

    /**
     * Who reads the texts of a request and its answer.
     *
     * @param choice whose count of tokens is taken
     * @param promptToCount the text of the prompt, when a tokenizer counts
     * @param keepsAnswer whether somebody else reads the answer
     */
    public record Texts(TokenChoice choice, Optional<String> promptToCount, boolean keepsAnswer) {
        public Texts {
            Objects.requireNonNull(choice, "choice");
            Objects.requireNonNull(promptToCount, "promptToCount");
        }

        boolean areKept() {
            return keepsAnswer || promptToCount.isPresent();
        }
    }

    private final Series series;
    private final Attempt attempt;
    private final ProducerClock clock;
    private final long dueNanos;
    private final long takenNanos;
    private final Texts texts;
    private final Optional<Twins> twins;
    private final Answers answers;
    private final ChunkGaps chunkGaps = new ChunkGaps();
    private Map<String, Long> serverNanos = Map.of();

    private long sentNanos = NEVER;
    private long headersNanos = NEVER;
    private long firstByteNanos = NEVER;
    private long firstContentNanos = NEVER;
    private long firstAnswerNanos = NEVER;
    private long lastContentNanos = NEVER;
    private OptionalLong httpStatus = OptionalLong.empty();
    private OptionalLong retryAfterMillis = OptionalLong.empty();
    private boolean streamed;
    private long contentChunks;
    private Optional<String> finishReason = Optional.empty();
    private Usage usage = Usage.NOTHING;
    private Optional<StreamItem.ServerError> serverError = Optional.empty();
    private Optional<String> malformed = Optional.empty();
    private Optional<StreamItem.Foreign> foreign = Optional.empty();
    private boolean done;
    private boolean ended;
    private long toldTokens;

    /**
     * @param streaming whether a streamed answer was asked for; what came is told by {@link #headers}
     * @param takenNanos not before {@code dueNanos}
     */
    public RequestRecording(
            Series series,
            Attempt attempt,
            ProducerClock clock,
            boolean streaming,
            long dueNanos,
            long takenNanos,
            Texts texts) {
        this(series, attempt, clock, streaming, dueNanos, takenNanos, texts, Optional.empty(), 1);
    }

    /**
     * @param twins of a half of a pair, the same as of the other half
     * @param choices how many answers are asked for
     */
    public RequestRecording(
            Series series,
            Attempt attempt,
            ProducerClock clock,
            boolean streaming,
            long dueNanos,
            long takenNanos,
            Texts texts,
            Optional<Twins> twins,
            int choices) {
        this.answers = new Answers(choices);
        this.texts = texts;
        this.twins = twins;
        this.series = series;
        this.attempt = attempt;
        this.clock = clock;
        this.streamed = streaming;
        this.dueNanos = dueNanos;
        this.takenNanos = takenNanos;
    }

    /** The id that is also sent to the target. */
    public String requestId() {
        return attempt.requestId();
    }

    /** Which try of which request this is. */
    public Attempt attempt() {
        return attempt;
    }

    /** The text of the answer so far, of several the first; empty where it is not kept, and where it is longer than what is kept. */
    public Optional<String> answer() {
        return texts.areKept() && answers.characters() < MAX_COUNTED_CHARACTERS
                ? Optional.of(answers.text(0))
                : Optional.empty();
    }

    /** When it was taken up, in nanoseconds of the clock. */
    public long takenNanos() {
        return takenNanos;
    }

    /** When it was written; empty before. */
    public OptionalLong sentNanos() {
        return stamp(sentNanos);
    }

    /** Whether it was written before a stamp; false while it is not written. Cheap: it is asked of all at each tick. */
    public boolean wasSentBefore(long atNanos) {
        return sentNanos != NEVER && sentNanos < atNanos;
    }

    /** Whether the first content came; always false for an answer in one piece. */
    public boolean hasFirstContent() {
        return firstContentNanos != NEVER;
    }

    /** Whether the server said everything that decides the outcome, though the stream may still be open. */
    public boolean isDecided() {
        return serverError.isPresent() || malformed.isPresent() || (done && answers.areComplete());
    }

    /** Chunks with content so far. */
    public long contentChunks() {
        return contentChunks;
    }

    /** Output tokens as the server counted them; empty while no usage has come that can be believed. */
    public OptionalLong countedOutputTokens() {
        return usage.beside(contentChunks)
                .fallingBackTo(answers.timed().beside(contentChunks))
                .output();
    }

    /** So many output tokens were told as having streamed in with a chunk. */
    public void told(long outputTokens) {
        toldTokens += outputTokens;
    }

    /** Output tokens that were counted minus those that were told while they streamed; may be negative. 0 while nobody counted. */
    public long outputTokenCorrection() {
        OptionalLong counted = countedOutputTokens();
        return counted.isPresent() ? counted.getAsLong() - toldTokens : 0;
    }

    /** The request bytes were handed to an established connection; of several times the last counts. */
    public void sent(long atNanos) {
        sentNanos = atNanos;
    }

    /** What it was handed to had ended before, so that it has yet to be sent. */
    public void notSent() {
        sentNanos = NEVER;
    }

    /**
     * Response headers arrived.
     *
     * @param isStream whether the body is a stream, as far as is known before it comes
     * @param retryAfter what the server asked for, in milliseconds
     */
    public void headers(long atNanos, int status, boolean isStream, OptionalLong retryAfter) {
        headersNanos = atNanos;
        httpStatus = OptionalLong.of(status);
        retryAfterMillis = retryAfter;
        streamed = isStream;
    }

    /** Bytes of the body arrived. */
    public void bytes(long atNanos) {
        if (firstByteNanos == NEVER) {
            firstByteNanos = atNanos;
        }
    }

    /**
     * What was decoded from bytes that arrived at {@code atNanos}.
     *
     * @return whether it was content
     */
    public boolean item(long atNanos, StreamItem item) {
        return switch (item) {
            case StreamItem.Chunk chunk -> chunk(atNanos, chunk);
            case StreamItem.ServerError error -> {
                serverError = serverError.or(() -> Optional.of(error));
                yield false;
            }
            case StreamItem.Foreign other -> {
                // Words for people go before the mere beginning of something.
                if (foreign.isEmpty() || (other.isMessage() && !foreign.get().isMessage())) {
                    foreign = Optional.of(other);
                }
                yield false;
            }
            case StreamItem.Reframed found -> {
                streamed = found.isStream();
                yield false;
            }
            case StreamItem.Done unused -> {
                done = true;
                yield false;
            }
            case StreamItem.Malformed bad -> {
                malformed = malformed.or(() -> Optional.of(bad.reason()));
                yield false;
            }
        };
    }

    private boolean chunk(long atNanos, StreamItem.Chunk chunk) {
        if (chunk.finishReason().isPresent()) {
            finishReason = chunk.finishReason();
            answers.finished(chunk.choice());
        }
        if (chunk.usage().isPresent()) {
            usage = chunk.usage().get().fallingBackTo(usage);
        }
        if (chunk.timings().isPresent()) {
            ServerTimings timings = chunk.timings().get();
            answers.timed(chunk.choice(), timings.tokens());
            Map<String, Long> all = new HashMap<>(serverNanos);
            all.putAll(timings.nanos());
            serverNanos = all;
        }
        if (!chunk.content()) {
            return false;
        }
        contentChunks++;
        if (texts.areKept() && answers.characters() < MAX_COUNTED_CHARACTERS) {
            answers.text(chunk.choice(), chunk.text());
        }
        if (streamed) {
            if (firstContentNanos == NEVER) {
                firstContentNanos = atNanos;
            }
            answers.content(chunk.choice(), atNanos).ifPresent(chunkGaps::record);
            if (chunk.answer() && firstAnswerNanos == NEVER) {
                firstAnswerNanos = atNanos;
            }
        }
        lastContentNanos = atNanos;
        return true;
    }

    /** Closes it because the server ended its answer in an orderly way. */
    public EndedRequest endedByServer(long atNanos) {
        return end(atNanos, verdict("the stream ended"));
    }

    /** Closes it because the connection broke; what was finished before is complete all the same. */
    public EndedRequest broken(long atNanos, String detail) {
        if (isErrorStatus() || answers.areComplete() || serverError.isPresent() || malformed.isPresent()) {
            return end(atNanos, verdict(detail));
        }
        return failed(atNanos, FailureKind.TRUNCATED, detail);
    }

    /** Closes it as failed. */
    public EndedRequest failed(long atNanos, FailureKind kind, String detail) {
        return end(atNanos, new Outcome.Failed(kind, httpStatus, retryAfterMillis, Optional.of(detail)));
    }

    /** Closes it because we ended it. */
    public EndedRequest cancelled(long atNanos) {
        return end(atNanos, new Outcome.Cancelled());
    }

    /** Closes it because this machine had too little of something for it. */
    public EndedRequest cancelled(long atNanos, OwnLimit limit) {
        return end(atNanos, Outcome.Cancelled.by(limit));
    }

    /** Closes it because it was due and is not sent. */
    public EndedRequest dropped(long atNanos, Outcome.DropReason reason) {
        return end(atNanos, new Outcome.Dropped(reason));
    }

    private boolean isErrorStatus() {
        return httpStatus.isPresent() && (httpStatus.getAsLong() < 200 || httpStatus.getAsLong() > 299);
    }

    private Outcome verdict(String howItEnded) {
        long status = httpStatus.orElse(200);
        if (status == 429 || status == 503 || status == 529) {
            return failure(FailureKind.REJECTED, saidWith(status));
        }
        if (status >= 500) {
            return failure(FailureKind.HTTP_5XX, saidWith(status));
        }
        if (status >= 400) {
            return failure(FailureKind.HTTP_4XX, saidWith(status));
        }
        if (isErrorStatus()) {
            return failure(
                    FailureKind.MALFORMED,
                    status >= 300
                            ? "status " + status + ": redirects are not followed"
                            : "status " + status + " is neither an answer nor an error");
        }
        if (serverError.isPresent()) {
            return ofServer(serverError.get());
        }
        if (malformed.isPresent()) {
            return failure(FailureKind.MALFORMED, malformed.get());
        }
        if (contentChunks > 0 && finishReason.isPresent() && answers.areComplete()) {
            return new Outcome.Completed(finishReason.get());
        }
        if (foreign.isPresent() && foreign.get().isMessage()) {
            StreamItem.Foreign told = foreign.get();
            return ofServer(new StreamItem.ServerError(told.words(), told.refusesAdmission()));
        }
        if (contentChunks > 0) {
            return failure(
                    FailureKind.TRUNCATED,
                    howItEnded
                            + answers.finishedOf()
                                    .map(some -> " with " + some + " answers finished")
                                    .orElse(" without a finish reason"));
        }
        return failure(
                FailureKind.EMPTY,
                foreign.map(other -> "the answer is without content; it says " + other.words())
                        .orElse(howItEnded + " without content"));
    }

    /** A refusal comes before any content; later it is an error like any other. */
    private Outcome ofServer(StreamItem.ServerError error) {
        return failure(
                error.refusesAdmission() && contentChunks == 0 ? FailureKind.REJECTED : FailureKind.STREAM_ERROR,
                error.message());
    }

    private String saidWith(long status) {
        return serverError
                .map(StreamItem.ServerError::message)
                .or(() -> malformed.map(reason -> "status " + status + ", " + reason))
                .or(() -> foreign.map(other -> "status " + status + ": " + other.words()))
                .orElse("status " + status);
    }

    private Outcome failure(FailureKind kind, String detail) {
        return new Outcome.Failed(kind, httpStatus, retryAfterMillis, Optional.of(detail));
    }

    private EndedRequest end(long atNanos, Outcome outcome) {
        if (ended) {
            throw new IllegalStateException("request " + requestId() + " was closed before");
        }
        ended = true;
        Stamps stamps = new Stamps(
                dueNanos,
                OptionalLong.of(takenNanos),
                stamp(sentNanos),
                stamp(headersNanos),
                stamp(firstByteNanos),
                stamp(firstContentNanos),
                stamp(firstAnswerNanos),
                stamp(lastContentNanos),
                atNanos);
        Surroundings surroundings = serverNanos.isEmpty()
                ? NOT_SAMPLED
                : new Surroundings(serverNanos, NOT_SAMPLED.gpu(), NOT_SAMPLED.engine());
        Map<TokenSource, Long> outputs = outputs();
        return new EndedRequest(
                series,
                attempt,
                clock.epochMillisAt(atNanos),
                stamps,
                new Response(
                        streamed,
                        contentChunks,
                        chunkGaps.toHistogram(),
                        tokens(outputs),
                        Optional.empty(),
                        answers.choices()),
                outcome,
                surroundings,
                untold(outputs));
    }

    private EndedRequest.Untold untold(Map<TokenSource, Long> outputs) {
        if (twins.isEmpty() && texts.promptToCount().isEmpty()) {
            return EndedRequest.Untold.NOTHING;
        }
        return new EndedRequest.Untold(
                texts.promptToCount()
                        .filter(unused -> contentChunks > 0 && answers.characters() < MAX_COUNTED_CHARACTERS)
                        .map(prompt -> new Countable(prompt, answers.texts(), outputs, texts.choice())),
                twins);
    }

    private static OptionalLong stamp(long nanos) {
        return nanos == NEVER ? OptionalLong.empty() : OptionalLong.of(nanos);
    }

    private Map<TokenSource, Long> outputs() {
        Map<TokenSource, Long> outputs = new EnumMap<>(TokenSource.class);
        usage.beside(contentChunks).output().ifPresent(count -> outputs.put(TokenSource.SERVER_USAGE, count));
        answers.timed()
                .beside(contentChunks)
                .output()
                .ifPresent(count -> outputs.put(TokenSource.SERVER_TIMINGS, count));
        if (streamed && contentChunks > 0) {
            outputs.put(TokenSource.CHUNKS, contentChunks);
        }
        return outputs;
    }

    private Tokens tokens(Map<TokenSource, Long> outputs) {
        Optional<TokenCount> output = texts.choice().first(outputs);
        Usage used = usage.beside(contentChunks);
        Usage timed = answers.timed().beside(contentChunks);
        return new Tokens(
                byServer(used.prompt(), timed.prompt()),
                output,
                byServer(used.reasoning(), timed.reasoning()),
                byServer(used.cached(), timed.cached()),
                texts.choice().other(outputs, output),
                Optional.empty(),
                used.refused().or(timed::refused));
    }

    private static Optional<TokenCount> byServer(OptionalLong used, OptionalLong timed) {
        if (used.isPresent()) {
            return Optional.of(new TokenCount(used.getAsLong(), TokenSource.SERVER_USAGE));
        }
        return timed.isPresent()
                ? Optional.of(new TokenCount(timed.getAsLong(), TokenSource.SERVER_TIMINGS))
                : Optional.empty();
    }
}
