/**
 * The life of a model in Ollama: pulled, loaded cold, found warm, listed as in memory, let go. Told as events, so that a cold
 * load is not taken for a regression.
 *
 * <p>Trap: a target belongs to somebody. Nothing is unloaded or deleted unless the operator allowed exactly that; a plan that
 * wants it without can not be made.
 */
@NullMarked
package dev.plumbline.telemetry.ollama;

import org.jspecify.annotations.NullMarked;
