/**
 * The regression detector: reads windows, learns what is usual, judges, publishes verdicts and alerts.
 *
 * <p>{@code statistics} and {@code judgement} are pure functions; {@code messaging} moves their records between topics;
 * {@code exposition} shows them to Prometheus and to people.
 */
@NullMarked
package dev.plumbline.detector;

import org.jspecify.annotations.NullMarked;
