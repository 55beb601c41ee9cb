/**
 * Is this URL an LLM endpoint that can be measured, with which protocol and model, and what is known about it?
 *
 * <p>Traps, each seen on a real server: an engine that loads its model lists it already; a model list needs no key where
 * the endpoint does, and the reverse; {@code 404} means "no such path" and "no such model"; a simulated or proxied engine
 * shows another engine's metric names; an engine answers {@code {"error":"text"}} here and an object there; a host has two
 * addresses and the server listens on one of them; a stream ends in order and its answer is not complete.
 */
@NullMarked
package dev.plumbline.probe;

import org.jspecify.annotations.NullMarked;
