package dev.plumbline.reports;

import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;

/** Everything that a document can tell of a run. */
record RunStory(RunResult result, RunVerdict verdict, RunFigures figures, FolderContents contents) {}
