package dev.plumbline.workload.trace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.workload.Salt;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sessions of GitHub Copilot's coding agent, one to an object: turns of the user, and the calls of a model behind each. What lies
 * between the end of a call and the next is tools and people.
 *
 * <p>The file does not say what prompts have in common, but how many of their tokens the service found in its cache. Blocks are made
 * so that a cache finds as many again: a call begins with so much of the call before it in its session that went to the same model;
 * the first one of a session begins with what all first ones of that model begin with. Rounded down to whole blocks.
 */
final class CopilotSessions extends JsonRows {

    private static final String MORE_CACHED =
            "more cached tokens than the call before it had: the rest is text of its own";

    private long nextBlock;

    CopilotSessions(ClassField classField) {
        super(classField);
    }

    @Override
    TraceFormat format() {
        return TraceFormat.COPILOT;
    }

    @Override
    boolean row(JsonNode node, int line, RowSink sink) throws BadTrace {
        Optional<String> session = name(node, "session_id").or(() -> Optional.of("line-" + line));
        Map<String, Blocks> lastOfModel = new HashMap<>();
        for (JsonNode turn : node.path("turns")) {
            for (JsonNode call : turn.path("llm_calls")) {
                JsonNode tokens = call.path("tokens");
                if (tokens.path("prompt").asLong(0) == 0) {
                    sink.leftOut("without token counts");
                    continue;
                }
                int prompt = prompt(tokens, "prompt", line, sink);
                String model = name(call, "model").orElse("");
                Blocks blocks = blocks(tokens, prompt, model, Optional.ofNullable(lastOfModel.get(model)), line, sink);
                lastOfModel.put(model, blocks);
                TraceRow row = new TraceRow(
                        line,
                        OptionalLong.of(moment(call, "timestamp", line)),
                        OptionalLong.empty(),
                        call.hasNonNull("duration_ms")
                                ? OptionalLong.of(time(call, "duration_ms", NANOS_PER_MILLI, line))
                                : OptionalLong.empty(),
                        prompt,
                        output(tokens, "completion", line, sink),
                        blocks,
                        origin(session, call, turn, node));
                if (!sink.row(row, () -> "")) {
                    return false;
                }
            }
        }
        return true;
    }

    private Blocks blocks(JsonNode tokens, int prompt, String model, Optional<Blocks> before, int line, RowSink sink)
            throws BadTrace {
        int size = format().blockTokens();
        long[] ids = new long[(prompt + size - 1) / size];
        long cached = tokens.hasNonNull("cached") ? whole(tokens, "cached", line) : 0;
        if (cached < 0 || cached > prompt) {
            throw new BadTrace(
                    line, "cached is " + cached + ", allowed is 0 to the " + prompt + " tokens of the prompt");
        }
        int common = (int) (cached / size);
        if (before.isPresent() && common > before.get().size()) {
            sink.changed(MORE_CACHED);
            common = before.get().size();
        }
        long ofModel = Salt.mixed(Salt.mixed(size, "common"), model);
        for (int block = 0; block < ids.length; block++) {
            if (block < common) {
                ids[block] = before.isPresent() ? before.get().id(block) : Salt.mixed(ofModel, block);
            } else {
                ids[block] = nextBlock++;
            }
        }
        return Blocks.of(ids);
    }
}
