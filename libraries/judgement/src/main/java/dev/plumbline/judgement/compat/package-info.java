/**
 * The figures of a run under the names and by the definitions of other load generators, reckoned from the same events, so that two
 * tools that measured one server can be held against each other. Nothing of it is judged.
 *
 * <p>Trap: one name means different things. GuideLLM's {@code time_per_output_token_ms} includes the first token and is weighted by
 * tokens; vLLM's {@code ttft} of a chat ends at a chunk that holds a role only; AIPerf's {@code inter_token_latency} is what others
 * call TPOT.
 */
@NullMarked
package dev.plumbline.judgement.compat;

import org.jspecify.annotations.NullMarked;
