/**
 * The walk of requests over event loops: due, taken, in flight, ended, told. A load walks a {@code Course} of phases. What falls due
 * is a turn of a session, which takes a lane; {@code OpenRun} and {@code ClosedRun} say when, {@code InFlight} what becomes of it.
 * A session may take two lanes, of a target and of a canary beside it: a {@code Volley} is what falls due at one moment for both,
 * a {@code Round} what becomes of it. What protects a target (circuit breaker, cap, connections) is that target's own.
 *
 * <p>Traps: due comes from the sequence or from the end of the request before, never from a timer. The loop takes up
 * everything that is due, late or not; only the in-flight cap drops, and a drop is an event. A marker is stamped on the
 * loop that it speaks for and stands behind everything it vouches for.
 */
@NullMarked
package dev.plumbline.producer.dispatch;

import org.jspecify.annotations.NullMarked;
