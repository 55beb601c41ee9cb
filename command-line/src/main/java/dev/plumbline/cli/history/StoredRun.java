package dev.plumbline.cli.history;

import dev.plumbline.contract.run.RunRecord.Decision;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.judgement.result.RunEnding;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.result.RunVerdict.Answer;
import dev.plumbline.judgement.run.Soundness;
import java.util.Objects;
import java.util.Optional;

/** A run and how it was judged: the content of a run file. */
public record StoredRun(RunResult result, RunVerdict verdict) {

    public StoredRun {
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(verdict, "verdict");
    }

    /** The id of the run. */
    public String runId() {
        return result.identity().runId();
    }

    /** What it can be compared with. */
    public ComparisonGroup group() {
        return result.identity().series().group();
    }

    /**
     * Why nothing can be held against it, whoever says that it may: it failed, or holds nothing that can be judged. One clause
     * that begins with its id; empty where it can be a baseline.
     */
    Optional<String> unfit() {
        if (verdict.decision() == Decision.FAILED) {
            return Optional.of(runId() + " failed: " + verdict.reason());
        }
        boolean holdsSomething = result.windows().stream()
                .anyMatch(window ->
                        window.canBeJudged() && window.measured().requests().completed() > 0);
        return holdsSomething ? Optional.empty() : Optional.of(runId() + " holds no request that can be judged");
    }

    /**
     * Whether it ended by itself, was sound, and was neither judged bad nor left open. The findings are asked as well as the
     * decision: {@code --inconclusive pass} once stored an open question as a pass.
     */
    boolean isGoodByItself() {
        boolean ended = switch (result.ending()) {
            case RunEnding.Completed completed -> true;
            case RunEnding.LimitReached limit -> true;
            case RunEnding.Interrupted interrupted -> false;
            case RunEnding.Broken broken -> false;
        };
        boolean judgedWell = switch (verdict.decision()) {
            case PASS, NOT_JUDGED -> true;
            case REGRESSION, INCONCLUSIVE, FAILED -> false;
        };
        return ended
                && judgedWell
                && verdict.allFindings().stream().noneMatch(finding -> finding.answer() == Answer.CANNOT_TELL)
                && isSound();
    }

    /** Each of its series, where there are several. */
    private boolean isSound() {
        return result.series().isEmpty()
                ? Soundness.of(result, verdict.findings()) instanceof Soundness.Sound
                : result.series().stream()
                        .allMatch(one ->
                                Soundness.of(result.part(one), verdict.of(one).findings()) instanceof Soundness.Sound);
    }
}
