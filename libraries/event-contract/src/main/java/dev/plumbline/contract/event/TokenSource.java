package dev.plumbline.contract.event;

/** Where a token count comes from; never mixed silently. */
public enum TokenSource {
    /** The server's {@code usage} block. */
    SERVER_USAGE,
    /** The server's own timing block, for example {@code eval_count}. */
    SERVER_TIMINGS,
    /** Counted by the target's own {@code /tokenize}, from the text of the answer. */
    TARGET_TOKENIZER,
    /** Counted here with the model's tokenizer, from the text of the answer. */
    LOCAL_TOKENIZER,
    /** The number of content chunks, for want of anything better. */
    CHUNKS
}
