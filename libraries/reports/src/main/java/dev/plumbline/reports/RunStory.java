package dev.plumbline.reports;

import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import java.util.List;

/** Everything that a document can tell of a run. */
record RunStory(RunResult result, RunVerdict verdict, RunFigures figures, FolderContents contents) {

    /** What a document can tell of one series of a run of several. */
    record OfSeries(String name, RunStory story) {}

    /** Each series, in order; none in a run of one. */
    List<OfSeries> series() {
        return result.series().stream()
                .map(one -> {
                    RunResult part = result.part(one);
                    return new OfSeries(one.name(), new RunStory(part, verdict.of(one), RunFigures.of(part), contents));
                })
                .toList();
    }
}
