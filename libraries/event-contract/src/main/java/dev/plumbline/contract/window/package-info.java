/**
 * Windows of a series as deltas: revision 0 is final, later revisions are additive corrections.
 *
 * <p>Finals plus corrections equal the acknowledged events, exactly, excluded parts included. Only revision 0 is judged.
 *
 * <p>Partials travel between the two stages of the aggregator and are of no interest to anybody else.
 */
@NullMarked
package dev.plumbline.contract.window;

import org.jspecify.annotations.NullMarked;
