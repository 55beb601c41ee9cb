/**
 * The arithmetic of windows: what a partition counts, when a window closes, how parts become one record. No I/O, no
 * threads, no clocks, no Kafka: time and bytes come in as arguments, results go out as values.
 *
 * <p>Two state machines. {@link dev.plumbline.windowing.PartitionIntake} is one partition of the events topic;
 * {@link dev.plumbline.windowing.WindowMerger} is one partition of the partials topic. Both can be taken apart
 * into {@linkplain dev.plumbline.windowing.ChangeLedger changes} and put together again, and then go on as if
 * nothing had happened.
 *
 * <p>Traps:
 *
 * <ul>
 *   <li>A method that throws half way leaves a state that counted half a record. Everything that a record could be
 *       refused for is therefore checked before anything is changed.
 *   <li>A window of a partition may be emitted more than once: early, because nobody was left to wait for or there was no
 *       more room, and again because somebody came back. Parts add, so all are right.
 *   <li>Nothing decides by the wall clock. Silence is measured by what others wrote meanwhile; where nobody wrote, a
 *       record in the log decides. Whoever reads a log twice gets the same windows twice.
 *   <li>Nobody is waited for without a bound: not for a watermark that stands still, not for room, not for a partition
 *       that has nothing to do with the group.
 * </ul>
 */
@NullMarked
package dev.plumbline.windowing;

import org.jspecify.annotations.NullMarked;
