/**
 * {@code plumb run}: from flags or a scenario file to load, to a verdict, to files.
 *
 * <p>The walk: start the stack and look at the target at the same time; start the producer, held; open the feed; let the
 * load begin; follow it until it ends, a limit is reached, something is lost, or the user has enough; wait until every
 * acknowledged event is in a window; judge; write. An end by Ctrl-C takes the same way, only sooner.
 *
 * <p>Traps: the children do not hear Ctrl-C, or nobody could count what is on its way. Secrets go to the producer by a
 * file that only its owner can read: a command line can be read by everybody on the machine.
 */
@NullMarked
package dev.plumbline.cli.run;

import org.jspecify.annotations.NullMarked;
