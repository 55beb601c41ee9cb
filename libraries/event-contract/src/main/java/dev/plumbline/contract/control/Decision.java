package dev.plumbline.contract.control;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What a person decided: who, why, when, and until when it holds.
 *
 * @param who the author, one line
 * @param why the reason, one line
 * @param atEpochMillis when it was decided, milliseconds since the Unix epoch, positive
 * @param untilEpochMillis from when on it holds no more, later than {@code atEpochMillis}; empty where it has no stated end
 */
public record Decision(String who, String why, long atEpochMillis, OptionalLong untilEpochMillis) {

    public Decision {
        OneLine.require("who", who);
        OneLine.require("why", why);
        Objects.requireNonNull(untilEpochMillis, "untilEpochMillis");
        if (atEpochMillis <= 0) {
            throw new IllegalArgumentException("atEpochMillis " + atEpochMillis + " is not positive");
        }
        if (untilEpochMillis.isPresent() && untilEpochMillis.getAsLong() <= atEpochMillis) {
            throw new IllegalArgumentException(
                    "untilEpochMillis " + untilEpochMillis.getAsLong() + " is not behind " + atEpochMillis);
        }
    }

    /** Whether it holds at a moment. */
    public boolean holdsAt(long epochMillis) {
        return epochMillis >= atEpochMillis
                && (untilEpochMillis.isEmpty() || epochMillis < untilEpochMillis.getAsLong());
    }
}
