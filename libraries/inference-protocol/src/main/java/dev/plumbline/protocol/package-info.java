/**
 * What goes over the wire to an inference server and what comes back, without any socket: {@link
 * dev.plumbline.protocol.Protocol} writes requests and reads answers, {@link dev.plumbline.protocol.TargetUrl} says where
 * they go. OpenAI chat, completions and Responses, Ollama's generate and chat, Anthropic Messages, and whatever JSON a {@link
 * dev.plumbline.protocol.GenericTarget} describes; cut at any byte.
 *
 * <p>Traps, each seen on a real server: the first chunk is role-only and not the first token; the finish reason may come
 * with the last content; {@code error} may be a string; an error event inside a 200 may be followed by {@code [DONE]};
 * usage comes on a chunk of its own, or on the finish chunk, or in parts, or never; the order of keys changes between chunks;
 * Ollama leaves out every figure that is zero.
 */
@NullMarked
package dev.plumbline.protocol;

import org.jspecify.annotations.NullMarked;
