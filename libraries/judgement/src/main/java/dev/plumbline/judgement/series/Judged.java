package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.AlertRecord;
import dev.plumbline.contract.verdict.BaselineRecord;
import dev.plumbline.contract.verdict.VerdictRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What came of a window. */
public sealed interface Judged {

    /** The state of the group afterwards. */
    GroupState state();

    /**
     * The window was taken up.
     *
     * @param alerts transitions that it brought, in order; those of a variant that was forgotten for it are among them
     * @param learned the baseline that it completed
     */
    record Taken(GroupState state, VerdictRecord verdict, List<AlertRecord> alerts, Optional<BaselineRecord> learned)
            implements Judged {
        public Taken {
            Objects.requireNonNull(state, "state");
            Objects.requireNonNull(verdict, "verdict");
            alerts = List.copyOf(alerts);
            Objects.requireNonNull(learned, "learned");
        }

        /** The same, with transitions that come after its own. */
        public Taken plus(List<AlertRecord> more) {
            if (more.isEmpty()) {
                return this;
            }
            List<AlertRecord> all = new ArrayList<>(alerts);
            all.addAll(more);
            return new Taken(state, verdict, all, learned);
        }

        /** The same, with transitions of others that come first. */
        Taken after(List<AlertRecord> others) {
            if (others.isEmpty()) {
                return this;
            }
            List<AlertRecord> all = new ArrayList<>(others);
            all.addAll(alerts);
            return new Taken(state, verdict, all, learned);
        }
    }

    /** The window was left out, nothing changed. */
    record LeftOut(GroupState state, Why why) implements Judged {}

    /** Why a window was left out. */
    enum Why {
        /** It is a correction; only finals are judged. */
        CORRECTION,
        /** The series has been judged beyond it already. */
        REPEATED,
        /** The group has as many variants as it may, and all of them go on. */
        TOO_MANY_VARIANTS
    }
}
