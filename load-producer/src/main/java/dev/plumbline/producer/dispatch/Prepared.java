package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.workload.Session;
import java.util.Objects;
import java.util.Optional;

/**
 * A request that is ready to be sent.
 *
 * @param attempt its name and its place in the workload
 * @param session whose turn it is
 * @param ordinal of the session
 * @param turn which turn it is, from 1
 * @param thinkNanos how long after the answer before it is due; of the first turn 0
 * @param body not to be changed
 * @param promptToCount its text, where a tokenizer counts
 * @param keepsAnswer whether the text of the answer is kept for the turn after it
 */
record Prepared(
        Lane lane,
        Attempt attempt,
        Session session,
        long ordinal,
        int turn,
        long thinkNanos,
        byte[] body,
        Optional<String> promptToCount,
        boolean keepsAnswer) {
    Prepared {
        Objects.requireNonNull(lane, "lane");
        Objects.requireNonNull(attempt, "attempt");
        Objects.requireNonNull(session, "session");
        Objects.requireNonNull(promptToCount, "promptToCount");
    }
}
