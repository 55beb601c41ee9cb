/**
 * The statistics of detection as pure functions: no clock, no chance, no state.
 *
 * <p>Everything here is about one question: how many more requests than usual lie beyond an edge, and could that be
 * noise? {@link dev.plumbline.judgement.statistics.QuantileShift} holds the method and its sources.
 *
 * <p>Traps: windows are not independent, so no formula here takes their count for a sample size without a long-run
 * variance; a percentile of a short window is biased and noisy, so only counts are ever compared per window.
 */
@NullMarked
package dev.plumbline.judgement.statistics;

import org.jspecify.annotations.NullMarked;
