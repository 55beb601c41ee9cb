/**
 * What goes over the wire to an inference server and what comes back, without any socket: request bodies, server-sent
 * events cut anywhere, and OpenAI-shaped chunks.
 *
 * <p>Traps, each seen on a real server: the first chunk is role-only and not the first token; the finish reason may come
 * with the last content; {@code error} may be a string; an error event inside a 200 may be followed by {@code [DONE]};
 * usage comes on a chunk of its own, or on the finish chunk, or never; the order of keys changes between chunks.
 */
@NullMarked
package dev.plumbline.protocol;

import org.jspecify.annotations.NullMarked;
