/**
 * From ended requests to acknowledged records: a bounded queue, one sender thread, numbers per partition, heartbeats with a
 * watermark that is true, and losses that are counted and named.
 *
 * <p>Traps: a full queue must never slow the load, so it loses and says so. A watermark may only move over what is
 * acknowledged or named as lost. A heartbeat that fails takes what it said back, or activity and losses would vanish.
 */
@NullMarked
package dev.plumbline.producer.emission;

import org.jspecify.annotations.NullMarked;
