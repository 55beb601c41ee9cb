package dev.plumbline.target;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What truly happened to one request that was well formed. Malformed ones (status 400, 401, 404, 405, 413) have none.
 *
 * @param requestId its {@code X-Request-Id}, or {@code ordinal-N} when it had none; of {@code [A-Za-z0-9._:-]}
 * @param ordinal 0 for the first well-formed request since the start, then counted up
 * @param stamps when it happened
 * @param contentChunks chunks with content that were written; 0 when not streamed
 * @param promptTokens tokens of the prompt
 * @param outputTokens tokens that were generated until the end
 * @param outcome how it ended
 * @param activeRegressions names in {@link Regressions#NAMES} that were active at some moment of it, not necessarily to
 *     its harm
 * @param steps what an engine that works in steps did with it; absent where every stream has a timing of its own
 * @param traceparent its header of that name, where it had one of W3C Trace Context
 */
public record EmitRecord(
        String requestId,
        long ordinal,
        EmitStamps stamps,
        int contentChunks,
        int promptTokens,
        int outputTokens,
        EmitOutcome outcome,
        List<String> activeRegressions,
        Optional<StepTruth> steps,
        Optional<String> traceparent) {

    /** Copies the list. */
    public EmitRecord {
        activeRegressions = List.copyOf(activeRegressions);
    }

    /** Of an engine where every stream has a timing of its own. */
    public EmitRecord(
            String requestId,
            long ordinal,
            EmitStamps stamps,
            int contentChunks,
            int promptTokens,
            int outputTokens,
            EmitOutcome outcome,
            List<String> activeRegressions) {
        this(
                requestId,
                ordinal,
                stamps,
                contentChunks,
                promptTokens,
                outputTokens,
                outcome,
                activeRegressions,
                Optional.empty(),
                Optional.empty());
    }

    /** One JSON object without line breaks; names are the components', stamps lie flat, what is absent is left out. */
    public String toJson() {
        StringBuilder json = new StringBuilder(320);
        json.append("{\"requestId\":\"")
                .append(requestId)
                .append("\",\"ordinal\":")
                .append(ordinal);
        json.append(",\"receivedNanos\":").append(stamps.receivedNanos());
        append(json, "admittedNanos", stamps.admittedNanos());
        append(json, "firstContentNanos", stamps.firstContentNanos());
        append(json, "lastContentNanos", stamps.lastContentNanos());
        json.append(",\"maxLatenessNanos\":").append(stamps.maxLatenessNanos());
        json.append(",\"contentChunks\":").append(contentChunks);
        json.append(",\"promptTokens\":").append(promptTokens);
        json.append(",\"outputTokens\":").append(outputTokens);
        json.append(",\"outcome\":\"").append(outcome).append("\",\"activeRegressions\":[");
        for (int i = 0; i < activeRegressions.size(); i++) {
            json.append(i == 0 ? "\"" : ",\"").append(activeRegressions.get(i)).append('"');
        }
        json.append(']');
        steps.ifPresent(truth -> append(json, truth));
        // Of hexadecimal digits and hyphens.
        traceparent.ifPresent(
                trace -> json.append(",\"traceparent\":\"").append(trace).append('"'));
        return json.append('}').toString();
    }

    private static void append(StringBuilder json, StepTruth truth) {
        append(json, "queueNanos", truth.queueNanos());
        json.append(",\"cachedTokens\":").append(truth.cachedTokens());
        json.append(",\"preemptions\":").append(truth.preemptions());
        json.append(",\"outOfMemory\":").append(truth.outOfMemory());
    }

    private static void append(StringBuilder json, String name, OptionalLong nanos) {
        nanos.ifPresent(value -> json.append(",\"").append(name).append("\":").append(value));
    }
}
