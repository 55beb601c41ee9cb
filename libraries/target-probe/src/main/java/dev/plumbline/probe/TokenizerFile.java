package dev.plumbline.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@code tokenizer.json} of Hugging Face, read for one thing: which words are in its vocabulary as they stand behind a space. Such a
 * word is one token to a tokenizer that splits at spaces. Nothing is tokenized here, and no native code is loaded.
 */
final class TokenizerFile {

    /** What marks the space before a word: of byte-level BPE, of SentencePiece; of WordPiece nothing does. */
    private static final List<String> SPACES = List.of("\u0120", "\u2581", "");

    private TokenizerFile() {}

    /**
     * The words that are in its vocabulary, in their order.
     *
     * @throws IOException if it cannot be read, or is no such file; the message is one line
     */
    static List<String> known(Path file, List<String> words) throws IOException {
        Map<String, Map<String, Boolean>> found = new HashMap<>();
        SPACES.forEach(space -> found.put(space, new HashMap<>()));
        Map<String, String> spaceByEntry = new HashMap<>();
        Map<String, String> wordByEntry = new HashMap<>();
        for (String space : SPACES) {
            for (String word : words) {
                spaceByEntry.put(space + word, space);
                wordByEntry.put(space + word, word);
            }
        }
        boolean hasVocabulary = false;
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isModel = json.currentName().equals("model");
                if (json.nextToken() != JsonToken.START_OBJECT || !isModel) {
                    json.skipChildren();
                    continue;
                }
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    boolean isVocabulary = json.currentName().equals("vocab");
                    json.nextToken();
                    if (!isVocabulary) {
                        json.skipChildren();
                        continue;
                    }
                    hasVocabulary = true;
                    for (String entry : entries(json, spaceByEntry)) {
                        found.get(spaceByEntry.get(entry)).put(wordByEntry.get(entry), true);
                    }
                }
            }
        }
        if (!hasVocabulary) {
            throw new IOException("it has no model with a vocabulary");
        }
        Map<String, Boolean> most = new HashMap<>();
        for (String space : SPACES) {
            if (found.get(space).size() > most.size()) {
                most = found.get(space);
            }
        }
        return words.stream().filter(most::containsKey).toList();
    }

    /** Those of a vocabulary that are wanted: an object by entry, or a list of entries with their scores. */
    private static List<String> entries(JsonParser json, Map<String, String> wanted) throws IOException {
        List<String> entries = new ArrayList<>();
        if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                if (wanted.containsKey(json.currentName())) {
                    entries.add(json.currentName());
                }
                json.nextToken();
                json.skipChildren();
            }
        } else if (json.currentToken() == JsonToken.START_ARRAY) {
            for (JsonToken at = json.nextToken(); at == JsonToken.START_ARRAY; at = json.nextToken()) {
                if (json.nextToken() == JsonToken.VALUE_STRING && wanted.containsKey(json.getText())) {
                    entries.add(json.getText());
                }
                while (json.currentToken() != JsonToken.END_ARRAY && json.nextToken() != JsonToken.END_ARRAY) {
                    json.skipChildren();
                }
            }
        } else {
            json.skipChildren();
        }
        return entries;
    }
}
