package dev.plumbline.reports;

import dev.plumbline.judgement.compat.ForeignFigures;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import dev.plumbline.judgement.run.ClientsInStep;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

    /** What to know beside the numbers: each one sentence, without a full stop; often none. */
    List<String> notes() {
        return Stream.of(
                        Optional.ofNullable(result.plan().get("firstWave")),
                        ClientsInStep.of(result).map(ClientsInStep::text))
                .flatMap(Optional::stream)
                .toList();
    }

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
