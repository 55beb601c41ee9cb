package dev.plumbline.reports;

import dev.plumbline.judgement.result.RunResult;
import dev.plumbline.judgement.result.RunVerdict;

/** Turns a run into the bytes of {@code run.json}, from which it can be judged again. */
@FunctionalInterface
public interface RunFileEncoding {
    byte[] encode(RunResult result, RunVerdict verdict);
}
