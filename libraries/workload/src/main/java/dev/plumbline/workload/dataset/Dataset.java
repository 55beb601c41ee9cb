package dev.plumbline.workload.dataset;

import dev.plumbline.workload.ByteSource;
import java.io.IOException;
import java.util.List;

/**
 * What a person brought to be asked. Immutable; safe for any thread.
 *
 * <p>It is held in memory, and bounded: {@link DatasetChoice#mostConversations} and {@value #MOST_TEXT_BYTES} bytes of text, whichever
 * comes first. What is behind that in its file is not read.
 */
public final class Dataset {

    /**
     * Most that is held, in bytes: a character takes one, or two in a text with one that is beyond Latin-1, and each question
     * {@value Gathering#QUESTION_BYTES} beside its texts.
     */
    public static final long MOST_TEXT_BYTES = 48 << 20;

    private final List<Conversation> conversations;
    private final DatasetFacts facts;

    Dataset(List<Conversation> conversations, DatasetFacts facts) {
        this.conversations = List.copyOf(conversations);
        this.facts = facts;
    }

    /**
     * Reads a file.
     *
     * @param name of the file for messages
     * @param bytes of it
     * @throws UnusableDataset if something of it is broken, or nothing of it can be asked
     * @throws IOException if the source throws it
     */
    public static Dataset read(String name, ByteSource bytes, DatasetChoice choice) throws IOException {
        return new DatasetReader(name, bytes, choice).read();
    }

    /**
     * Prompts that were typed.
     *
     * @param name of where, for messages
     * @throws UnusableDataset if there is none, or one of them is blank
     */
    public static Dataset ofPrompts(String name, List<String> prompts) {
        Gathering gathering = new Gathering(name, DatasetFormat.LINES, DatasetChoice.RECOGNIZED);
        for (int i = 0; i < prompts.size(); i++) {
            String prompt = prompts.get(i);
            if (prompt.isBlank()) {
                throw new UnusableDataset(name + ": prompt " + (i + 1) + " is empty: write something, or leave it out");
            }
            gathering.add(new Place(name, i + 1L, 0), Records.asked(prompt));
        }
        return gathering.dataset();
    }

    /** All of it but the texts. */
    public DatasetFacts facts() {
        return facts;
    }

    List<Conversation> conversations() {
        return conversations;
    }
}
