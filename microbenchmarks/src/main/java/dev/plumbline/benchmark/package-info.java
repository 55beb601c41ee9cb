/**
 * How far a tool's numbers are from what the target truly did, and how far a reader that does nothing else would be: the producer
 * and a bare Netty reader take turns on one core, the target and an idle stack have the other.
 *
 * <p>Only differences and ratios within one run mean anything; the machine decides the rest.
 */
@NullMarked
package dev.plumbline.benchmark;

import org.jspecify.annotations.NullMarked;
