package dev.plumbline.reports;

import dev.plumbline.judgement.compat.ForeignFigures;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import java.util.Optional;

/**
 * Everything that a document can tell of a run.
 *
 * @param foreign the run as another tool would tell it, where that was asked for
 */
record RunStory(
        RunResult result,
        RunVerdict verdict,
        RunFigures figures,
        FolderContents contents,
        Optional<ForeignFigures> foreign) {

    /** A run that no other tool is held against. */
    RunStory(RunResult result, RunVerdict verdict, RunFigures figures, FolderContents contents) {
        this(result, verdict, figures, contents, Optional.empty());
    }
}
