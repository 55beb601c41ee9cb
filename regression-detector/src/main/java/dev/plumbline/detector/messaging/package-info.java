/**
 * Records in, records out. Windows come in batches, bytes, in the order of their partition, one batch at a time; for each
 * batch alerts and baselines are published first, then verdicts, and then the batch is acknowledged.
 *
 * <p>The order matters. A verdict is the snapshot from which a restarted detector goes on: what is not in the topic before
 * it would never be sent. An alert that was sent although its verdict was not is recognised by its id after the restart.
 *
 * <p>Committed offsets say nothing about state: every assigned partition is read from its beginning. They only tell which
 * undecodable records have been reported already.
 *
 * <p>Controls are told to every detector: a reader of its own follows their topic from the beginning, and no window is
 * judged before it has caught up. They annotate alerts and move no evidence, so judging goes on without them when they
 * cannot be read. An alert that was published is not touched by a marker that comes later.
 */
@NullMarked
package dev.plumbline.detector.messaging;

import org.jspecify.annotations.NullMarked;
