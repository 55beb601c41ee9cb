/**
 * Requests over real sockets, on one event loop.
 *
 * <p>Traps: a chunk is stamped first and decoded afterwards. The next request of a closed loop must not be sent from inside
 * the end of the one before, because its connection goes back to the pool only after that. A request that is reset closes
 * its connection, which frees the slot on the server.
 */
@NullMarked
package dev.plumbline.producer.client;

import org.jspecify.annotations.NullMarked;
