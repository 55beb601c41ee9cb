/**
 * Records in, records out. Windows come in batches, bytes, in the order of their partition, one batch at a time; for each
 * batch alerts and baselines are published first, then verdicts, and then the batch is acknowledged.
 *
 * <p>The order matters. A verdict holds the state from which a restarted detector goes on: what is not in its topic before
 * it would never be sent. An alert that was sent although its verdict was not is recognised by its id after the restart.
 * Snapshots come behind the verdicts that they hold, and how far partitions are read behind the snapshots.
 *
 * <p>State is restored in Kafka's rebalance callback, before any record of the partition. That callback has one chance: when
 * it throws, Kafka takes the partitions for assigned all the same. So a failure there ends the process.
 *
 * <p>Committed offsets say nothing about state: a partition is read from where the snapshots say. They only tell which
 * undecodable records have been reported already, and never move back.
 *
 * <p>Controls are told to every detector: a reader of its own follows their topic from the beginning, and no window is
 * judged before it has caught up. They annotate alerts and move no evidence, so judging goes on without them when they
 * cannot be read. An alert that was published is not touched by a marker that comes later.
 */
@NullMarked
package dev.plumbline.detector.messaging;

import org.jspecify.annotations.NullMarked;
