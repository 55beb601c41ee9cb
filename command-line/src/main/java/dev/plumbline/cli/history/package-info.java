/**
 * The runs of the past: one folder each below an artifact root, with everything that judging needs in {@code run.json}; which
 * of them are green, pinned or promoted is in {@code baselines.json} beside them.
 *
 * <p>Traps: a run file may come from elsewhere, so its id is checked before it becomes a path; two processes may write at
 * once, so every change of the marks happens under a file lock and by renaming; a folder that is not one of ours is never
 * touched.
 */
@NullMarked
package dev.plumbline.cli.history;

import org.jspecify.annotations.NullMarked;
