package dev.plumbline.contract.event;

import java.util.List;

/**
 * How many assertions about the answer held. A request whose check failed is completed all the same: its latencies count, it
 * is not good, and its share is a rate of its own.
 *
 * @param notEvaluated assertions that were to be looked at and were not, for want of time or by a fault of theirs
 * @param failedNames some of those that failed, for people; at most {@value #MOST_NAMES}
 */
public record Checks(long passed, long failed, long notEvaluated, List<String> failedNames) {

    /** Names kept of one request. */
    public static final int MOST_NAMES = 8;

    private static final int LONGEST_NAME = 100;

    public Checks {
        if (passed < 0 || failed < 0 || notEvaluated < 0 || passed + failed + notEvaluated < 1) {
            throw new IllegalArgumentException(
                    "checks " + passed + " passed, " + failed + " failed, " + notEvaluated + " not evaluated");
        }
        failedNames = failedNames.stream()
                .limit(MOST_NAMES)
                .map(name -> name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME))
                .toList();
    }

    /** Whether every assertion was looked at and held. */
    public boolean haveAllPassed() {
        return failed == 0 && notEvaluated == 0;
    }
}
