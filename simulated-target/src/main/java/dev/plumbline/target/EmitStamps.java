package dev.plumbline.target;

import java.util.OptionalLong;

/**
 * True moments of one request, in nanoseconds of the monotonic clock of {@link System#nanoTime()}; on Linux all processes
 * of a machine share its origin.
 *
 * @param receivedNanos the whole request body had been read
 * @param admittedNanos it got a slot and its prefill began; absent when it never did
 * @param firstContentNanos read right before the write of the first chunk with content; absent when not streamed or when
 *     there was none
 * @param lastContentNanos the same for the last chunk with content; when not streamed, right before the write of the
 *     whole answer
 * @param maxLatenessNanos largest delay of an emission behind its due time; 0 when nothing was due
 */
public record EmitStamps(
        long receivedNanos,
        OptionalLong admittedNanos,
        OptionalLong firstContentNanos,
        OptionalLong lastContentNanos,
        long maxLatenessNanos) {}
