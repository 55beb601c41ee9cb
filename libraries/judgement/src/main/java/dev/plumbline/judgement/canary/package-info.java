/**
 * A canary beside what serves in the same seconds. What is common to both, the load of the hour, the time of day, a busy network,
 * falls out of their difference; so a busy hour alarms nobody through the pair, and a calm one hides nothing.
 *
 * <p>{@link dev.plumbline.judgement.canary.PairedJudge} goes around the judge of windows; {@code PairJudge} adds blocks of time up
 * and {@code CanaryJudge} says what they mean. All state is in the snapshots of the two series, so that a restart goes on where it
 * was.
 *
 * <p>Traps: a variant is a canary by its name, since nothing in a window says so; only blocks in which both were measured in the
 * very same windows are compared; the verdict of a pair is the canary's, and stable's says nothing of it.
 */
@NullMarked
package dev.plumbline.judgement.canary;

import org.jspecify.annotations.NullMarked;
