/**
 * What samplers saw, summed up by second, in the form that travels with the load.
 *
 * <p>Trap: a gauge of several sources is the sum of their latest looks and not the mean over all looks; a counter's growth belongs
 * to the second in which it was seen, however long it took.
 */
@NullMarked
package dev.plumbline.telemetry.circumstances;

import org.jspecify.annotations.NullMarked;
