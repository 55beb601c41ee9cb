/**
 * Requests over real sockets, on one event loop.
 *
 * <p>Traps: all that one pass over the sockets reads is stamped first and decoded afterwards, so whoever acts on what is known
 * of an answer has it decoded before. The end of a request is stamped when it is known and not when its last bytes came: no
 * marker that was told in between may claim to know of it. The next request of a closed loop must not be sent from inside
 * the end of the one before, because its connection goes back to the pool only after that. A request that is reset closes
 * its connection, which frees the slot on the server.
 */
@NullMarked
package dev.plumbline.producer.client;

import org.jspecify.annotations.NullMarked;
