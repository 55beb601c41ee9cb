/**
 * Looking at the surroundings of the load at an interval, off the event loops, and finding afterwards what was seen nearest to
 * a request.
 *
 * <p>A sampler is a thread of its own around a source that may hang, die or talk nonsense. Each of these is a value with a
 * reason, is told once when it begins, and is tried again after a pause that grows. The run never fails because of it.
 *
 * <p>Trap: the newest reading of a source that fails is old. It is neither exposed nor attached to a request as if it were new.
 */
@NullMarked
package dev.plumbline.telemetry.sampling;

import org.jspecify.annotations.NullMarked;
