package dev.plumbline.workload.dataset;

import dev.plumbline.protocol.Ask;
import dev.plumbline.protocol.EndpointType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A dataset while it is read. One thread. */
final class Gathering {

    /** What a question takes beside its texts: its objects. */
    static final int QUESTION_BYTES = 192;

    private final String file;
    private final DatasetFormat format;
    private final DatasetChoice choice;
    private final List<Draft> drafts = new ArrayList<>();
    private final Map<String, Draft> bySession = new HashMap<>();
    private final Map<EndpointType, String> refusals = new EnumMap<>(EndpointType.class);
    private DatasetFacts.Longest longest = new DatasetFacts.Longest("", 0);
    private long heldBytes;
    private long promptBytes;
    private int questions;
    private int questionsWithoutLimit;
    private int mostTokens;
    private int leftOut;
    private boolean hasBodies;
    private boolean isCut;

    /** A conversation to which questions may be added yet. */
    private record Draft(List<Conversation.Question> questions, boolean grows) {}

    Gathering(String file, DatasetFormat format, DatasetChoice choice) {
        this.file = file;
        this.format = format;
        this.choice = choice;
    }

    /** Counts an entry that cannot be asked. */
    void leaveOut() {
        leftOut++;
    }

    /** Adds an entry; false when there is no room for it and the rest. */
    boolean add(Place place, Conversation conversation) {
        if (drafts.size() >= choice.mostConversations() || isFull()) {
            isCut = true;
            return false;
        }
        begun(place, conversation);
        return true;
    }

    /** Adds a question to the session of its name; false when there is no room for it and the rest. */
    boolean add(Place place, String session, Conversation one) {
        Draft draft = bySession.get(session);
        if (draft == null) {
            if (!add(place, one)) {
                return false;
            }
            bySession.put(session, drafts.getLast());
            return true;
        }
        if (isFull()) {
            isCut = true;
            return false;
        }
        if (choice.turns() == DatasetChoice.Turns.ALL) {
            count(place, one, draft);
        }
        return true;
    }

    private boolean isFull() {
        return heldBytes > Dataset.MOST_TEXT_BYTES;
    }

    private void begun(Place place, Conversation conversation) {
        Draft draft = new Draft(new ArrayList<>(), conversation.grows());
        drafts.add(draft);
        count(place, choice.turns() == DatasetChoice.Turns.FIRST ? conversation.first() : conversation, draft);
    }

    private void count(Place place, Conversation conversation, Draft draft) {
        long grownBytes = 0;
        int shared = 0;
        for (Conversation.Question question : conversation.questions()) {
            long own = question.textBytes();
            // Of questions that bring their history only what is new is held anew.
            heldBytes += QUESTION_BYTES + question.heldBytes(conversation.grows() ? 0 : shared);
            shared = question.messages().size();
            grownBytes = conversation.grows() ? grownBytes + own : own;
            promptBytes += grownBytes;
            if (grownBytes > longest.textBytes() || longest.place().isEmpty()) {
                longest = new DatasetFacts.Longest(place.toString(), grownBytes);
            }
            questions++;
            questionsWithoutLimit += question.maxTokens().isEmpty() ? 1 : 0;
            mostTokens = Math.max(mostTokens, question.maxTokens().orElse(0));
            if (question.body().isPresent() || !question.extra().isEmpty()) {
                hasBodies |= question.body().isPresent();
                Ask ask = question.ask(List.of(), 1);
                for (EndpointType type : EndpointType.values()) {
                    ask.refusal(type).ifPresent(refusal -> refusals.putIfAbsent(type, place + ": " + refusal));
                }
            }
            draft.questions().add(question);
        }
    }

    /** @throws UnusableDataset if nothing was added */
    Dataset dataset() {
        if (drafts.isEmpty()) {
            throw new UnusableDataset(file
                    + (leftOut > 0
                            ? ": in none of its " + leftOut + " entries a user asks anything"
                            : ": holds no prompt")
                    + ": is it the right file?");
        }
        List<Conversation> conversations = drafts.stream()
                .map(draft -> new Conversation(draft.questions(), draft.grows()))
                .toList();
        return new Dataset(
                conversations,
                new DatasetFacts(
                        format,
                        conversations.size(),
                        questions,
                        leftOut,
                        isCut,
                        longest,
                        promptBytes / questions,
                        mostTokens,
                        questionsWithoutLimit,
                        conversations.stream()
                                .filter(Conversation::readsAnswers)
                                .mapToInt(
                                        conversation -> conversation.questions().size())
                                .max()
                                .orElse(0),
                        hasBodies,
                        Fingerprint.of(conversations),
                        refusals));
    }
}
