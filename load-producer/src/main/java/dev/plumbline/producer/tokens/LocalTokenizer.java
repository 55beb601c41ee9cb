package dev.plumbline.producer.tokens;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.plumbline.contract.event.TokenSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Counts with a {@code tokenizer.json} of Hugging Face. Special tokens are not added: what a server adds around a text is not
 * in the text.
 */
public final class LocalTokenizer implements TokenCounter {

    private final HuggingFaceTokenizer tokenizer;

    private LocalTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Loads a tokenizer; takes about half a second, most of it for the native library, which comes inside its jar. Nothing is
     * fetched over a network.
     *
     * @throws IOException when it can not be read, or is no tokenizer
     */
    public static LocalTokenizer load(Path file) throws IOException {
        // The library would tell its makers where it runs, and look for files on a hub.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        try {
            return new LocalTokenizer(HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file)
                    .optAddSpecialTokens(false)
                    .optTruncation(false)
                    .optPadding(false)
                    .build());
        } catch (RuntimeException | UnsatisfiedLinkError | ExceptionInInitializerError e) {
            throw new IOException("no tokenizer could be made of " + file, e);
        }
    }

    @Override
    public TokenSource source() {
        return TokenSource.LOCAL_TOKENIZER;
    }

    @Override
    public CompletableFuture<OptionalLong> count(String text) {
        try {
            return CompletableFuture.completedFuture(
                    OptionalLong.of(tokenizer.encode(text).getIds().length));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(OptionalLong.empty());
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
