/**
 * The load producer: drives an OpenAI-compatible endpoint and emits one event per request. Here is the wiring; the parts are
 * in the packages below.
 *
 * <pre>
 * schedule ─▶ dispatch ─▶ client ─▶ (protocol, recorder) ─▶ emission ─▶ Kafka
 *                └▶ activity, selfcheck, phases        └▶ exposition
 * </pre>
 *
 * <p>What the target and its machine tell beside that comes from the library {@code target-telemetry}; {@link
 * dev.plumbline.producer.Sampling} gives it threads, this producer's clock and a way into Kafka.
 */
@NullMarked
package dev.plumbline.producer;

import org.jspecify.annotations.NullMarked;
