/**
 * The two stages as one Kafka Streams topology, a function of {@link
 * dev.plumbline.aggregator.topology.AggregationSettings}: no dependency injection, no configuration look-up, no system
 * clock, no Prometheus. Wall time comes from the processor context.
 *
 * <pre>
 * events ─▶ intake ─▶ partials ─▶ merge ─▶ windows
 *             └─▶ undecodable       └─▶ undecodable
 *             └─▶ events (expulsions)
 * </pre>
 *
 * <p>Traps:
 *
 * <ul>
 *   <li>Every output states its partition; Kafka's own partitioner would scatter a group.
 *   <li>Every output states its time, the time of writing. Streams would hand on the time of the input, and retention
 *       would eat the windows of a replayed trace.
 *   <li>The stages are two sub-topologies with tasks of their own. What the first one says is seen by the second one only
 *       after a commit, so a closed window asks for one at once.
 *   <li>Node and store names are part of the stored state: renaming one loses it. A golden text in the tests shows it.
 * </ul>
 */
@NullMarked
package dev.plumbline.aggregator.topology;

import org.jspecify.annotations.NullMarked;
