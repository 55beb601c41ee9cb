/**
 * What the producer did in each slot of time, additive: each record tells what none before has told.
 *
 * <p>Trap: counting in flight by samples misses everything between two samples. The time in flight is an exact integral,
 * cut at the borders of slots.
 *
 * <p>Trap: a slot in which nothing happened looks like one of which nobody tells. Where load is measured it is told.
 */
@NullMarked
package dev.plumbline.producer.activity;

import org.jspecify.annotations.NullMarked;
