package dev.plumbline.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
        Set<String> wanted = new HashSet<>();
        SPACES.forEach(space -> words.forEach(word -> wanted.add(space + word)));
        Set<String> found = new HashSet<>();
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
                    found.addAll(entries(json, wanted));
                }
            }
        }
        if (!hasVocabulary) {
            throw new IOException("it has no model with a vocabulary");
        }
        return SPACES.stream()
                .map(space -> words.stream()
                        .filter(word -> found.contains(space + word))
                        .toList())
                .max(Comparator.comparingInt(List::size))
                .orElseThrow();
    }

    /** Those of a vocabulary that are wanted: an object by entry, or a list of entries with their scores. */
    private static List<String> entries(JsonParser json, Set<String> wanted) throws IOException {
        List<String> entries = new ArrayList<>();
        if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                if (wanted.contains(json.currentName())) {
                    entries.add(json.currentName());
                }
                json.nextToken();
                json.skipChildren();
            }
        } else if (json.currentToken() == JsonToken.START_ARRAY) {
            for (JsonToken at = json.nextToken(); at == JsonToken.START_ARRAY; at = json.nextToken()) {
                if (json.nextToken() == JsonToken.VALUE_STRING && wanted.contains(json.getText())) {
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
