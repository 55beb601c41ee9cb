/**
 * What is seen of a load as a whole: whether its first requests met a cold target, whether the target is steady by now, and whether
 * the clients of a closed loop send together. Pure: no clock, no thread, no I/O; latencies come in the order in which requests ended.
 */
@NullMarked
package dev.plumbline.producer.phases;

import org.jspecify.annotations.NullMarked;
