/**
 * An engine that works in steps, as vLLM and SGLang do, without sockets, threads or a clock.
 *
 * <p>One step at a time gives one token to every sequence whose prompt is computed. What a step costs is a formula
 * ({@link dev.plumbline.target.lockstep.StepCost}), what it may do is bounded by the sequences that run at one time, a
 * budget of tokens per step that prompts and outputs share, a budget of KV blocks, and the GPU's memory. Who drives it says
 * what time it is, begins a step, waits until its end is due, ends it, and hands out the tokens:
 *
 * <pre>{@code
 * Step step = core.begin(nowNanos);
 * List<Sequence> haveOneTokenMore = core.end(nowNanos + step.durationNanos());
 * }</pre>
 *
 * <p>The rules of a step, in their order:
 *
 * <ol>
 *   <li>Running sequences, the eldest first, get as many tokens as they still need (one when they decode), while the budget
 *       lasts. One that finds no KV block takes those of the youngest, which loses all it has computed and waits at the
 *       head of the queue. Blocks that only the prefix cache still knows go before anybody is preempted.
 *   <li>Where nobody was preempted, those that wait are admitted first come first served, while there is room. None is
 *       passed over for want of blocks.
 *   <li>A sequence whose tokens are all computed at the end of the step has its next token. So the step that ends a
 *       prefill brings the first.
 * </ol>
 *
 * <p>What differs from vLLM: the blocks of outputs are not put into the prefix cache; a block can be hit from the end of the
 * step that computed it, not within that step; memory is taken as blocks are filled, where vLLM takes all of it at the start.
 */
@NullMarked
package dev.plumbline.target.lockstep;

import org.jspecify.annotations.NullMarked;
