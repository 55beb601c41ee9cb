package dev.plumbline.target;

import com.fasterxml.jackson.databind.JsonNode;
import dev.plumbline.target.lockstep.BlockHashes;

/**
 * The blocks of a prompt that was found well formed: so many characters or token ids each, over all messages. The roles
 * take no room and belong to what follows them.
 */
final class PromptBlocks {

    private PromptBlocks() {}

    /** @param prompt a text, token ids, or messages */
    static BlockHashes of(JsonNode prompt, int blockTokens) {
        boolean ids = prompt.isArray() && prompt.path(0).isIntegralNumber();
        BlockHashes.Builder blocks =
                new BlockHashes.Builder(ids ? blockTokens : blockTokens * RequestBody.CHARACTERS_PER_TOKEN);
        if (prompt.isTextual()) {
            return blocks.text(prompt.textValue()).build();
        }
        for (JsonNode part : prompt) {
            add(blocks, part);
        }
        return blocks.build();
    }

    private static void add(BlockHashes.Builder blocks, JsonNode part) {
        if (part.isIntegralNumber()) {
            blocks.unit(part.longValue());
        } else if (part.isTextual()) {
            blocks.text(part.textValue());
        } else {
            JsonNode content = part.path("content");
            blocks.mark(part.path("role").asText(""));
            if (content.isTextual()) {
                blocks.text(content.textValue());
            }
            content.forEach(piece -> blocks.text(piece.path("text").asText("")));
        }
    }
}
