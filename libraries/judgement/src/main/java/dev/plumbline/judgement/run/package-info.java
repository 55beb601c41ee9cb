/**
 * Judging a run that has ended: stated budgets, the comparison with earlier runs, and the detector's alerts become one
 * verdict.
 *
 * <p>Everything is a pure function of the runs: no clock, no file, no chance. {@code docs/detection.md} explains the method.
 *
 * <p>Traps: windows of a run are not independent, so no interval here counts requests without a design effect; two runs
 * of the same thing differ by more than the noise inside a run, so no comparison here rests on that noise alone.
 */
@NullMarked
package dev.plumbline.judgement.run;

import org.jspecify.annotations.NullMarked;
