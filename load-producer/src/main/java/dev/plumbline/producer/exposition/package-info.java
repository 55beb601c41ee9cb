/**
 * The only place that knows the Prometheus client. Units become base units here and nowhere else.
 *
 * <p>{@code inference_duration_seconds} comes from the producer because it counts each request exactly once, whatever
 * Kafka redelivers.
 */
@NullMarked
package dev.plumbline.producer.exposition;

import org.jspecify.annotations.NullMarked;
