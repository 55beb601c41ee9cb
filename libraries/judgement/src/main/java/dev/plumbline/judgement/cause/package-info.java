/**
 * Why a number changed: how its change splits into waiting, prefill, decode and what lies behind them, read off what was seen in the
 * very windows that changed and in those before.
 *
 * <p>{@code Facts} makes means of a window, {@code Why} compares two of them, and {@link dev.plumbline.judgement.cause.ExplainedJudge}
 * goes around the judge of windows, remembers the means, and puts the answer into verdicts and alerts.
 *
 * <p>Traps: only means add up, so a change of a tail alone is not split; what is absent is not zero, and a cause that nobody could
 * have seen is never named; a gauge of an engine speaks of all its requests, not of ours alone.
 */
@NullMarked
package dev.plumbline.judgement.cause;

import org.jspecify.annotations.NullMarked;
