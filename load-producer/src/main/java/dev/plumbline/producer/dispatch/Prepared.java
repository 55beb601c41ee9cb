package dev.plumbline.producer.dispatch;

import dev.plumbline.contract.event.Asked.Role;
import dev.plumbline.contract.event.Attempt;
import dev.plumbline.producer.limits.SpendGuard;
import dev.plumbline.producer.recorder.Twins;
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
 * @param worst the most that it may take
 * @param choices how many answers it asks for
 * @param half of a session that is asked of two targets: which half it is; empty for any other
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
        boolean keepsAnswer,
        SpendGuard.Worst worst,
        int choices,
        Optional<Half> half) {
    Prepared {
        Objects.requireNonNull(lane, "lane");
        Objects.requireNonNull(attempt, "attempt");
        Objects.requireNonNull(session, "session");
        Objects.requireNonNull(promptToCount, "promptToCount");
        Objects.requireNonNull(worst, "worst");
        Objects.requireNonNull(half, "half");
    }

    /**
     * One of two targets that are asked the same.
     *
     * @param twins the same as of the other half; empty where the other half's session is over and this one goes on alone
     */
    record Half(Role role, Optional<Twins> twins) {
        Half {
            Objects.requireNonNull(role, "role");
            Objects.requireNonNull(twins, "twins");
        }
    }
}
