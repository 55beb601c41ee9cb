/**
 * What the supervisor of a local stack tells Prometheus: which of its parts were gone, how often and for how long. The parts
 * themselves have pages of their own and forget with their processes.
 */
@NullMarked
package dev.plumbline.cli.exposition;

import org.jspecify.annotations.NullMarked;
