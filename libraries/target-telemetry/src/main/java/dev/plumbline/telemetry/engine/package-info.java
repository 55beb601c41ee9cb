/**
 * Engine samples from pages of metrics: vLLM, SGLang, llama.cpp, TGI, and any page whose names are given.
 *
 * <p>Engines rename their metrics between versions; each value has a list of names, the newest first. A page that has none of
 * the names of an engine is not that engine's.
 *
 * <p>Trap: one page may speak for several replicas, and for several ranks of one replica. Replicas add up, ranks do not.
 */
@NullMarked
package dev.plumbline.telemetry.engine;

import org.jspecify.annotations.NullMarked;
