/**
 * What grows steadily: a time to the first token, the memory of a GPU, a share of errors. The judge of series finds a leak when it
 * has become a regression; here it is named by its slope, with when it will be one.
 *
 * <p>{@link dev.plumbline.judgement.leak.LeakJudge} goes around another judge and keeps a number for each block of time in the
 * snapshot of its series; {@code Line} says whether they climb.
 *
 * <p>Traps: a step is no leak, though a straight line through it climbs; a service that warms up climbs and stops; memory that is taken
 * in advance never climbs, however much of it leaks. Hence a line must be nearer to the numbers than any step, and must climb in its
 * younger half, too.
 */
@NullMarked
package dev.plumbline.judgement.leak;

import org.jspecify.annotations.NullMarked;
