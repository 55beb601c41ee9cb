/**
 * Traces: what a service was asked, row by row, read from the files that people have in hand, and asked again.
 *
 * <p>A trace has no text, so prompts are made anew: as many words as the row had tokens, each of three letters and one token in
 * common vocabularies. Rows whose prompts began with the same blocks begin with the same words again, so that a prefix cache finds
 * what it found then.
 *
 * <p>Traps: a timestamp may be an instant, a count of seconds or of milliseconds, from the start or from the row before; a row of a
 * conversation may hold all of it or only what is new; a log is in the order in which requests ended. {@link
 * dev.plumbline.workload.trace.TraceLint} looks for these before a load, {@link dev.plumbline.workload.trace.ReplayProof} says
 * afterwards what of the trace the load was.
 */
@NullMarked
package dev.plumbline.workload.trace;

import org.jspecify.annotations.NullMarked;
