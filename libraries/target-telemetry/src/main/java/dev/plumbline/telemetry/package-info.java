/**
 * What a target and its machine tell about themselves: pages of metrics, GPU tools, engines, the life of a model in Ollama.
 * Nothing here drives load, and nothing here knows who asks.
 *
 * <pre>
 * scrape ─▶ engine ─┐
 *    └────▶ gpu ────┴─▶ sampling ─▶ records of the contract
 *    └────▶ ollama ──────────────▶ records of the contract
 * </pre>
 *
 * <p>A library: no main, no bean, no configuration. Clocks, outlets and settings come by constructor.
 */
@NullMarked
package dev.plumbline.telemetry;

import org.jspecify.annotations.NullMarked;
