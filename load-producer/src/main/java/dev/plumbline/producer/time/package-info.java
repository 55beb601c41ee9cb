/**
 * Time as a parameter: everything else here takes a {@link dev.plumbline.producer.time.ProducerClock}.
 *
 * <p>Trap: two clocks. A duration taken from the wall clock, or an event placed in a window by another clock than the
 * watermark that vouches for it, would be wrong by whatever the clocks differ. There is one clock, and each stamp has one
 * anchor.
 *
 * <p>Trap: asking for the stamp of a wall time. Where the clock was set back there are two of them, where it was set forward
 * there may be none. Whoever walks over time walks over stamps.
 */
@NullMarked
package dev.plumbline.producer.time;

import org.jspecify.annotations.NullMarked;
