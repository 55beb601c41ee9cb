/**
 * How one process of the local stack lives: it tells its port through a {@linkplain dev.plumbline.process.ReadyFile
 * ready file} and it ends when its supervisor is gone. One that {@linkplain dev.plumbline.process.StandbyChild stands by} gets
 * its settings, and a second supervisor, only later.
 *
 * <p>Traps this package exists for:
 *
 * <ul>
 *   <li>A supervisor that is killed with {@code SIGKILL} runs no shutdown hook, so it cannot stop its children. What the
 *       operating system does close is the pipe to each child's standard input. A child therefore reads its standard
 *       input until the end and takes that end as the order to stop. It must not read anything else from there.
 *   <li>A stop that hangs would leave an orphan. The time for an orderly stop is bounded and the process is halted after
 *       it.
 *   <li>A reader of a ready file must never see half of it, so it is written beside its place and renamed.
 * </ul>
 */
@NullMarked
package dev.plumbline.process;

import org.jspecify.annotations.NullMarked;
