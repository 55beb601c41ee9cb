package dev.plumbline.cli.run;

import dev.plumbline.cli.stack.LocalPipe;
import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;
import java.nio.file.Path;

/** A command that makes several runs and gives each its place. A run of a host prints nothing itself. One thread. */
public interface RunHost {

    /** The pipe of the next run, which closes it; broker and apps are up. */
    LocalPipe pipe() throws InterruptedException;

    /** Hears what a run is at, in a few words. */
    void progress(String what);

    /**
     * Hears of a run that is over and judged.
     *
     * @param folder with its files
     */
    void ended(RunResult result, RunVerdict verdict, Path folder);
}
