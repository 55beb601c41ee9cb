package dev.plumbline.producer.client;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.OwnLimit;
import dev.plumbline.producer.recorder.EndedRequest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * What is worth a line in the log about the answers of one target: labels that are not those of their bodies, token counts
 * that are not believed, the server's own words for the first failure of each kind, and what this machine had too little of.
 * Each once, then only counted. Shared by all clients of the target. Any thread.
 */
public final class AnswerNotes {

    private static final Logger LOG = Logger.getLogger(AnswerNotes.class);

    /** Most remarks that are told apart; a server could make up labels without end. */
    private static final int MOST_REMARKS = 16;

    private final Set<String> remarks = ConcurrentHashMap.newKeySet();
    private final Set<FailureKind> failures = ConcurrentHashMap.newKeySet();
    private final Map<OwnLimit, LongAdder> ownLimits = new ConcurrentHashMap<>();
    private final LongAdder mislabelled = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /** Answers whose label was not that of their body. */
    public long mislabelledAnswers() {
        return mislabelled.sum();
    }

    /** Answers with token counts that were not believed. */
    public long refusedUsages() {
        return refused.sum();
    }

    /** Requests that could not be made for want of something here, warm-ups included; what did not happen is left out. */
    public Map<OwnLimit, Long> ownLimits() {
        Map<OwnLimit, Long> counts = new EnumMap<>(OwnLimit.class);
        ownLimits.forEach((limit, count) -> counts.put(limit, count.sum()));
        return counts;
    }

    void mislabelled(String remark) {
        mislabelled.increment();
        if (remarks.size() < MOST_REMARKS && remarks.add(remark)) {
            LOG.infof("The target's answers are %s: they are read as what they are", remark);
        }
    }

    void ended(EndedRequest request) {
        request.response().tokens().refused().ifPresent(this::refused);
        if (request.outcome() instanceof Outcome.Cancelled cancelled) {
            cancelled.ownLimit().ifPresent(this::limited);
        }
        if (request.outcome() instanceof Outcome.Failed failed && failures.add(failed.kind())) {
            LOG.warnf(
                    "A request failed, %s: %s; more of this kind are only counted",
                    failed.kind(), failed.detail().orElse("nothing was said"));
        }
    }

    private void limited(OwnLimit limit) {
        if (ownLimits.putIfAbsent(limit, new LongAdder()) == null) {
            LOG.errorf("This machine, not the target, let a request down: too little of %s", limit);
        }
        ownLimits.computeIfAbsent(limit, any -> new LongAdder()).increment();
    }

    private void refused(String reason) {
        refused.increment();
        if (refused.sum() == 1) {
            LOG.warnf("The target's token counts are not believed (%s): the next source is taken", reason);
        }
    }
}
