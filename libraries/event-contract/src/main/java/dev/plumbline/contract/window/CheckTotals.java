package dev.plumbline.contract.window;

/**
 * Completed requests whose answers were to be checked: a rate of its own, apart from failures.
 *
 * @param passed every check held
 * @param failed at least one did not
 * @param notEvaluated none failed, and at least one was not looked at
 */
public record CheckTotals(long passed, long failed, long notEvaluated) {

    public CheckTotals {
        if (passed < 0 || failed < 0 || notEvaluated < 0 || passed + failed + notEvaluated < 1) {
            throw new IllegalArgumentException(
                    "checks: " + passed + " passed, " + failed + " failed, " + notEvaluated + " not evaluated");
        }
    }

    /** The requests of both. */
    public CheckTotals plus(CheckTotals other) {
        return new CheckTotals(passed + other.passed, failed + other.failed, notEvaluated + other.notEvaluated);
    }
}
