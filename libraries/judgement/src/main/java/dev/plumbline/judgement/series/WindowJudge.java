package dev.plumbline.judgement.series;

import dev.plumbline.contract.verdict.SourcePosition;
import dev.plumbline.contract.window.WindowRecord;

/** How a window is judged: a function, as {@link GroupJudge} is, and whatever is put around it. */
@FunctionalInterface
public interface WindowJudge {

    /**
     * What comes of a window.
     *
     * @param before what is remembered of its group
     * @param at where it lay
     */
    Judged judge(GroupState before, WindowRecord window, SourcePosition at);
}
