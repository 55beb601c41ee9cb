/**
 * What the detector knows while it runs: the state of every group, totals for the exposition, and what was published
 * before a restart, so that nothing is told twice.
 *
 * <p>Trap: after a restart windows are read again from the last snapshots on, or from their beginning where there are none.
 * Those that a published verdict covers are neither counted nor judged again; a baseline that was still being learned is
 * learned again from the same windows, and the verdicts of that time are not published a second time.
 */
@NullMarked
package dev.plumbline.detector.watch;

import org.jspecify.annotations.NullMarked;
