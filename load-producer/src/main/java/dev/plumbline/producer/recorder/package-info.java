/**
 * From stamps and chunks to one immutable event: the rules by which a request is completed or failed live here.
 *
 * <p>Traps: status 200 proves nothing, {@code [DONE]} proves nothing; only a finish reason without an error event does. An
 * error event that is followed by {@code [DONE]} is a failure. A clean end without a finish reason is a truncation. An
 * answer in one piece has no first token: those stamps stay absent.
 */
@NullMarked
package dev.plumbline.producer.recorder;

import org.jspecify.annotations.NullMarked;
