/**
 * Threads that may wait: whatever is not an event loop and stamps nothing.
 *
 * <p>Trap: on one processor a thread that wakes up waits until the one that runs has used up its slice, a millisecond or four. Who
 * sends events, looks at counters or compiles is then in the stamps of a loop that was woken for them.
 */
@NullMarked
package dev.plumbline.producer.background;

import org.jspecify.annotations.NullMarked;
