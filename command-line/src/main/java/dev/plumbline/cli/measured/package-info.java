/**
 * What people have measured already, read from files: our own runs, events and windows, bare numbers, and the files of other tools.
 *
 * <p>Every format is recognized by its content, and every number is read as {@code docs/metrics.md} defines it, which is seldom as the
 * tool names it. Traps: seconds, milliseconds and nanoseconds stand side by side; failed requests lie as zeros among the others; warm-up,
 * cancelled and cut-off requests are told apart by a field; one tool's TPOT holds the first token, another's ITL is our TPOT. What a
 * file does not hold is absent, and what was assumed instead is said.
 *
 * <p>Files are streamed: what is kept of a file are at most {@link dev.plumbline.cli.measured.WindowGrid#MOST} windows, and of a file
 * that is written by columns some numbers for each request.
 */
@NullMarked
package dev.plumbline.cli.measured;

import org.jspecify.annotations.NullMarked;
