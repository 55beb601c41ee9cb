/**
 * When requests are due: pure sequences, without clock, thread, configuration or I/O.
 *
 * <p>Trap: a timer that fires every n milliseconds drifts, and skips when it is late. Here the due time comes from the
 * sequence; a late walker catches up and every request keeps the time at which it should have been sent. A closed loop
 * has no sequence: its next request is due the moment one ends.
 */
@NullMarked
package dev.plumbline.producer.schedule;

import org.jspecify.annotations.NullMarked;
