/**
 * An inference server whose timing is known: drawn from a seed, paced against absolute due times, and logged as it truly
 * happened. It is what our measurements are checked against.
 *
 * <p>What is true about it:
 *
 * <ul>
 *   <li>Token <i>k</i> of a request is due at the due time of token <i>k−1</i> plus a drawn interval. Lateness of one
 *       emission is not carried to the next, so the mean interval has no drift.
 *   <li>No timer is exact. The stamp in the emit log is read right before the write to the socket, so the log says when
 *       a chunk was handed to the operating system, never when it should have been. How late emissions were is shown at
 *       {@code /admin/state}.
 *   <li>Draws come from the seed and the request's {@code X-Request-Id}, or its ordinal when it has none. With ids a run
 *       repeats whatever the order of arrival; with ordinals only when the order is the same.
 *   <li>All state belongs to one event loop. The pacing thread only says "it is time".
 * </ul>
 *
 * <p>What such an engine does not simulate: interference between requests in a batch, prefix caching, chunked prefill. The
 * other one does, {@link dev.plumbline.target.LockstepEngine}: it works in steps that give all sequences a token at once. What it
 * decides is in {@link dev.plumbline.target.lockstep}, without time. A token is four characters of the prompt, rounded up.
 *
 * <p>It speaks OpenAI chat, completions and Responses, Ollama's generate and chat, and Anthropic Messages, all with one engine
 * and one emit log. Ollama's {@code *_duration} are the engine's own. {@code /tokenize} counts words, which is exact for what
 * it writes.
 *
 * <p>Streams look like vLLM's (headers at once; a role-only chunk when the prefill ends; the finish reason with the last
 * content; usage in a chunk without choices; {@code [DONE]} also after an error event).
 */
@NullMarked
package dev.plumbline.target;

import org.jspecify.annotations.NullMarked;
