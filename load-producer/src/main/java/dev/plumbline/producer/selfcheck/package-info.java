/**
 * The generator is the first suspect: it measures its own lateness, what waits for it, its CPU and the time that it lost,
 * and says for which slots it does not vouch.
 *
 * <p>Trap: a verdict on a slot must be told before the watermark passes the slot. The tick judges first; what tells the
 * watermark comes after it, on the same thread.
 */
@NullMarked
package dev.plumbline.producer.selfcheck;

import org.jspecify.annotations.NullMarked;
