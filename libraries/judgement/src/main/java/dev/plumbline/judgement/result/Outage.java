package dev.plumbline.judgement.result;

import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A time in which a part of the local stack was gone, from the end of its process until it served again.
 *
 * @param part its label, for example {@code aggregator}
 * @param sinceEpochMillis when its end was seen
 * @param exitCode of its process, 128 + the signal where it was killed; empty where nobody can know. Of several ends in one
 *     outage the last
 * @param starts how often it was started again in this outage, 0 while nobody has tried
 * @param awayMillis until it served again; empty when it never did
 * @param lastWords last lines of its log before it ended, as one line
 */
public record Outage(
        String part,
        long sinceEpochMillis,
        OptionalInt exitCode,
        int starts,
        OptionalLong awayMillis,
        String lastWords) {

    private static final int FIRST_SIGNAL_CODE = 129;
    private static final int LAST_SIGNAL_CODE = 128 + 64;

    public Outage {
        Objects.requireNonNull(part, "part");
        Objects.requireNonNull(exitCode, "exitCode");
        Objects.requireNonNull(awayMillis, "awayMillis");
        Objects.requireNonNull(lastWords, "lastWords");
        if (sinceEpochMillis < 0 || starts < 0 || awayMillis.orElse(0) < 0) {
            throw new IllegalArgumentException("outage of " + part + " since " + sinceEpochMillis + " with " + starts
                    + " starts, away for " + awayMillis);
        }
    }

    /** How the process ended, for example {@code signal 9} or {@code exit code 4}. */
    public String cause() {
        if (exitCode.isEmpty()) {
            return "its end is not known";
        }
        int code = exitCode.getAsInt();
        return code >= FIRST_SIGNAL_CODE && code <= LAST_SIGNAL_CODE ? "signal " + (code - 128) : "exit code " + code;
    }

    /** Whether it is the same one, perhaps as it was known earlier. */
    public boolean isSameAs(Outage other) {
        return part.equals(other.part) && sinceEpochMillis == other.sinceEpochMillis;
    }
}
