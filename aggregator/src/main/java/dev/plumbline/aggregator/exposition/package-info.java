/** What Prometheus reads. The only package that knows the Prometheus client. */
@NullMarked
package dev.plumbline.aggregator.exposition;

import org.jspecify.annotations.NullMarked;
