/**
 * The distribution that travels: a base-2 exponential histogram of durations, schema 6, which merges without loss.
 *
 * <p>Why this one: its buckets are Prometheus' native-histogram buckets (in seconds), so exposing is a copy; its
 * relative error is at most 2^(1/128) - 1 = 0.54 %; it has 190 to 400 bytes for a thousand to a hundred thousand values.
 *
 * <p>Trap: a percentile is read at the very end. Averaging two percentiles is never right; merge, then read.
 */
@NullMarked
package dev.plumbline.contract.distribution;

import org.jspecify.annotations.NullMarked;
