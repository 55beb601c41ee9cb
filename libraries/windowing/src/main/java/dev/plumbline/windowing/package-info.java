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
 *   <li>A window of a partition may be emitted more than once: early, because nobody was left to wait for, and again
 *       because somebody came back. Parts add, so both are right.
 *   <li>"Nobody spoke" has two meanings. A source that was never heard of holds every window; one that said that it is
 *       idle holds none.
 * </ul>
 */
@NullMarked
package dev.plumbline.windowing;

import org.jspecify.annotations.NullMarked;
