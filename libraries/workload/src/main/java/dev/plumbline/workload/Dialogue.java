package dev.plumbline.workload;

import java.util.Optional;

/**
 * How a session goes on behind its first message. A user writes {@code turns} messages. Behind each of them the model calls tools one
 * after the other: each result is a message and a request of its own. Then come sub-agents, one after the other, while the session
 * waits: each is a conversation of its own that begins with a task; its last answer is the next message of the session.
 *
 * @param turns messages of the user
 * @param think from the end of an answer to the next message of the user
 */
record Dialogue(Length turns, Pause think, History history, Optional<Tools> tools, Optional<SubAgents> subAgents) {

    private static final long MOST_REQUESTS = 10_000;

    /** One message of the user, and nothing behind it. */
    static final Dialogue ONE_MESSAGE =
            new Dialogue(Length.of(1), Pause.NONE, History.FULL, Optional.empty(), Optional.empty());

    /** What is sent of the conversation so far. */
    enum History {
        /** All of it, with the answers that came. */
        FULL,
        /** All of it, with answers of the length that was asked for that are made here: the same tokens in every run. */
        GENERATED,
        /** The new message only: for servers that keep the conversation, and as a workload without history. */
        DELTA
    }

    /**
     * Calls of tools behind each message of the user.
     *
     * @param calls how many
     * @param time how long each takes
     * @param results how long each result is
     */
    record Tools(Length calls, Pause time, Length results) {}

    /**
     * Sub-agents behind each message of the user.
     *
     * @param count how many
     * @param turns requests of each: its task, and results of its tools
     * @param tasks how long a task is
     * @param answers the longest answers to each of its requests
     * @param time how long its tools take
     * @param results how long their results are
     */
    record SubAgents(Length count, Length turns, Length tasks, Length answers, Pause time, Length results) {}

    Dialogue {
        long behindEach = tools.map(each -> each.calls().most()).orElse(0L)
                + subAgents
                        .map(each -> each.count().most() * (each.turns().most() + 1))
                        .orElse(0L);
        if (turns.most() * (1 + behindEach) > MOST_REQUESTS) {
            throw new IllegalArgumentException("one session may have " + turns.most() * (1 + behindEach)
                    + " requests, allowed are " + MOST_REQUESTS + ": lower turns, tools.calls or subAgents");
        }
    }

    /** Whether a session may have more than one request. */
    boolean hasFurtherTurns() {
        return turns.most() > 1
                || tools.filter(each -> each.calls().most() > 0).isPresent()
                || subAgents.filter(each -> each.count().most() > 0).isPresent();
    }
}
