/**
 * What was seen around the load: GPU samples, engine samples, what became of a sampler, and the life of a model in a server
 * that loads and unloads models. One record per observation, each told once, keyed and partitioned by target.
 *
 * <p>Absent is not zero. A value that the tool did not give is an empty optional, and {@code absent} holds what the tool said
 * instead, by the name of the component, where it said anything.
 *
 * <p>Trap: a component that ends in {@code Total} is the server's own cumulative count, passed on as it is. It starts anew
 * when the server does; whoever reads takes differences and treats a smaller value as a new start.
 */
@NullMarked
package dev.plumbline.contract.telemetry;

import org.jspecify.annotations.NullMarked;
