/**
 * What Prometheus and people see. The only package that knows the Prometheus client.
 *
 * <p>Counters add up window records, not deliveries, all revisions: after a restart they are counted again from the topic.
 * Histograms are our own merged ones, copied bucket by bucket: our bucket {@code i} is the native bucket {@code i} of
 * schema 6.
 */
@NullMarked
package dev.plumbline.detector.exposition;

import org.jspecify.annotations.NullMarked;
