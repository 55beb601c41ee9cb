/**
 * State that lives as objects and becomes bytes only when Kafka Streams commits.
 *
 * <p>A commit prepares every task of a thread that did something and flushes the thread's one producer for each of them,
 * before the transaction ends. That flush is the last moment at which a write still belongs to the transaction, and it is
 * public API: {@link dev.plumbline.aggregator.commit.CommitHookClientSupplier} hands Streams a producer whose {@code
 * flush} first lets every {@linkplain dev.plumbline.aggregator.commit.CommitParticipant participant} of the thread write
 * its changes into its logged store.
 *
 * <p>Traps, each seen with Kafka Streams 4.1.1:
 *
 * <ul>
 *   <li>{@code StateStore.flush()} and the commit callback run after the producer was flushed: too late.
 *   <li>Writing from a punctuator that asks for a commit is no substitute: the commit of one task commits all tasks of
 *       the thread, at a moment when only that one has written.
 *   <li>For the same reason the participants are those of the <em>thread</em>, not of the task whose commit came first.
 *   <li>A processor must not write when it is closed. A task is closed after its commit, and a write at that time would
 *       open a transaction that another task completes.
 *   <li>A task that failed in the middle of a record must not be committed by a neighbour: a participant in that state
 *       throws, and the transaction is aborted.
 *   <li>The test driver of Kafka Streams shows none of this; a real broker does.
 * </ul>
 */
@NullMarked
package dev.plumbline.aggregator.commit;

import org.jspecify.annotations.NullMarked;
