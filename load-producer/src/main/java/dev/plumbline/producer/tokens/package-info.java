/**
 * Counting tokens by a tokenizer, off the event loops and in front of the queue to Kafka.
 *
 * <p>Traps: a marker vouches for every request that ended before it, so the order of requests and markers must survive; a
 * tokenizer that is too slow must cost counts, never events; a tokenizer file may ask for truncation, which would count 512
 * tokens of any long text.
 */
@NullMarked
package dev.plumbline.producer.tokens;

import org.jspecify.annotations.NullMarked;
