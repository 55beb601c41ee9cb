/**
 * The load producer: drives an OpenAI-compatible endpoint and emits one event per request. Here is the wiring; the parts are
 * in the packages below.
 *
 * <pre>
 * schedule ─▶ dispatch ─▶ client ─▶ (protocol, recorder) ─▶ emission ─▶ Kafka
 *                └▶ activity, selfcheck                └▶ exposition
 * </pre>
 */
@NullMarked
package dev.plumbline.producer;

import org.jspecify.annotations.NullMarked;
