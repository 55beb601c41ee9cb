/**
 * From ended requests to acknowledged records: a bounded queue, one sender thread, numbers per partition, heartbeats with a
 * watermark that is true, and losses that are counted and named.
 *
 * <p>{@link dev.plumbline.producer.emission.EventSender} has the thread and Kafka. What is claimed is decided without either, by a
 * {@link dev.plumbline.producer.emission.PartitionLog} for each partition and a {@link dev.plumbline.producer.emission.GroupVoice}
 * for each comparison group.
 *
 * <p>Traps: a full queue must never slow the load, so it loses and says so. A watermark may only move over what is
 * acknowledged or named as lost. A heartbeat that fails takes what it said back, or activity and losses would vanish;
 * until it is known not to have failed, nobody else may count on it. Lost requests that were never numbered belong to a group, or
 * nobody could tell in which partition they are to be named.
 */
@NullMarked
package dev.plumbline.producer.emission;

import org.jspecify.annotations.NullMarked;
