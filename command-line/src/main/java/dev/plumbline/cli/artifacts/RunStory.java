package dev.plumbline.cli.artifacts;

import dev.plumbline.cli.result.RunResult;
import dev.plumbline.cli.result.RunVerdict;

/** Everything that a document can tell of a run. */
record RunStory(RunResult result, RunVerdict verdict, RunFigures figures, FolderContents contents) {}
