/**
 * Judging as a pure state machine: a window goes in; verdict, alerts, perhaps a baseline, and the next state come out.
 * {@link dev.plumbline.judgement.series.GroupJudge} is the entrance.
 *
 * <p>The state of a series is exactly the snapshot that its verdict record carries, and everything else is computed from
 * the baseline record. So a detector that reads both back continues as if it had never stopped; there is no second form
 * of the state that could differ.
 *
 * <p>Traps: a window in which nothing was answered is a window, not a gap; a window of a sick producer is neither good
 * nor bad and moves no evidence; a closed loop that hangs offers nothing and completes nothing, and only its time in
 * flight tells it from silence.
 */
@NullMarked
package dev.plumbline.judgement.series;

import org.jspecify.annotations.NullMarked;
