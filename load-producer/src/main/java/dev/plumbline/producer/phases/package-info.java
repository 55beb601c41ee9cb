/**
 * What is seen of the begin of a load: whether its first requests met a cold target, and whether the target is steady by now. Pure:
 * no clock, no thread, no I/O; latencies come in the order in which requests ended.
 */
@NullMarked
package dev.plumbline.producer.phases;

import org.jspecify.annotations.NullMarked;
